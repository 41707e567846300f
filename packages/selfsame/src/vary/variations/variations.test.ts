import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { causeNames } from '../../compare/types.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { canariesOf } from '../canaries.js';
import { baseConditions } from '../conditions.js';
import type { HostFacts } from '../types.js';
import { variationNamed, variations } from './variations.js';

const base = baseConditions({
  epoch: 1_700_000_000,
  user: { name: 'builder', uid: 1000, gid: 1000, group: 'builder' },
  home: '/home/builder',
  path: '/home/builder/project',
});

const host: HostFacts = {
  ...{ privileged: false, determinizer: true, fuse: true, cpus: 2 },
  locales: ['C.utf8', 'en_US.utf8', 'et_EE.utf8', 'tr_TR.utf8'],
  ...{ shells: ['/usr/bin/dash', '/usr/bin/bash'], sh: '/usr/bin/dash' },
  ...{ zones: ['Asia/Kathmandu'], niceness: true },
  memoryFileSystem: { path: '/dev/shm', free: 2 ** 30 },
};

const bare: HostFacts = {
  ...host,
  ...{ cpus: 1, locales: ['C', 'POSIX', 'en_US.utf8'], shells: ['/usr/bin/dash'], zones: [] },
  ...{ memoryFileSystem: undefined, niceness: false },
};

const seeds = fc.string({ minLength: 1, maxLength: 20 });
const orders = fc
  .shuffledSubarray([...variations], { minLength: 2 })
  .chain((some) =>
    fc.tuple(
      fc.constant(some),
      fc.shuffledSubarray(some, { minLength: some.length, maxLength: some.length }),
    ),
  );

function applied(
  some: readonly (typeof variations)[number][],
  seed: string,
  facts: HostFacts,
): typeof base {
  return some.reduce((conditions, one) => one.apply(conditions, facts, seed), base);
}

describe('variations', () => {
  it('commute, whichever there are', () => {
    fc.assert(
      fc.property(orders, seeds, fc.constantFrom(host, bare), ([one, other], seed, facts) => {
        expect(applied(one, seed, facts)).toEqual(applied(other, seed, facts));
      }),
    );
  });

  it('commute in all pairs', () => {
    for (const one of variations)
      for (const other of variations)
        if (one !== other)
          expect(applied([one, other], 's', host)).toEqual(applied([other, one], 's', host));
  });

  it('follow from the seed and change nothing they are given', () => {
    const before = structuredClone(base);
    fc.assert(
      fc.property(fc.constantFrom(...variations), seeds, (one, seed) => {
        const varied = one.apply(base, host, seed);
        expect(one.apply(base, host, seed)).toEqual(varied);
        expect(base).toEqual(before);
        if (!one.available(host).works) return;
        expect(varied).not.toEqual(base);
        const { a, b } = one.values(base, varied);
        expect(a).not.toBe(b);
      }),
    );
  });

  it('have values of which none is part of another, or stands in files by chance', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const canaries = canariesOf(applied(variations, seed, host));
        const words = [
          ...[canaries.hostname, canaries.domain, canaries.user, canaries.group, canaries.home],
          ...[canaries.path, canaries.temporaryDirectory ?? '', canaries.kernelRelease],
          ...canaries.pathDirectories,
        ];
        for (const [index, word] of words.entries()) {
          expect(word.length).toBeGreaterThan(9);
          for (const other of words.slice(index + 1)) {
            expect(word).not.toContain(other);
            expect(other).not.toContain(word);
          }
        }
        const later = canaries.epoch - base.epoch;
        expect(later).toBeGreaterThan(365 * 86_400);
        expect(later).toBeLessThan(3 * 366 * 86_400);
      }),
    );
  });

  it('say why they do not work on a machine that has nothing, and what would make them', () => {
    const missing = variations.filter((one) => !one.available(bare).works).map(({ name }) => name);
    expect(missing).toEqual(['locales', 'cpu-affinity', 'shell', 'niceness']);
    for (const name of missing) {
      const found = variationNamed(name).available(bare);
      expect(found.works ? '' : found.why).toMatch(/^.{20,}$/);
    }
    expect(variations.every((one) => one.available(host).works)).toBe(true);
  });

  it('have folders of one shape, and nobody else has', () => {
    const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(variations.map(({ name }) => name).sort()).toEqual(folders.sort());
    for (const { name, changes, needs, undo, causes } of variations) {
      for (const file of [`${name}.ts`, `${name}.test.ts`])
        expect(existsSync(join(import.meta.dirname, name, file))).toBe(true);
      const page = readFileSync(join(import.meta.dirname, name, 'README.md'), 'utf8');
      for (const text of [`# \`${name}\``, changes, `**Needs:** ${needs}`, `**Undo:** ${undo}`])
        expect(page).toContain(text);
      for (const cause of causes) expect(causeNames).toContain(cause);
    }
  });

  it('are found by name', () => {
    expect(variationNamed('umask').name).toBe('umask');
    expect(() => variationNamed('umsak')).toThrowError(SelfsameError);
    try {
      variationNamed('umsak');
    } catch (error) {
      expect(error).toMatchObject({ code: 'VARIATION_UNKNOWN', hint: 'did you mean "umask"?' });
    }
  });
});
