import { createHash } from 'node:crypto';
import type { Sha256 } from '../../store/types.js';

/** Owner and permissions inside environments: ids 0 to 65535, mode 0 to 0o7777. */
export interface Ownership {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Extended attributes by name; values in lower-case hexadecimal. Names are sorted. */
export type ExtendedAttributes = readonly (readonly [name: string, value: string])[];

/**
 * One entry of a tree with all that a build could see of it. Paths are relative to the tree's root,
 * `/`-separated, without empty, `.` or `..` parts. Times are whole seconds since 1970; directories have
 * none of their own, since theirs would say in which order things were put there.
 */
export type OwnedEntry =
  | (Ownership & {
      readonly type: 'directory';
      readonly path: string;
      readonly attributes?: ExtendedAttributes;
    })
  | (Ownership & {
      readonly type: 'file';
      readonly path: string;
      readonly time: number;
      /** Bytes. */
      readonly size: number;
      readonly sha256: Sha256;
      readonly attributes?: ExtendedAttributes;
    })
  | {
      readonly type: 'symlink';
      readonly path: string;
      readonly uid: number;
      readonly gid: number;
      readonly time: number;
      readonly target: string;
    };

/** A tree in memory, by path. */
export type Tree = ReadonlyMap<string, OwnedEntry>;

/** Entries in the byte order of their paths, so that a directory comes before what is in it. */
export function sortByPath<Entry extends { readonly path: string }>(
  entries: Iterable<Entry>,
): Entry[] {
  return [...entries].sort((a, b) => comparePaths(a.path, b.path));
}

/** As bytes of UTF-8; for ASCII, which nearly all paths are, that is the order of strings. */
function comparePaths(a: string, b: string): number {
  if (a === b) return 0;
  const before = a < b;
  if (!surrogate.test(a) && !surrogate.test(b)) return before ? -1 : 1;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Only characters beyond the basic plane sort otherwise in UTF-16 than in UTF-8. */
const surrogate = /[\ud800-\udfff]/;

/**
 * sha256 of a finished tree: one line for each entry in byte order of the paths, fields separated by
 * NUL. Names, types, modes, owners, times, extended attributes and contents count; link counts, inode
 * numbers and the times of directories do not.
 */
export function digestTree(entries: Iterable<OwnedEntry>): Sha256 {
  const hash = createHash('sha256');
  hash.update('selfsame/environment-tree/v1\n');
  for (const entry of sortByPath(entries)) hash.update(`${fieldsOf(entry).join('\0')}\n`);
  return hash.digest('hex');
}

function fieldsOf(entry: OwnedEntry): readonly (string | number)[] {
  switch (entry.type) {
    case 'directory':
      return ['d', entry.path, entry.mode, entry.uid, entry.gid, ...flatten(entry.attributes)];
    case 'file':
      return [
        ...['f', entry.path, entry.mode, entry.uid, entry.gid, entry.time, entry.size],
        ...[entry.sha256, ...flatten(entry.attributes)],
      ];
    case 'symlink':
      return ['l', entry.path, entry.uid, entry.gid, entry.time, entry.target];
  }
}

function flatten(attributes: ExtendedAttributes | undefined): readonly string[] {
  return (attributes ?? []).flat();
}

/** The path of the directory that holds `path`; empty for the root itself. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}
