import type { FieldDifference } from '../types.js';
import type { Canaries, Evidence } from './cause.js';

/** Evidence and canaries for tests. */

const none: Evidence = {
  place: ['a', 'file'],
  formats: [],
  field: undefined,
  range: undefined,
  order: undefined,
  presence: undefined,
  wholeA: undefined,
  wholeB: undefined,
  canariesA: undefined,
  canariesB: undefined,
};

export function evidence(parts: Partial<Evidence>): Evidence {
  return { ...none, ...parts };
}

export function field(parts: Partial<FieldDifference>, more: Partial<Evidence> = {}): Evidence {
  return evidence({
    field: {
      name: 'field',
      kind: 'other',
      a: undefined,
      b: undefined,
      offsetA: undefined,
      offsetB: undefined,
      ...parts,
    },
    ...more,
  });
}

/** Bytes before a range in a sample, and bytes of a sample, as the engine takes them. */
const before = 64;
const sampleBytes = 256;

/**
 * The difference of two contents as the engine gives it: one range from the first byte that differs to the last,
 * with a sample around it. `offset`: where the contents stand in a larger one.
 */
export function range(
  a: string | Uint8Array,
  b: string | Uint8Array,
  more: Partial<Evidence> & { readonly offset?: number; readonly whole?: boolean } = {},
): Evidence {
  const { offset = 0, whole = false, ...parts } = more;
  const [bytesA, bytesB] = [Buffer.from(a as Uint8Array), Buffer.from(b as Uint8Array)];
  const shorter = Math.min(bytesA.length, bytesB.length);
  let head = 0;
  while (head < shorter && bytesA[head] === bytesB[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && bytesA.at(-1 - tail) === bytesB.at(-1 - tail)) tail += 1;
  const start = Math.max(0, head - before);
  return evidence({
    range: {
      offsetA: offset + head,
      offsetB: offset + head,
      lengthA: bytesA.length - tail - head,
      lengthB: bytesB.length - tail - head,
      sampleA: bytesA.subarray(start, start + sampleBytes),
      sampleB: bytesB.subarray(start, start + sampleBytes),
      sampleOffsetA: offset + start,
      sampleOffsetB: offset + start,
    },
    ...(whole ? { wholeA: bytesA, wholeB: bytesB } : {}),
    ...parts,
  });
}

/** What two builds of a check are made under, with nothing in common. */
export const canariesA: Canaries = {
  epoch: 1_763_719_207,
  hostname: 'quarrel-a1x',
  domain: 'quarrel.example',
  user: 'wilhelmina',
  group: 'gladiolus',
  uid: 41_357,
  gid: 41_361,
  home: '/home/wilhelmina-a',
  path: '/build/aardvark-7731',
  temporaryDirectory: '/var/tmp/tern-a51',
  timezone: 'Etc/GMT+12',
  locale: 'C.UTF-8',
  kernelRelease: '5.4.317-quokka',
  machine: 'x86_64',
  cpus: 3,
  jobs: 3,
  cpuModel: 'Selfsame Virtual Model A77',
  pid: 4_711,
  umask: 0o022,
  shell: '/usr/bin/dash',
  variables: { CAPTURE_ME: 'captured-narwhal-a' },
  pathDirectories: ['/opt/capture-path-a'],
};

export const canariesB: Canaries = {
  epoch: 1_801_526_411,
  hostname: 'haystack-b9z',
  domain: 'haystack.example',
  user: 'bartholomew',
  group: 'begonias',
  uid: 52_463,
  gid: 52_469,
  home: '/srv/homes/bartholomew-b',
  path: '/tmp/selfsame-check/zebra-9914',
  temporaryDirectory: '/scratch/bluejay-b52',
  timezone: 'Etc/GMT-14',
  locale: 'et_EE.UTF-8',
  kernelRelease: '6.9.113-bandicoot',
  machine: 'i686',
  cpus: 7,
  jobs: 7,
  cpuModel: 'Imaginary Processor B99 9.9GHz',
  pid: 23_917,
  umask: 0o002,
  shell: '/usr/bin/bash',
  variables: { CAPTURE_ME: 'captured-wombat-b' },
  pathDirectories: ['/opt/other-capture-b'],
};
