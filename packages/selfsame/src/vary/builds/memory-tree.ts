import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** Name of our directories there: the number of the process that made it, so that a later one finds what it left. */
const prefix = 'selfsame-check-';

/** A tree may grow to so many times its size. */
const growth = 4;
const leastFree = 256 * 2 ** 20;

/**
 * An empty directory on a file system in memory with room for `bytes` to grow, or undefined. The caller removes it; of
 * processes that were killed, the next one does.
 */
export async function memoryDirectory(at: string, bytes: number): Promise<string | undefined> {
  try {
    await removeStale(at);
    const { bavail, bsize } = await statfs(at);
    if (bavail * bsize < bytes * growth + leastFree) return undefined;
    return await mkdtemp(join(at, `${prefix}${process.pid}-`));
  } catch {
    return undefined;
  }
}

/** So little is left where a program that writes more meets the end of it. */
const mostLeft = 16 * 2 ** 20;

/** Nothing more could be written there. Never rejects. */
export async function isFull(path: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize < mostLeft;
  } catch {
    return false;
  }
}

/** Removes such a directory, also with directories in it that even their owner may not change. Never rejects. */
export async function removeMemoryDirectory(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    await new Promise<void>((resolve) => {
      execFile('chmod', ['-R', 'u+rwX', '--', path], () => resolve());
    });
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function removeStale(at: string): Promise<void> {
  for (const name of await readdir(at)) {
    const pid = new RegExp(`^${prefix}(\\d{1,10})-`, 'u').exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await removeMemoryDirectory(join(at, name));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
