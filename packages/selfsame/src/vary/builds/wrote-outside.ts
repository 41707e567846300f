import { createReadStream } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join, posix } from 'node:path';

import { readLog } from '../../sandbox/determinizer/log-reader.js';
import { isWithin } from '../../sandbox/machine-root/mounts.js';
import type { MachineRoot } from '../../sandbox/types.js';

/** Most paths reported, and entries looked at. */
const pathsMax = 100;
const lookedAtMax = 50_000;

/** Where a machine's files change at every start of some program, whatever is built: no findings. */
const ofNoInterest = [
  '/tmp',
  '/var/tmp',
  '/run',
  '/dev',
  '/proc',
  '/sys',
  '/var/cache',
  '/var/log',
];

/** What the sandbox of an environment itself writes into its root; its users cannot. */
export const filesOfSandbox: readonly string[] = [
  'passwd',
  'group',
  'hostname',
  'hosts',
  'resolv.conf',
].map((name) => `/etc/${name}`);

/** The changed files of one overlay. */
export interface OverlayTop {
  readonly directory: string;
  /** What it covers, absolute. */
  readonly at: string;
}

/** Those of a sandbox on the machine's own root: where its scratch directory has them (native/src/ns/machine.h). */
export function machineTops(changes: string, root: MachineRoot): readonly OverlayTop[] {
  return ['/', ...root.mounted, root.home.path].map((at, number) => ({
    directory: join(changes, `o${number}`, 'upper'),
    at,
  }));
}

/** That of a sandbox of an environment. */
export function environmentTop(scratch: string): OverlayTop {
  return { directory: join(scratch, 'upper'), at: '/' };
}

/**
 * Paths of the machine that a build changed, removed or made, outside of its tree: they vanished with it. Left out are
 * directories, places of temporary files and caches, and what begins with a dot in the home (caches and settings).
 *
 * Where no overlay can be seen from outside (the store lies on one, so that changes were in memory), what the
 * determinizer's log says that programs asked to write.
 *
 * @param homes paths of the user's home
 * @param within places of mounts, which are the build's own
 * @param log of the build, and whether it could write anywhere: else only its home is looked at
 * @returns sorted, at most 100
 */
export async function wroteOutside(
  tops: readonly OverlayTop[],
  homes: readonly string[],
  within: readonly string[],
  log?: { readonly path: string; readonly anywhere: boolean },
): Promise<readonly string[]> {
  const own = [...ofNoInterest, ...within];
  const isOwn = (path: string): boolean =>
    own.some((one) => isWithin(path, one)) || isPrivate(path, homes);
  const seen = await changedIn(tops, isOwn);
  if (seen !== undefined || log === undefined) return seen ?? [];
  return askedFor(
    log.path,
    (path) => isOwn(path) || !(log.anywhere || homes.some((home) => isWithin(path, home))),
  );
}

/** Undefined if there is none of the overlays. */
async function changedIn(
  tops: readonly OverlayTop[],
  isOwn: (path: string) => boolean,
): Promise<readonly string[] | undefined> {
  const found = new Set<string>();
  let looked = 0;
  let opened = 0;
  for (const { directory: top, at } of tops) {
    const queue = [{ directory: top, path: at }];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const directory = await opendir(next.directory).catch(() => undefined);
      if (directory === undefined) continue;
      opened++;
      for await (const entry of directory) {
        if (++looked > lookedAtMax || found.size >= pathsMax) continue;
        const path = join(next.path, entry.name);
        if (isOwn(path)) continue;
        if (entry.isDirectory()) queue.push({ directory: join(next.directory, entry.name), path });
        else found.add(path);
      }
    }
  }
  return opened === 0 ? undefined : [...found].sort();
}

async function askedFor(
  logPath: string,
  isOwn: (path: string) => boolean,
): Promise<readonly string[]> {
  const found = new Set<string>();
  const stream = createReadStream(logPath);
  try {
    for await (const event of readLog(stream as AsyncIterable<Uint8Array>)) {
      if (event.type !== 'write' && event.type !== 'rename-to') continue;
      const path = posix.resolve(event.directory ?? '/', event.path);
      if (!isOwn(path)) found.add(path);
      if (found.size >= pathsMax) break;
    }
  } catch {
    // No log: the build did not get as far.
  } finally {
    stream.destroy();
  }
  return [...found].sort();
}

function isPrivate(path: string, homes: readonly string[]): boolean {
  return homes.some((home) => path.startsWith(`${home}/.`));
}
