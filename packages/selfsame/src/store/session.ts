import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SelfsameError } from '../errors/selfsame-error.js';
import { takeFlock } from './flock.js';
import type { HeldFlock } from './flock.js';
import type { Layout } from './layout.js';
import { removeTree } from './remove-tree.js';

/**
 * One process's use of a store. Whoever writes holds `store.lock` shared for as long as it lives;
 * who removes (gc) holds it exclusively. So under the exclusive lock nobody is writing, and whatever
 * lies in `tmp/` was left by a process that died.
 */
export interface Session {
  /** Keeps gc away until `end` or the death of this process. Cheap after the first time. */
  begin(): Promise<void>;
  /** Runs `work` alone in the store; rejects with `STORE_IN_USE` when others use it (unless `wait`). */
  alone<T>(work: () => Promise<T>, wait: boolean, signal?: AbortSignal): Promise<T>;
  end(): void;
}

export function createSession(layout: Layout): Session {
  let held: Promise<HeldFlock> | undefined;

  async function begin(): Promise<HeldFlock> {
    if ((await readdir(layout.tmp)).length > 0) {
      const alone = await takeFlock(layout.lockFile, 'exclusive', { wait: false });
      if (alone !== undefined) {
        await removeLeftovers(layout).catch(() => undefined);
        await alone.change('shared', true);
        return alone;
      }
    }
    const shared = await takeFlock(layout.lockFile, 'shared', { wait: true });
    if (shared === undefined)
      throw new SelfsameError(
        'STORE_UNUSABLE',
        `the lock of the store at ${layout.root} was not taken`,
      );
    return shared;
  }

  return {
    async begin() {
      held ??= begin();
      try {
        await held;
      } catch (error) {
        held = undefined;
        throw error;
      }
    },
    async alone(work, wait, signal) {
      if (held !== undefined) (await held).release();
      held = undefined;
      const lock = await takeFlock(layout.lockFile, 'exclusive', { wait, signal });
      if (lock === undefined) {
        throw new SelfsameError(
          'STORE_IN_USE',
          `the store at ${layout.root} is in use by another process`,
          {
            hint: 'Run it again when no build is running, or with --wait',
          },
        );
      }
      try {
        return await work();
      } finally {
        lock.release();
      }
    },
    end() {
      void held?.then((lock) => lock.release());
      held = undefined;
    },
  };
}

/** Removes what dead processes left in `tmp/`. Only under the exclusive lock. Returns the names removed. */
export async function removeLeftovers(layout: Layout): Promise<string[]> {
  const names = await readdir(layout.tmp);
  for (const name of names) await removeTree(layout.root, join(layout.tmp, name));
  return names;
}
