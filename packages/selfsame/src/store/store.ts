import { randomBytes } from 'node:crypto';
import { access, chmod, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { putFile, syncDirectory } from './files.js';
import { layoutOf } from './layout.js';
import type { Layout } from './layout.js';
import { takeNamedLock } from './named-locks.js';
import { createDurability } from './durability.js';
import type { Durability } from './durability.js';
import { removeTree } from './remove-tree.js';
import { createSession } from './session.js';
import type { Session } from './session.js';
import { asStoreError, errorCodeOf } from './store-errors.js';
import type { EntryKind, Scratch, Store } from './types.js';
import { openOrCreate } from './version.js';

/** A store with what only its own commands (gc, verify) need. */
export interface OpenStore extends Store {
  readonly layout: Layout;
  readonly session: Session;
  /** Lets gc in again; the store can be used on, and then keeps gc away once more. */
  close(): void;
}

/**
 * Opens the store at `path`, creating it when there is nothing yet.
 * Rejects with `STORE_NOT_A_STORE`, `STORE_TOO_NEW`, `STORE_FULL` or `STORE_UNUSABLE`.
 *
 * Reading takes no lock. The first write, scratch directory or lock makes this process a user of the
 * store until it ends: gc waits for it.
 */
export async function openStore(path: string): Promise<OpenStore> {
  const root = isAbsolute(path) ? path : resolve(path);
  const layout = layoutOf(root);
  await openOrCreate(layout);
  const session = createSession(layout);
  const durability = createDurability(layout);
  for (const { kind, key, marker } of await durability.doubtful()) {
    await session.begin();
    await removeEntry(layout, kind, key);
    await rm(marker, { force: true });
  }

  return {
    root,
    layout,
    session,
    filePath: (sha256) => layout.filePath(sha256),
    hasFile: (sha256) => exists(layout.filePath(sha256)),
    async putFile(from, options) {
      await session.begin();
      return putFile(layout, from, options);
    },
    entry: async (kind, key) =>
      (await exists(layout.entryPath(kind, key))) ? layout.entryPath(kind, key) : undefined,
    entryPath: (kind, key) => layout.entryPath(kind, key),
    publish: (kind, key, fill) => publish(layout, session, durability, kind, key, fill),
    async remove(kind, key) {
      await session.begin();
      await removeEntry(layout, kind, key);
    },
    scratch: (purpose) => createScratch(layout, session, purpose),
    async lock(name, options) {
      await session.begin();
      return takeNamedLock(layout.locks, name, options);
    },
    close: () => session.end(),
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'ENOENT') return false;
    throw error;
  }
}

async function publish(
  layout: Layout,
  session: Session,
  durability: Durability,
  kind: EntryKind,
  key: string,
  fill: (directory: string) => Promise<void>,
): Promise<string> {
  const final = layout.entryPath(kind, key);
  if (await exists(final)) return final;
  await using scratch = await createScratch(layout, session, kind);
  try {
    const draft = join(scratch.path, 'entry');
    await mkdir(draft);
    await chmod(draft, 0o755);
    await fill(draft);
    await durability.prepare(kind, key, draft);
    await renameOrKeepWinner(draft, final);
    await syncDirectory(join(layout.root, kind));
    durability.settle();
  } catch (error) {
    throw await asStoreError(error, layout.root, `keeping an entry of ${kind}`);
  }
  return final;
}

/** Two processes may publish one key: the first rename wins, the other finds the place taken. */
async function renameOrKeepWinner(draft: string, final: string): Promise<void> {
  try {
    await rename(draft, final);
  } catch (error) {
    const code = errorCodeOf(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    if (!(await lstat(final)).isDirectory()) throw error;
  }
}

/** Out of sight in one rename first, so that a kill in between leaves no half entry under its name. */
async function removeEntry(layout: Layout, kind: EntryKind, key: string): Promise<void> {
  const doomed = join(layout.tmp, `removed-${randomBytes(12).toString('hex')}`);
  try {
    await rename(layout.entryPath(kind, key), doomed);
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return;
    throw await asStoreError(error, layout.root, `removing an entry of ${kind}`);
  }
  await removeTree(layout.root, doomed);
}

async function createScratch(layout: Layout, session: Session, purpose: string): Promise<Scratch> {
  await session.begin();
  const label = purpose.replace(/[^A-Za-z0-9._-]+/gu, '-').slice(0, 60);
  const path = join(layout.tmp, `${label}-${randomBytes(12).toString('hex')}`);
  try {
    await mkdir(path);
    await chmod(path, 0o755);
  } catch (error) {
    throw await asStoreError(error, layout.root, 'making a scratch directory');
  }
  let owned = true;
  return {
    path,
    release() {
      owned = false;
    },
    async [Symbol.asyncDispose]() {
      if (owned) await removeTree(layout.root, path);
      owned = false;
    },
  };
}
