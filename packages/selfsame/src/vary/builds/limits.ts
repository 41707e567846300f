import { statfs } from 'node:fs/promises';

import { defaultLimits } from '../../recipe/limits.js';
import { unlimited } from '../../sandbox/types.js';
import type { Limits } from '../../sandbox/types.js';

/** What a build may write, bytes, where there is room for it. */
export function wantedDiskBytes({ diskBytes }: Partial<Limits> = {}): number {
  return diskBytes ?? defaultLimits.diskBytes;
}

/**
 * Bounds on one build of a check: those of recipes but for memory, as commands are people's own; of the disk at most half of
 * what is free.
 *
 * @param at a directory on the file system that is written to
 */
export async function buildLimits(at: string, wanted: Partial<Limits> = {}): Promise<Limits> {
  const { bavail, bsize } = await statfs(at);
  return {
    ...defaultLimits,
    memoryBytes: unlimited,
    ...wanted,
    diskBytes: Math.min(
      wantedDiskBytes(wanted),
      Math.max(2 ** 20, Math.floor((bavail * bsize) / 2)),
    ),
  };
}
