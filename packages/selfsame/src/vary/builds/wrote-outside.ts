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

/**
 * Paths of the machine that a build changed, removed or made, outside of its tree: they vanished with it. Left out are
 * directories, places of temporary files and caches, and what begins with a dot in the home (caches and settings).
 *
 * @param changes scratch directory of the sandbox, with the tops of its overlays (native/src/ns/machine.h)
 * @param within places of mounts, which are the build's own
 * @returns sorted, at most 100
 */
export async function wroteOutside(
  changes: string,
  root: MachineRoot,
  within: readonly string[],
): Promise<readonly string[]> {
  const tops = [
    { number: 0, at: '/' },
    ...root.mounted.map((path, index) => ({ number: index + 1, at: path })),
    { number: root.mounted.length + 1, at: root.home.path },
  ];
  const homes = [root.home.path, root.home.inside];
  const own = [...ofNoInterest, ...within];
  const found = new Set<string>();
  let looked = 0;
  for (const { number, at } of tops) {
    const queue = [{ directory: join(changes, `o${number}`, 'upper'), path: at }];
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
