import { lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';

/** Something in a tree: what is kept of it, as there may be very many. */
export interface Entry {
  /** Path below the tree, `/`-separated, one character for each byte (latin1). */
  readonly bytes: string;
  readonly kind: EntryKind;
  /** Permissions, with the bits for set-user-id, set-group-id and sticky. */
  readonly permissions: number;
  /** Bytes, as the system states them. */
  readonly size: number;
  /** The first path of the same file in the order of the walk, as a person reads it; `none`: itself, or the only one. */
  readonly hardLink: string;
  /** Extended attributes as `attributes.ts` keeps them; empty: none, or none that are compared. */
  readonly attributes: string;
  /** Of devices, as the system numbers them; else 0. */
  readonly device: number;
  readonly uid: number;
  readonly gid: number;
}

export type EntryKind =
  'file' | 'directory' | 'symlink' | 'named pipe' | 'socket' | 'block device' | 'character device';

/** A path as bytes, for the system. */
export function systemPath(root: string, bytes: string): Buffer {
  return bytes === ''
    ? Buffer.from(root)
    : Buffer.from(`${Buffer.from(root).toString('latin1')}/${bytes}`, 'latin1');
}

/** A path for a person: UTF-8, or with `\xff` for each byte that is none. Untrusted text. */
export function shownPath(bytes: string): string {
  if (/^[\u0020-\u007e]*$/.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(buffer);
  } catch {
    return bytes.replace(
      /[\u0080-\u00ff]/g,
      (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
  }
}

/** What kind of thing it is, in words. */
function kindOf(stats: Stats): EntryKind {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFIFO()) return 'named pipe';
  if (stats.isSocket()) return 'socket';
  return stats.isBlockDevice() ? 'block device' : 'character device';
}

/** Names in one directory of a tree in byte order, one character for each byte. @throws errors of the system */
export function namesIn(root: string, directory: string): string[] {
  return readdirSync(systemPath(root, directory), 'latin1').sort((a, b) => (a < b ? -1 : 1));
}

/** What stands at a path of a tree. @throws errors of the system */
export function entryAt(
  root: string,
  bytes: string,
  links: HardLinks,
  attributes?: ReadonlyMap<string, string>,
): Entry {
  const stats = lstatSync(systemPath(root, bytes));
  const kind = kindOf(stats);
  return {
    bytes,
    kind,
    permissions: stats.mode & 0o7777,
    size: stats.size,
    hardLink: links.firstOf(bytes, kind, stats),
    attributes: attributes?.get(bytes) ?? '',
    device: kind === 'block device' || kind === 'character device' ? stats.rdev : 0,
    uid: stats.uid,
    gid: stats.gid,
  };
}

/** Paths that are one file each, by the first of them in the order of the walk. */
export class HardLinks {
  /** By device, then by inode. */
  readonly #first = new Map<number, Map<number, string>>();

  firstOf(bytes: string, kind: EntryKind, { nlink, dev, ino }: Stats): string {
    if (nlink < 2 || kind === 'directory') return 'none';
    let ofDevice = this.#first.get(dev);
    if (ofDevice === undefined) this.#first.set(dev, (ofDevice = new Map()));
    const first = ofDevice.get(ino);
    if (first === undefined) ofDevice.set(ino, bytes);
    return first === undefined ? 'none' : shownPath(first);
  }
}

/** Where a symbolic link leads, one character for each byte. @throws errors of the system */
export function linkTarget(root: string, bytes: string): string {
  return readlinkSync(systemPath(root, bytes), 'latin1');
}
