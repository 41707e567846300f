import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Most entries of one tree, and directories in directories. */
export const treeBounds = { entries: 2_000_000, depth: 512 } as const;

/** What the kernel says of one entry of a tree. */
export interface TreeEntry {
  /** Path in the tree; a name that is not UTF-8 has its other bytes as `\xff`. */
  readonly path: string;
  /** The same as bytes, for the kernel. */
  readonly bytes: Buffer;
  readonly type: 'file' | 'symlink' | 'directory' | 'socket' | 'special';
  /** Permissions and the three bits above them. */
  readonly mode: number;
  readonly size: number;
  readonly inode: bigint;
  /** Nanoseconds since 1970. */
  readonly changed: bigint;
  readonly modified: bigint;
  readonly links: bigint;
}

/** A tree has more entries or is deeper than `treeBounds`. */
export class TreeTooLarge extends Error {}

/**
 * Every entry below `root`, directories before what is in them, in the order of the names' bytes. Links are not followed.
 * A directory that may not be read is handed to `unreadable`, which may help and say so by resolving with true.
 *
 * @param skip absolute paths that are left out with all below them
 */
export async function* walkTree(
  root: string,
  options: {
    readonly skip?: readonly string[];
    readonly unreadable?: (path: Buffer, error: unknown) => Promise<boolean>;
  } = {},
): AsyncGenerator<TreeEntry> {
  const skip = new Set(options.skip ?? []);
  const stack: { readonly bytes: Buffer; readonly depth: number }[] = [
    { bytes: Buffer.alloc(0), depth: 0 },
  ];
  let seen = 0;
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const directory = onDisk(root, at.bytes);
    const names = await namesIn(directory, options.unreadable);
    const below: Buffer[] = [];
    for (const name of names) {
      if (++seen > treeBounds.entries || at.depth >= treeBounds.depth) throw new TreeTooLarge();
      const bytes = at.bytes.length === 0 ? name : Buffer.concat([at.bytes, slash, name]);
      const entry = await entryAt(root, bytes);
      if (entry === undefined || skip.has(join(root, entry.path))) continue;
      if (entry.type === 'directory') below.push(bytes);
      yield entry;
    }
    for (const bytes of below.reverse()) stack.push({ bytes, depth: at.depth + 1 });
  }
}

const slash = Buffer.from('/');

/** The path of an entry for the kernel. */
export function onDisk(root: string, bytes: Buffer): Buffer {
  return bytes.length === 0 ? Buffer.from(root) : Buffer.concat([Buffer.from(`${root}/`), bytes]);
}

async function namesIn(
  directory: Buffer,
  unreadable: ((path: Buffer, error: unknown) => Promise<boolean>) | undefined,
): Promise<Buffer[]> {
  const list = async (): Promise<Buffer[]> =>
    (await readdir(directory, { encoding: 'buffer' })).sort((a, b) => Buffer.compare(a, b));
  try {
    return await list();
  } catch (error) {
    if (unreadable === undefined || !(await unreadable(directory, error))) throw error;
    return list();
  }
}

/** One entry by its path's bytes; undefined if it is not there. */
export async function entryAt(root: string, bytes: Buffer): Promise<TreeEntry | undefined> {
  const found = await lstat(onDisk(root, bytes), { bigint: true }).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  const type = found.isFile()
    ? 'file'
    : found.isDirectory()
      ? 'directory'
      : found.isSymbolicLink()
        ? 'symlink'
        : found.isSocket()
          ? 'socket'
          : 'special';
  return {
    path: readablePath(bytes),
    bytes,
    type,
    mode: Number(found.mode & 0o7777n),
    size: Number(found.size),
    inode: found.ino,
    changed: found.ctimeNs,
    modified: found.mtimeNs,
    links: found.nlink,
  };
}

const strict = new TextDecoder('utf-8', { fatal: true });

/** The bytes of a path as text: each name as it is if it is UTF-8, else with other bytes as `\xff`. */
export function readablePath(bytes: Buffer): string {
  try {
    return strict.decode(bytes);
  } catch {
    return names(bytes).map(readableName).join('/');
  }
}

function names(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(0x2f); end !== -1; end = bytes.indexOf(0x2f, start)) {
    parts.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return [...parts, bytes.subarray(start)];
}

function readableName(name: Buffer): string {
  try {
    return strict.decode(name);
  } catch {
    return [...name]
      .map((byte) =>
        byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
      )
      .join('');
  }
}
