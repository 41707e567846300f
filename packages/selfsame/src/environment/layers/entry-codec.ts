import { SelfsameError } from '../../errors/selfsame-error.js';
import type { ExtendedAttributes, OwnedEntry } from './tree-entry.js';

/** An entry as it is written to the store: one short array instead of an object with long names. */
export type EncodedEntry =
  | readonly ['d', string, number, number, number, ExtendedAttributes?]
  | readonly ['f', string, number, number, number, number, number, string, ExtendedAttributes?]
  | readonly ['l', string, number, number, number, string];

export function encodeEntry(entry: OwnedEntry): EncodedEntry {
  switch (entry.type) {
    case 'directory': {
      const { path, mode, uid, gid, attributes } = entry;
      return attributes === undefined
        ? ['d', path, mode, uid, gid]
        : ['d', path, mode, uid, gid, attributes];
    }
    case 'file': {
      const { path, mode, uid, gid, time, size, sha256, attributes } = entry;
      return attributes === undefined
        ? ['f', path, mode, uid, gid, time, size, sha256]
        : ['f', path, mode, uid, gid, time, size, sha256, attributes];
    }
    case 'symlink':
      return ['l', entry.path, entry.uid, entry.gid, entry.time, entry.target];
  }
}

/** @throws SelfsameError ENVIRONMENT_DAMAGED when it is not what `encodeEntry` makes */
export function decodeEntries(encoded: readonly EncodedEntry[]): OwnedEntry[] {
  return encoded.map((item): OwnedEntry => {
    switch (item[0]) {
      case 'd': {
        const [, path, mode, uid, gid, attributes] = item;
        return { type: 'directory', path, mode, uid, gid, ...(attributes ? { attributes } : {}) };
      }
      case 'f': {
        const [, path, mode, uid, gid, time, size, sha256, attributes] = item;
        return {
          ...{ type: 'file', path, mode, uid, gid, time, size, sha256 },
          ...(attributes ? { attributes } : {}),
        };
      }
      case 'l': {
        const [, path, uid, gid, time, target] = item;
        return { type: 'symlink', path, uid, gid, time, target };
      }
      default:
        throw new SelfsameError(
          'ENVIRONMENT_DAMAGED',
          'a list of files in the store holds something unknown',
          { hint: 'run: selfsame store verify' },
        );
    }
  });
}
