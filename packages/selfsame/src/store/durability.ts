import { spawn } from 'node:child_process';
import { closeSync, constants, fsyncSync, lstatSync, openSync, readdirSync } from 'node:fs';
import { mkdir, open, readFile, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { entryKinds, isSha256 } from './layout.js';
import type { Layout } from './layout.js';
import { errorCodeOf } from './store-errors.js';
import type { EntryKind } from './types.js';

/**
 * Entries survive a power cut whole or not at all, without making every publication wait for the disk.
 * A small entry is synced file by file before its rename. For a large one a marker named after the
 * entry and the running kernel is made in `unsynced/` first; the disk is synced in the background, and
 * then the marker goes. File systems keep the order of making a marker and renaming the entry. A marker
 * of another boot therefore means: the power went before that entry was on the disk, and it is dropped.
 * Kills need none of this, because what a process wrote outlives it.
 */
export interface Durability {
  /** Before an entry gets its name: its data is on the disk, or a marker says that it may not be. */
  prepare(kind: EntryKind, key: string, draft: string): Promise<void>;
  /** After it has its name: sees to it in the background. */
  settle(): void;
  /** The entries that a power cut may have left incomplete, and their markers. */
  doubtful(): Promise<readonly DoubtfulEntry[]>;
}

export interface DoubtfulEntry {
  readonly kind: EntryKind;
  readonly key: string;
  readonly marker: string;
}

/** Up to this many entries, syncing each is quicker than syncing the file system. */
const smallEntries = 64;

/** Identifies the running kernel; random_boot_id(4) of Linux. */
const bootIdFile = '/proc/sys/kernel/random/boot_id';

export function createDurability(layout: Layout): Durability {
  const pending = new Set<string>();
  let running = false;

  async function syncPending(): Promise<void> {
    running = true;
    try {
      while (pending.size > 0) {
        const markers = [...pending];
        pending.clear();
        if (!(await syncFileSystem(layout.root))) return;
        for (const marker of markers) await unlink(marker).catch(() => undefined);
      }
    } finally {
      running = false;
    }
  }

  return {
    async prepare(kind, key, draft) {
      const small = listIfSmall(draft);
      if (small !== undefined) {
        for (const path of small) syncPath(path);
        return;
      }
      const marker = join(layout.unsynced, `${kind}.${key}.${await bootId()}`);
      try {
        await touch(marker);
      } catch (error) {
        if (errorCodeOf(error) !== 'ENOENT') throw error;
        await mkdir(layout.unsynced, { recursive: true });
        await touch(marker);
      }
      pending.add(marker);
    },
    settle() {
      if (!running && pending.size > 0) void syncPending();
    },
    async doubtful() {
      const names = await readdir(layout.unsynced).catch(() => []);
      if (names.length === 0) return [];
      const boot = await bootId();
      const found: DoubtfulEntry[] = [];
      for (const name of names) {
        const [kind, key, markerBoot] = name.split('.');
        const known = entryKinds.find((one) => one === kind);
        const marker = join(layout.unsynced, name);
        if (markerBoot === boot) pending.add(marker);
        else if (known !== undefined && key !== undefined && isSha256(key))
          found.push({ kind: known, key, marker });
        else await unlink(marker).catch(() => undefined);
      }
      return found;
    },
  };
}

async function bootId(): Promise<string> {
  return (await readFile(bootIdFile, 'utf8')).trim();
}

async function touch(path: string): Promise<void> {
  await (await open(path, 'w', 0o644)).close();
}

/** Every path of a small tree, children before their directories; undefined when it is not small or not ours to open. */
function listIfSmall(root: string): string[] | undefined {
  const paths: string[] = [];
  const visit = (path: string): boolean => {
    const facts = lstatSync(path);
    if (facts.isSymbolicLink()) return true;
    if (!facts.isFile() && !facts.isDirectory()) return false;
    if (
      facts.isDirectory() &&
      !readdirSync(path).every((name) => paths.length < smallEntries && visit(join(path, name)))
    )
      return false;
    return paths.push(path) <= smallEntries;
  };
  try {
    return visit(root) ? paths : undefined;
  } catch (error) {
    if (errorCodeOf(error) === 'EACCES') return undefined;
    throw error;
  }
}

function syncPath(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * syncfs(2) on the file system of `path`, through coreutils' `sync -f`. Does not keep our process from
 * ending: markers that stay are seen to by the next one. False when it could not be done.
 */
function syncFileSystem(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('sync', ['-f', '--', path], { stdio: 'ignore' });
    child.unref();
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}
