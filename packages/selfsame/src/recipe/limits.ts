import type { Limits } from '../sandbox/types.js';
import type { LimitsData } from './schema.js';

const gibibyte = 1024 ** 3;

/** What recipes that say nothing get: enough for most packages, not enough to take a machine down. */
export const defaultLimits: Limits = {
  wallSeconds: 3600,
  memoryBytes: 4 * gibibyte,
  processes: 4096,
  diskBytes: 20 * gibibyte,
  outputBytes: 64 * 1024 ** 2,
};

/** CPUs and memory (bytes) every build is told it has, unless the recipe says otherwise; on every machine. */
export const defaultCpus = 4;
export const defaultMemoryShown = 8 * gibibyte;

/**
 * SOURCE_DATE_EPOCH at level `virtual`, where programs are told this time: what zip archives can hold (from 1980 on) and
 * most programs still work at. Seconds since 1970.
 */
export const virtualEpochs = { least: 315_532_800, most: 4_102_444_799 } as const;

/** Earlier layers win, field by field. */
export function mergeLimits(...layers: readonly (LimitsData | undefined)[]): Limits {
  const first = (key: keyof LimitsData): number | undefined =>
    layers.find((layer) => layer?.[key] !== undefined)?.[key];
  return {
    wallSeconds: first('time') ?? defaultLimits.wallSeconds,
    memoryBytes: first('memory') ?? defaultLimits.memoryBytes,
    processes: first('processes') ?? defaultLimits.processes,
    diskBytes: first('disk') ?? defaultLimits.diskBytes,
    outputBytes: first('output') ?? defaultLimits.outputBytes,
  };
}
