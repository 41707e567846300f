import {
  chmodSync,
  closeSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { asStoreError } from './store-errors.js';
import {
  bytesPerTurn,
  hashFileNow,
  isExecutable,
  normalMode,
  sortEntries,
  treeDigest,
  walkTree,
} from './tree-digest.js';
import { storedTreeTime } from './stored-time.js';
import type { FoundEntry } from './tree-digest.js';
import type { Sha256, Store, TreeEntry } from './types.js';

export { storedTreeTime };

export interface StoredTree {
  readonly digest: Sha256;
  /** Absolute path in the store. */
  readonly path: string;
  /** Sorted by path bytes. */
  readonly entries: readonly TreeEntry[];
  /** Sum of the files' bytes. */
  readonly size: number;
}

/**
 * Keeps the tree below `directory` as an entry of `trees`: every file is hashed while it is copied,
 * modes are normalised (0444 or 0555, directories 0755), times set to `storedTreeTime`.
 * With `move`, a directory on the store's file system is normalised where it is and renamed instead;
 * it must belong to the caller and must not be written meanwhile.
 * Rejects with `TREE_INVALID`, `STORE_FULL`, `STORE_UNUSABLE`.
 */
export async function storeTree(
  store: Store,
  directory: string,
  options: { readonly move?: boolean } = {},
): Promise<StoredTree> {
  await using scratch = await store.scratch('tree');
  const draft = options.move === true ? directory : join(scratch.path, 'tree');
  let entries: TreeEntry[];
  try {
    if (draft !== directory) mkdirSync(draft, { mode: 0o755 });
    entries = await takeTree(directory, draft);
  } catch (error) {
    throw await asStoreError(error, store.root, 'keeping a tree');
  }
  const digest = treeDigest(entries);
  const path = await store.publish('trees', digest, async (final) => {
    await rmdir(final);
    await rename(draft, final);
    chmodSync(final, 0o755);
    utimesSync(final, storedTreeTime, storedTreeTime);
  });
  const size = entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.size : 0), 0);
  return { digest, path, entries, size };
}

async function takeTree(from: string, to: string): Promise<TreeEntry[]> {
  const inPlace = from === to;
  const entries: TreeEntry[] = [];
  const directories: string[] = [];
  let bytes = 0;
  // With a list of its own, normalising in place does not disturb the walk.
  for (const found of [...walkTree(from)]) {
    const target = join(to, found.path);
    if (found.target !== undefined) {
      if (!inPlace) symlinkSync(found.target, target);
      lutimesSync(target, storedTreeTime, storedTreeTime);
      entries.push({ path: found.path, type: 'symlink', target: found.target });
    } else if (found.facts.isDirectory()) {
      if (!inPlace) mkdirSync(target);
      directories.push(target);
      entries.push({ path: found.path, type: 'directory', mode: 0o755 });
    } else {
      const entry = takeFile(found, join(from, found.path), inPlace ? undefined : target);
      chmodSync(target, isExecutable(entry.mode) ? 0o555 : 0o444);
      utimesSync(target, storedTreeTime, storedTreeTime);
      entries.push(entry);
      bytes += entry.size + 4096;
    }
    if (bytes > bytesPerTurn) {
      bytes = 0;
      await nextTurn();
    }
  }
  for (const path of directories) {
    chmodSync(path, 0o755);
    utimesSync(path, storedTreeTime, storedTreeTime);
  }
  return sortEntries(entries);
}

function takeFile(
  found: FoundEntry,
  from: string,
  to: string | undefined,
): TreeEntry & { readonly type: 'file' } {
  const mode = normalMode(found.facts.mode);
  if (to === undefined) return { path: found.path, type: 'file', mode, ...hashFileNow(from) };
  const fd = openSync(to, 'wx', 0o600);
  try {
    const stored = hashFileNow(from, (chunk) => {
      for (let written = 0; written < chunk.byteLength;) written += writeSync(fd, chunk, written);
    });
    return { path: found.path, type: 'file', mode, ...stored };
  } finally {
    closeSync(fd);
  }
}
