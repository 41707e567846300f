import { opendir } from 'node:fs/promises';
import { join } from 'node:path';

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

/**
 * Paths of the machine that a build changed, removed or made, outside of its tree: they vanished with it. Left out are
 * directories, places of temporary files and caches, and what begins with a dot in the home (caches and settings).
 *
 * @param homes paths of the user's home
 * @param within places of mounts, which are the build's own
 * @returns sorted, at most 100
 */
export async function wroteOutside(
  tops: readonly OverlayTop[],
  homes: readonly string[],
  within: readonly string[],
): Promise<readonly string[]> {
  const own = [...ofNoInterest, ...within];
  const found = new Set<string>();
  let looked = 0;
  for (const { directory: top, at } of tops) {
    const queue = [{ directory: top, path: at }];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const directory = await opendir(next.directory).catch(() => undefined);
      if (directory === undefined) continue;
      for await (const entry of directory) {
        if (++looked > lookedAtMax || found.size >= pathsMax) continue;
        const path = join(next.path, entry.name);
        if (own.some((one) => isWithin(path, one)) || isPrivate(path, homes)) continue;
        if (entry.isDirectory()) queue.push({ directory: join(next.directory, entry.name), path });
        else found.add(path);
      }
    }
  }
  return [...found].sort();
}

function isPrivate(path: string, homes: readonly string[]): boolean {
  return homes.some((home) => path.startsWith(`${home}/.`));
}
