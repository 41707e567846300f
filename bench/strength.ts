import { cpus } from 'node:os';
import { strengthOf, type DomainRules, type RosterSigner } from '@selfsame/verify';
import type { BenchRow } from './row.js';

const ATTRIBUTES = [
  'organisation',
  'os',
  'provider',
  'jurisdiction',
  'toolchain_origin',
  'builder_software',
  'cpu_vendor',
];
const RULES: DomainRules = {
  domains: [...ATTRIBUTES].sort(),
  assumedSound: [],
  weights: {},
  unknown: 'shared',
};

/**
 * Exact strength of random rosters: 7 attributes, each value's frequency about inverse to its rank (as with
 * real systems and providers), numbers of values drawn anew for each roster.
 */
export function run(): Promise<readonly BenchRow[]> {
  const random = generator(1);
  // What follows is not to be measured while the compiler is at work.
  for (let round = 0; round < 20; round += 1) strengthOf(roster(random, 300), RULES);
  const large = Array.from({ length: 1000 }, () => timed(roster(random, 1000)));
  const small = Array.from({ length: 1000 }, () => roster(random, 30, 5))
    .filter((signers) => strengthOf(signers, RULES).atLeast <= 4)
    .map((signers) => timed(signers));
  return Promise.resolve([
    row('strength of 1,000 signers, median of 1,000 rosters', quantile(large, 0.5), 50, large),
    row('strength of 1,000 signers, worst of 1,000 rosters', Math.max(...large), 300, large),
    row(
      `strength of 30 signers, up to 4, median of ${small.length}`,
      quantile(small, 0.5),
      1,
      small,
    ),
  ]);
}

function row(name: string, ours: number, bar: number, all: readonly number[]): BenchRow {
  const at = (share: number) => quantile(all, share).toFixed(1);
  return {
    name,
    ours,
    peer: bar,
    unit: 'ms',
    ratio: ours / bar,
    bar: `≤ ${bar} ms`,
    met: ours <= bar,
    note: `processor time on ${cpus().length} CPUs; 90 % ${at(0.9)}, 99 % ${at(0.99)} ms`,
  };
}

/** Milliseconds of processor time; other programs on the machine do not count. */
function timed(signers: readonly RosterSigner[]): number {
  const start = process.cpuUsage();
  if (!strengthOf(signers, RULES).isExact) throw new Error('a search was cut off');
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** @param most values of an attribute; each attribute has between 4 and this many. */
function roster(random: () => number, size: number, most = 24): RosterSigner[] {
  const shares = ATTRIBUTES.map(() => {
    const values = 4 + Math.floor(random() * (most - 3));
    const skew = 0.6 + random() * 0.8;
    return Array.from({ length: values }, (_, rank) => 1 / (rank + 1) ** skew);
  });
  return Array.from({ length: size }, (_, index) => ({
    name: `s${index}`,
    keys: [],
    attributes: Object.fromEntries(
      ATTRIBUTES.map((name, attribute) => [name, [pick(random, shares[attribute] ?? [])]]),
    ),
  }));
}

function pick(random: () => number, shares: readonly number[]): string {
  let left = random() * shares.reduce((sum, share) => sum + share, 0);
  const index = shares.findIndex((share) => (left -= share) < 0);
  return `v${index < 0 ? shares.length - 1 : index}`;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

/** mulberry32 (public domain): the same rosters in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
