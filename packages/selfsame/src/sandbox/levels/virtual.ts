import type { DeterminizerConfiguration } from '../determinizer/configuration.js';
import { defaultSourceModes } from '../determinizer/sources.js';
import type { SourceModes, SourceName } from '../determinizer/sources.js';
import type { SandboxDescription, Surroundings, VirtualDescription } from '../types.js';
import { fixed } from './fixed.js';
import type { ConstantFile, Level } from './level.js';
import { memoryText, statText } from './machine-facts.js';
import { usualSurroundings } from './surroundings.js';

/**
 * What level `virtual` means, as it stands in a build definition: another number is another build. To be raised
 * with every change of what programs see under the determinizer.
 */
export const virtualVersion = 2;

/** Of the level itself; `check` varies it. */
export const virtualSeed = 'selfsame';

/** The level's part of a description, with some sources not as the level has them. */
export function describeVirtual(sources: SourceModes = {}): VirtualDescription {
  return {
    version: virtualVersion,
    seed: virtualSeed,
    sources: { ...defaultSourceModes, ...sources },
  };
}

/** What recipes that say nothing about sources get. */
export const virtualDescription = describeVirtual();

/** Seconds the machine has run, to sysinfo(2) and /proc/uptime alike (native/determinizer/src/sysinfo.c). */
const uptime = 1000;

/** Processes there are, to the same (sysinfo.c). */
const processes = 2;

/** Everything `fixed` fixes from outside, and what the determinizer answers (docs/determinizer.md). */
export const virtual: Level = {
  name: 'virtual',
  plan: (description, surroundings) => {
    const { sources, seed } = description.virtual ?? virtualDescription;
    const outside = fixed.plan(description, surroundings);
    const isFixed = (source: SourceName): boolean => sources[source] === 'fixed';
    return {
      ...outside,
      facts: withOwn(outside.facts, ownFacts(description)).filter(({ path }) => {
        const source = factSources[path];
        return source === undefined || isFixed(source);
      }),
      system: sources.cpus === 'real' ? [] : outside.system,
      // One listener in a tree: the determinizer's.
      answers: undefined,
      determinizer: {
        version: 1,
        epoch: description.sourceDateEpoch,
        seed,
        sources,
        cpus: description.cpus,
        memory: description.memoryShown,
        hostname: description.hostname,
        release: surroundings.kernelRelease,
        kernelVersion: surroundings.kernelVersion,
        ...unusual(surroundings),
      },
    };
  },
};

/** Those that the determinizer knows by itself are not said, so that its arguments stay what they were. */
function unusual(surroundings: Surroundings): Partial<DeterminizerConfiguration> {
  const { machine, domain, blockSize, clockStep, personality } = surroundings;
  return {
    ...(machine !== usualSurroundings.machine && { machine }),
    ...(domain !== usualSurroundings.domain && { domain }),
    ...(blockSize !== usualSurroundings.blockSize && { blockSize }),
    ...(clockStep !== usualSurroundings.clockStep && { clockStep }),
    ...(personality !== usualSurroundings.personality && { personality }),
  };
}

function withOwn(
  outside: readonly ConstantFile[],
  own: readonly ConstantFile[],
): readonly ConstantFile[] {
  return [...new Map([...outside, ...own].map((fact) => [fact.path, fact])).values()];
}

/** In place of those of `fixed`, to agree with the determinizer's answers. */
function ownFacts(description: SandboxDescription): ConstantFile[] {
  const { cpus, memoryShown, sourceDateEpoch } = description;
  return [
    { path: '/proc/uptime', content: `${uptime}.00 ${uptime}.00\n` },
    { path: '/proc/loadavg', content: `0.00 0.00 0.00 1/${processes} ${processes}\n` },
    { path: '/proc/meminfo', content: memoryText(memoryShown, Math.floor(memoryShown / 2)) },
    // The clock starts two seconds after the epoch.
    { path: '/proc/stat', content: statText(cpus, sourceDateEpoch + 2 - uptime) },
  ];
}

/** Which source a fact belongs to: where that is real so is the fact, and where it varies it is the determinizer's. */
const factSources: Readonly<Record<string, SourceName>> = {
  '/proc/cpuinfo': 'cpus',
  '/proc/stat': 'cpus',
  '/proc/meminfo': 'sysinfo',
  '/proc/uptime': 'sysinfo',
  '/proc/loadavg': 'sysinfo',
  '/proc/version': 'uname',
  '/proc/cmdline': 'uname',
  '/proc/sys/kernel/osrelease': 'uname',
  '/proc/sys/kernel/version': 'uname',
  '/proc/sys/kernel/random/boot_id': 'randomness',
};
