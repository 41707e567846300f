import { join } from 'node:path';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { EntryKind, Sha256 } from './types.js';

/** Kinds of entries, in the order `verify` and `gc` walk them. */
export const entryKinds = [
  'layers',
  'environments',
  'trees',
  'builds',
  'failed',
] as const satisfies readonly EntryKind[];

/** Every name a store may have at its top; anything else makes the directory somebody else's. */
export const topNames = [
  'version',
  'store.lock',
  'files',
  'tmp',
  'locks',
  'roots',
  'quarantine',
  'unsynced',
  ...entryKinds,
] as const;

const sha256Pattern = /^[0-9a-f]{64}$/u;

export function isSha256(text: string): boolean {
  return sha256Pattern.test(text);
}

/** Keys become file names, so nothing but a full lower-case sha256 is one. */
export function checkKey(key: string): Sha256 {
  if (!isSha256(key)) {
    throw new SelfsameError(
      'STORE_KEY_INVALID',
      `the store was asked for ${JSON.stringify(key.slice(0, 100))}, which is not a sha256`,
    );
  }
  return key;
}

/** Paths below one store's root. */
export interface Layout {
  readonly root: string;
  readonly versionFile: string;
  readonly lockFile: string;
  readonly tmp: string;
  readonly locks: string;
  readonly roots: string;
  readonly quarantine: string;
  /** Markers of durability.ts. */
  readonly unsynced: string;
  readonly files: string;
  filePath(sha256: Sha256): string;
  entryPath(kind: EntryKind, key: string): string;
}

export function layoutOf(root: string): Layout {
  return {
    root,
    versionFile: join(root, 'version'),
    lockFile: join(root, 'store.lock'),
    tmp: join(root, 'tmp'),
    locks: join(root, 'locks'),
    roots: join(root, 'roots'),
    quarantine: join(root, 'quarantine'),
    unsynced: join(root, 'unsynced'),
    files: join(root, 'files'),
    filePath: (sha256) => join(root, 'files', checkKey(sha256).slice(0, 2), sha256),
    entryPath: (kind, key) => join(root, kind, checkKey(key)),
  };
}
