import { spawnSync } from 'node:child_process';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { nativePath } from '../../util/native.js';
import { determinizerConfigurationSchema } from './configuration.js';
import { sourceNames } from './sources.js';

/** Whether the program takes the document; asking for its help afterwards keeps it from doing anything. */
function taken(document: unknown): { readonly ok: boolean; readonly why: string } {
  const { status, stderr } = spawnSync(
    nativePath('selfsame-determinizer'),
    ['--config', '-', '--help'],
    { input: JSON.stringify(document), encoding: 'utf8' },
  );
  if (status !== 0 && !stderr.startsWith('selfsame-determinizer: config: -: '))
    throw new Error(stderr);
  return { ok: status === 0, why: stderr };
}

const ranges = {
  epoch: [0, 2 ** 40],
  cpus: [1, 1024],
  memory: [2 ** 20, 2 ** 50],
  clockStep: [0, 1_000_000_000],
  clockQuantum: [1, 1_000_000_000],
  stallSeconds: [0, 86_400],
  user: [0, 2 ** 32 - 2],
  group: [0, 2 ** 32 - 2],
  logMax: [4096, 2 ** 40],
  threads: [0, 256],
  fuse: [0, 2 ** 20],
  personality: [0, 2 ** 31 - 1],
} as const;

const texts = {
  seed: 256,
  hostname: 64,
  release: 64,
  kernelVersion: 64,
  machine: 64,
  domain: 64,
  log: 4095,
} as const;

/** Numbers inside and just outside of a range, and things that are no whole number. */
function around([least, most]: readonly [number, number]): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: least, max: most }) },
    fc.constantFrom(least, most, least - 1, most + 1, least + 0.5, String(least), -0, 1e300, null),
  );
}

/** Strings in and beyond a bound, in characters of one to four bytes, some of which the program cannot take. */
function textAround(most: number): fc.Arbitrary<unknown> {
  const unit = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom('a', '"', '\\', '\n', '\u007f', 'é', '\u2028', '😀') },
    { weight: 1, arbitrary: fc.constantFrom('\0', '\ud800') },
  );
  return fc.oneof(
    { weight: 8, arbitrary: fc.string({ unit, maxLength: 12 }) },
    fc.constantFrom('x'.repeat(most), 'x'.repeat(most + 1), 'é'.repeat(most), 7, false, {}),
  );
}

const mode = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom('real', 'fixed', 'vary:1', 'vary:reversed', 'vary:😀 '),
  },
  fc.constantFrom(
    'vary:',
    'Real',
    '',
    'vary',
    `vary:${'x'.repeat(256)}`,
    `vary:${'x'.repeat(257)}`,
    3,
    null,
  ),
);

const document = fc.record(
  {
    version: fc.oneof({ weight: 20, arbitrary: fc.constant(1) }, fc.constantFrom(0, 2, '1', true)),
    sources: fc.oneof(
      {
        weight: 12,
        arbitrary: fc.dictionary(
          fc.oneof(
            { weight: 30, arbitrary: fc.constantFrom(...sourceNames) },
            fc.constantFrom('all', 'Clock', ''),
          ),
          mode,
          { noNullPrototype: true, maxKeys: 4 },
        ),
      },
      fc.constantFrom([], 'clock=real', 1),
    ),
    hideNanoseconds: fc.constantFrom(true, false, true, 1, 'true'),
    namespaces: fc.constantFrom(true, false, false, 0),
    logWrites: fc.constantFrom(true, false, false, null),
    ...Object.fromEntries(Object.entries(ranges).map(([key, range]) => [key, around(range)])),
    ...Object.fromEntries(Object.entries(texts).map(([key, most]) => [key, textAround(most)])),
    blockSize: fc.constantFrom(512, 1024, 65_536, 256, 1000, 131_072, '512', 1024.5),
    masks: fc.constantFrom('none', 'devices', 'all', 'some', '', 1),
    without: fc.constantFrom('fuse', 'vdso,continue', 'fuse,', 'other', 2),
    surprise: fc.constant(1),
  },
  { requiredKeys: [] },
);

/** Mostly small documents, so that many are valid. */
const documents = fc
  .tuple(
    document,
    fc.array(
      fc.constantFrom(
        ...Object.keys(ranges),
        ...Object.keys(texts),
        'sources',
        'blockSize',
        'masks',
        'without',
        'logWrites',
      ),
      { maxLength: 4 },
    ),
  )
  .map(([all, keys]) => {
    const chosen = all as Record<string, unknown>;
    return {
      version: 1,
      ...Object.fromEntries(keys.filter((key) => key in chosen).map((key) => [key, chosen[key]])),
    };
  });

describe('the configuration', () => {
  it('is judged by the program as by the schema', () => {
    const seen = { valid: 0, invalid: 0 };
    fc.assert(
      fc.property(fc.oneof({ weight: 5, arbitrary: documents }, document), (value) => {
        const ours = determinizerConfigurationSchema.safeParse(value);
        const theirs = taken(value);
        seen[ours.success ? 'valid' : 'invalid']++;
        expect({ value, ok: theirs.ok, why: theirs.why || ours.error?.message }).toMatchObject({
          ok: ours.success,
        });
      }),
      { numRuns: 400 },
    );
    // Both sides of the question were asked.
    expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(40);
  });

  it.each(Object.entries(ranges))("has the program's bounds of %s", (key, [least, most]) => {
    for (const [value, ok] of [
      [least, true],
      [most, true],
      [least - 1, false],
      [most + 1, false],
    ] as const) {
      expect([value, taken({ version: 1, [key]: value }).ok]).toEqual([value, ok]);
      expect(determinizerConfigurationSchema.safeParse({ version: 1, [key]: value }).success).toBe(
        ok,
      );
    }
  });

  it.each(Object.entries(texts))('counts bytes of %s as the program does', (key, most) => {
    for (const [value, ok] of [
      ['x'.repeat(most), true],
      ['x'.repeat(most + 1), false],
      ['é'.repeat(most), false],
    ] as const) {
      expect(taken({ version: 1, [key]: value }).ok).toBe(ok);
      expect(determinizerConfigurationSchema.safeParse({ version: 1, [key]: value }).success).toBe(
        ok,
      );
    }
  });

  it('needs its version', () => {
    expect(taken({}).ok).toBe(false);
    expect(determinizerConfigurationSchema.safeParse({}).success).toBe(false);
  });
});
