import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readSync,
  readdirSync,
  readlinkSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { Sha256, TreeEntry } from './types.js';

/** Bounds on one tree: far above the largest source releases, far below what fills a memory. */
export const treeLimits = { entries: 2_000_000, depth: 256 } as const;

/** What one turn of the event loop may read or copy before others get theirs, bytes. */
export const bytesPerTurn = 32 << 20;

/**
 * Digest of a tree: sha256 over the bytes
 *
 *     "selfsame tree v1" NUL
 *     then for each entry below the root, in byte order of the UTF-8 path:
 *       directory  "d " path NUL
 *       file       "f " ("x" | "-") " " size " " sha256 " " path NUL
 *       symlink    "l " path NUL target NUL
 *
 * `path` is relative, `/`-separated, UTF-8; `x` means executable by its owner; `size` is decimal
 * bytes; `sha256` lower-case hexadecimal. Owners, times, other mode bits, hard links and the root's
 * own mode are not part of it. No name can hold NUL or `/`, so two trees never give the same bytes.
 */
export function treeDigest(entries: readonly TreeEntry[]): Sha256 {
  const hash = createHash('sha256');
  hash.update('selfsame tree v1\0');
  for (const entry of sortEntries(entries)) hash.update(record(entry));
  return hash.digest('hex');
}

function record(entry: TreeEntry): string {
  if (entry.type === 'directory') return `d ${entry.path}\0`;
  if (entry.type === 'symlink') return `l ${entry.path}\0${entry.target}\0`;
  return `f ${isExecutable(entry.mode) ? 'x' : '-'} ${entry.size} ${entry.sha256} ${entry.path}\0`;
}

export function isExecutable(mode: number): boolean {
  return (mode & 0o100) !== 0;
}

/** The mode a kept file has: only the owner's executable bit survives. */
export function normalMode(mode: number): 0o755 | 0o644 {
  return isExecutable(mode) ? 0o755 : 0o644;
}

/** A copy in byte order of the UTF-8 paths. */
export function sortEntries(entries: readonly TreeEntry[]): TreeEntry[] {
  return [...entries].sort((a, b) => comparePaths(a.path, b.path));
}

/** Byte order of the UTF-8 forms, without encoding where UTF-16 order already agrees with it. */
export function comparePaths(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates stand for characters above U+FFFF, which UTF-8 sorts last but UTF-16 does not.
    const xHigh = x >= 0xd800 && x <= 0xdfff;
    const yHigh = y >= 0xd800 && y <= 0xdfff;
    return xHigh === yHigh ? x - y : xHigh ? 1 : -1;
  }
  return a.length - b.length;
}

/** What is found below a directory before any file is read. */
export interface FoundEntry {
  readonly path: string;
  readonly facts: Stats;
  /** Of a symlink. */
  readonly target: string | undefined;
}

/**
 * Everything below `directory`, unsorted, following no link.
 * Rejects with `TREE_INVALID` on devices, sockets, fifos, names that are not UTF-8, and past `treeLimits`.
 */
export function* walkTree(directory: string): Generator<FoundEntry> {
  const pending: { readonly path: string; readonly depth: number }[] = [{ path: '', depth: 0 }];
  let count = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const name of readNames(directory, next.path)) {
      const path = next.path === '' ? name : `${next.path}/${name}`;
      count += 1;
      if (count > treeLimits.entries)
        throw invalid(directory, `it holds more than ${treeLimits.entries} entries`);
      if (next.depth >= treeLimits.depth)
        throw invalid(directory, `it is nested deeper than ${treeLimits.depth} directories`);
      const full = join(directory, path);
      const facts = lstatSync(full);
      if (facts.isDirectory()) pending.push({ path, depth: next.depth + 1 });
      else if (!facts.isFile() && !facts.isSymbolicLink())
        throw invalid(
          directory,
          `${JSON.stringify(path)} is neither a file, a directory nor a symbolic link`,
        );
      yield {
        path,
        facts,
        target: facts.isSymbolicLink() ? readTarget(directory, path) : undefined,
      };
    }
  }
}

function readNames(directory: string, path: string): string[] {
  const names = readdirSync(join(directory, path));
  if (names.some((name) => name.includes('\uFFFD'))) {
    for (const raw of readdirSync(join(directory, path), { encoding: 'buffer' })) {
      if (!Buffer.from(raw.toString('utf8')).equals(raw))
        throw invalid(
          directory,
          `a name in ${JSON.stringify(path)} is not UTF-8: ${JSON.stringify(raw.toString('latin1'))}`,
        );
    }
  }
  return names;
}

function readTarget(directory: string, path: string): string {
  const raw = readlinkSync(join(directory, path), { encoding: 'buffer' });
  const target = raw.toString('utf8');
  if (!Buffer.from(target).equals(raw))
    throw invalid(directory, `the target of the link ${JSON.stringify(path)} is not UTF-8`);
  return target;
}

function invalid(directory: string, why: string): SelfsameError {
  return new SelfsameError('TREE_INVALID', `the tree ${directory} cannot be kept: ${why}`);
}

/**
 * The entries of the tree below `directory`, normalised (files 0644 or 0755, directories 0755),
 * sorted by path bytes, every file hashed. Follows no link. Rejects with `TREE_INVALID` as `walkTree`.
 */
export async function scanTree(directory: string): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  let bytes = 0;
  for (const found of walkTree(directory)) {
    if (found.target !== undefined)
      entries.push({ path: found.path, type: 'symlink', target: found.target });
    else if (found.facts.isDirectory())
      entries.push({ path: found.path, type: 'directory', mode: 0o755 });
    else {
      const { sha256, size } = hashFileNow(join(directory, found.path));
      entries.push({
        path: found.path,
        type: 'file',
        mode: normalMode(found.facts.mode),
        size,
        sha256,
      });
      bytes += size + 4096;
    }
    if (bytes > bytesPerTurn) {
      bytes = 0;
      await nextTurn();
    }
  }
  return sortEntries(entries);
}

const buffer = Buffer.allocUnsafeSlow(1 << 20);

/**
 * Hashes one file without giving up the thread, handing each piece to `each` as well. For many small
 * files this is several times faster than asynchronous calls; callers yield between files.
 */
export function hashFileNow(
  path: string,
  each?: (chunk: Uint8Array) => void,
): { readonly sha256: Sha256; readonly size: number } {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const hash = createHash('sha256');
    let size = 0;
    for (;;) {
      const read = readSync(fd, buffer, 0, buffer.length, null);
      if (read === 0) return { sha256: hash.digest('hex'), size };
      const chunk = buffer.subarray(0, read);
      hash.update(chunk);
      each?.(chunk);
      size += read;
    }
  } finally {
    closeSync(fd);
  }
}
