import { defaultCpus, defaultMemoryShown } from '../recipe/limits.js';
import { usualSurroundings } from '../sandbox/levels/surroundings.js';
import type { SourceModes } from '../sandbox/determinizer/sources.js';
import { virtualSeed } from '../sandbox/levels/virtual.js';
import { startOfClock } from './clock.js';
import type { Conditions } from './types.js';

/** The directory of temporary files that is there without a variation. */
export const usualTemporaryDirectory = '/tmp';

/** What a builder knows of its builds. */
export interface BaseOptions {
  /** Those that builds have anyway; default: all are fixed. */
  readonly sources?: SourceModes | undefined;
  /** Time of the sources, seconds since 1970. */
  readonly epoch: number;
  readonly user: Conditions['user'];
  readonly home: string;
  /** Where the tree is seen, absolute. */
  readonly path: string;
  readonly hostname?: string;
  readonly cpus?: number;
  readonly memory?: number;
  readonly locale?: string;
  readonly timezone?: string;
  readonly umask?: number;
}

/**
 * Conditions with nothing varied: every source that can be fixed is. What differs between two such builds is a race or
 * something the determinizer does not cover (docs/decisions/0021-what-check-varies-from.md).
 */
export function baseConditions(options: BaseOptions): Conditions {
  return {
    sources: options.sources ?? {},
    seed: virtualSeed,
    epoch: options.epoch,
    sourceEpoch: options.epoch,
    timeShift: 0,
    yearEnd: 'no',
    clockStep: usualSurroundings.clockStep,
    hostname: options.hostname ?? 'selfsame',
    domain: usualSurroundings.domain,
    user: options.user,
    home: options.home,
    path: options.path,
    temporaryDirectory: usualTemporaryDirectory,
    locale: options.locale ?? 'C.UTF-8',
    timezone: options.timezone ?? 'UTC',
    umask: options.umask ?? 0o022,
    cpus: options.cpus ?? defaultCpus,
    affinity: undefined,
    jobs: 1,
    cpuModel: usualSurroundings.processorModel,
    memory: options.memory ?? defaultMemoryShown,
    kernelRelease: usualSurroundings.kernelRelease,
    kernelVersion: usualSurroundings.kernelVersion,
    machine: usualSurroundings.machine,
    personality: 0,
    variables: {},
    pathDirectories: [],
    shell: undefined,
    terminal: false,
    network: 'none',
    fileSystem: 'overlay',
    blockSize: usualSurroundings.blockSize,
    niceness: 0,
  };
}

/** Conditions with another time, and the epoch and the step of the clock that follow. */
export function withTime(
  conditions: Conditions,
  change: Partial<Pick<Conditions, 'timeShift' | 'yearEnd'>>,
): Conditions {
  const changed = { ...conditions, ...change };
  return { ...changed, ...startOfClock(changed, usualSurroundings.clockStep) };
}

/** Conditions under which one source varies by a seed. */
export function withSource(
  conditions: Conditions,
  name: keyof Conditions['sources'],
  seed: string,
): Conditions {
  return { ...conditions, sources: { ...conditions.sources, [name]: `vary:${seed}` } };
}
