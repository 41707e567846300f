import { lstat, readdir, rename } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { entryKinds, isSha256 } from './layout.js';
import { removeTree } from './remove-tree.js';
import { removeLeftovers } from './session.js';
import { asStoreError, errorCodeOf } from './store-errors.js';
import type { OpenStore } from './store.js';
import type { EntryKind, Sha256 } from './types.js';

export interface GcOptions {
  /** Digests and keys of everything to keep, of whatever kind. Asked for once the store is ours alone. */
  readonly live: () => Promise<ReadonlySet<Sha256>>;
  /** Says what would go, and removes nothing. */
  readonly dryRun: boolean;
  /** Also keeps what was put into the store after this time, milliseconds since 1970. */
  readonly keepAfter: number;
  /** Waits for other users of the store instead of failing with `STORE_IN_USE`. */
  readonly wait: boolean;
  readonly signal: AbortSignal;
}

export interface Removed {
  readonly kind: EntryKind | 'files' | 'leftovers' | 'quarantine';
  readonly name: string;
  /** Bytes on disk. */
  readonly bytes: number;
}

export interface GcReport {
  readonly removed: readonly Removed[];
  readonly removedBytes: number;
  /** Files and entries that stay. */
  readonly kept: number;
}

/**
 * Removes what nothing reachable needs, what dead processes left, and what `verify` quarantined.
 * Each thing is renamed out of sight before it is removed, so that a kill leaves only leftovers.
 */
export async function collectGarbage(store: OpenStore, options: GcOptions): Promise<GcReport> {
  return store.session.alone(
    async () => {
      try {
        return await sweep(store, options);
      } catch (error) {
        throw await asStoreError(error, store.root, 'removing what is not needed');
      }
    },
    options.wait,
    options.signal,
  );
}

async function sweep(store: OpenStore, options: GcOptions): Promise<GcReport> {
  const { layout } = store;
  const live = await options.live();
  const removed: Removed[] = [];
  let kept = 0;
  const consider = async (kind: Removed['kind'], directory: string, name: string) => {
    options.signal.throwIfAborted();
    const path = join(directory, name);
    const facts = await lstat(path);
    // Trees carry a constant modification time; the change time is that of their publication.
    const isKept =
      kind !== 'leftovers' &&
      kind !== 'quarantine' &&
      isSha256(name) &&
      (live.has(name) || facts.ctimeMs > options.keepAfter);
    if (isKept) {
      kept += 1;
      return;
    }
    removed.push({ kind, name, bytes: await diskBytes(path) });
    if (!options.dryRun) await removeOutOfSight(store, path);
  };
  for (const name of await sorted(layout.tmp)) await consider('leftovers', layout.tmp, name);
  for (const name of await sorted(layout.quarantine))
    await consider('quarantine', layout.quarantine, name);
  for (const kind of entryKinds) {
    for (const name of await sorted(join(layout.root, kind)))
      await consider(kind, join(layout.root, kind), name);
  }
  for (const shard of await sorted(layout.files)) {
    for (const name of await sorted(join(layout.files, shard)))
      await consider('files', join(layout.files, shard), name);
  }
  if (!options.dryRun) await removeLeftovers(layout);
  return { removed, removedBytes: removed.reduce((sum, { bytes }) => sum + bytes, 0), kept };
}

async function removeOutOfSight(store: OpenStore, path: string): Promise<void> {
  const doomed = join(store.layout.tmp, `removed-${randomBytes(12).toString('hex')}`);
  await rename(path, doomed);
  await removeTree(store.root, doomed);
}

async function sorted(directory: string): Promise<string[]> {
  return (await readdir(directory)).sort();
}

/** Blocks in use below a path; what may not be read counts as nothing. */
async function diskBytes(path: string): Promise<number> {
  const facts = await lstat(path);
  let bytes = facts.blocks * 512;
  if (!facts.isDirectory()) return bytes;
  try {
    for (const name of await readdir(path)) bytes += await diskBytes(join(path, name));
  } catch (error) {
    if (errorCodeOf(error) !== 'EACCES') throw error;
  }
  return bytes;
}
