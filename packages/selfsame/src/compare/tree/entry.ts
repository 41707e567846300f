import { lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';

/** Something in a tree. */
export interface Entry {
  /** Path below the tree, `/`-separated, one character for each byte (latin1). */
  readonly bytes: string;
  readonly stats: Stats;
}

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
export function kindOf(stats: Stats): string {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFIFO()) return 'named pipe';
  if (stats.isSocket()) return 'socket';
  return stats.isBlockDevice() ? 'block device' : 'character device';
}

/** Entries of one directory of a tree in byte order. @throws errors of the system */
export function entriesOf(root: string, directory: string): Entry[] {
  const names = readdirSync(systemPath(root, directory), 'latin1');
  const below = directory === '' ? '' : `${directory}/`;
  return names
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      const bytes = below + name;
      return { bytes, stats: lstatSync(systemPath(root, bytes)) };
    });
}

/** Where a symbolic link leads, one character for each byte. @throws errors of the system */
export function linkTarget(root: string, bytes: string): string {
  return readlinkSync(systemPath(root, bytes), 'latin1');
}
