import fc from 'fast-check';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Evidence } from './cause.js';
import { findCauses } from './causes.js';
import { canariesA, canariesB, range } from './testing.js';

/** How often unrelated bytes are claimed to be something, of so many cases of a fixed seed. */
function claims(cases: readonly Evidence[]): { certain: number; likely: number; possible: number } {
  const counts = { certain: 0, likely: 0, possible: 0 };
  for (const one of cases)
    for (const { cause, certainty } of findCauses(one))
      if (cause !== 'unknown' && cause !== 'text') counts[certainty] += 1;
  return counts;
}

const builds = [{}, { canariesA, canariesB }] as const;

/** The same bytes but for a piece in the middle. */
const pair = (more: Partial<Evidence>) =>
  fc
    .record({
      head: fc.uint8Array({ minLength: 16, maxLength: 120 }),
      a: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      b: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      sameLength: fc.boolean(),
      tail: fc.uint8Array({ minLength: 16, maxLength: 120 }),
      offset: fc.nat(10_000),
    })
    .map(({ head, a, b, sameLength, tail, offset }) => {
      const length = Math.min(a.length, b.length);
      const [one, other] = sameLength ? [a.subarray(0, length), b.subarray(0, length)] : [a, b];
      return range(Buffer.concat([head, one, tail]), Buffer.concat([head, other, tail]), {
        ...more,
        offset,
      });
    });

describe('two unrelated pieces of bytes', () => {
  it.each(builds)('are never certain, and hardly ever likely (%#)', (more) => {
    const cases = fc.sample(pair(more), { seed: 4, numRuns: 1_500 });
    const found = claims(cases);
    expect(found.certain).toBe(0);
    expect(found.likely).toBeLessThanOrEqual(1);
    expect(found.possible).toBeLessThanOrEqual(8);
  });

  it('are never certain, whatever they are', () => {
    fc.assert(
      fc.property(pair({ canariesA, canariesB }), (one) => {
        for (const { certainty } of findCauses(one)) expect(certainty).not.toBe('certain');
      }),
      { numRuns: 300 },
    );
  });
});

describe('two unrelated lines', () => {
  const words = fc.array(
    fc.stringMatching(/^[a-z]{1,9}$|^[A-Z][a-z]{2,7}$|^[\d]{1,9}$|^[a-z]{2,5}\/[a-z.]{2,8}$/),
    { minLength: 2, maxLength: 12 },
  );
  it.each(builds)('are never certain, and hardly ever likely (%#)', (more) => {
    const cases = fc
      .sample(fc.tuple(words, words), { seed: 7, numRuns: 1_500 })
      .map(([a, b]) => range(`${a.join(' ')}\n`, `${b.join(' ')}\n`, more));
    const found = claims(cases);
    expect(found.certain).toBe(0);
    expect(found.likely).toBeLessThanOrEqual(1);
  });
});

describe('pieces of a program in the place of others', () => {
  it.each(builds)('are never certain, and hardly ever likely (%#)', (more) => {
    const { size } = statSync(process.execPath);
    const file = openSync(process.execPath, 'r');
    const read = (fraction: number, length: number) => {
      const bytes = Buffer.alloc(length);
      readSync(file, bytes, 0, length, Math.floor(fraction * (size - length)));
      return bytes;
    };
    const places = fc.sample(
      fc.tuple(fc.nat(1e9), fc.nat(1e9), fc.constantFrom(1, 2, 4, 8, 16, 64)),
      { seed: 9, numRuns: 1_500 },
    );
    const cases = places.map(([here, there, length]) => {
      const a = read(here / 1e9, 256);
      const b = Buffer.from(a);
      read(there / 1e9, length).copy(b, 96);
      return range(a, b, { ...more, offset: Math.floor((here / 1e9) * (size - 256)) });
    });
    closeSync(file);
    const found = claims(cases);
    expect(found.certain).toBe(0);
    // One in a thousand: tables of small numbers and of addresses look like times and addresses.
    expect(found.likely).toBeLessThanOrEqual(2);
  });
});

describe('numbers of processes', () => {
  const found = (a: string, b: string) =>
    findCauses(range(a, b, { canariesA, canariesB })).map(({ cause }) => cause);

  it('are not digits of a checksum or a build-id', () => {
    expect(
      found(
        'fba5c4d4730bd0707fdcb35be451a53b  usr/bin/tool',
        'fba5c4d23930f07a7fdcb35be451a53b  usr/bin/tool',
      ),
    ).not.toContain('process-number');
    // And still are where they are no digits of another number.
    expect(found('made by tool-4730, done', 'made by tool-23930, done')).toContain(
      'process-number',
    );
  });

  it('are not digits of either side, nor of names of debug files', () => {
    const small = { canariesA: { ...canariesA, pid: 2 }, canariesB: { ...canariesB, pid: 541 } };
    const line = (name: string) =>
      `b8ca7379726bb15237340c456d621e99  usr/lib/debug/.build-id/${name}`;
    const [a, b] = [
      line('a7/f8a2147b1fcf499fceaa9306777fc88c9f688e.debug'),
      line('57/551dd9386994b5d12614ebf5632e4050e8197a.debug'),
    ];
    expect(findCauses(range(a, b, small)).map(({ cause }) => cause)).not.toContain(
      'process-number',
    );
    expect(findCauses(range(b, a, small)).map(({ cause }) => cause)).not.toContain(
      'process-number',
    );
  });

  it('are never certain behind a small first one without a word for it', () => {
    const small = { canariesA: { ...canariesA, pid: 2 }, canariesB: { ...canariesB, pid: 541 } };
    const certainty = (one: string, other: string) =>
      findCauses(range(one, other, small)).find(({ cause }) => cause === 'process-number')
        ?.certainty;
    expect(certainty('made by x 7, done', 'made by x 551, done')).toBe('likely');
    expect(certainty('made by pid 7, done', 'made by pid 551, done')).toBe('certain');
    expect(certainty('it has 917 lines', 'it has 1480 lines')).toBe('possible');
    expect(certainty('7 of one kind of these', 'of another there are 551')).toBeUndefined();
  });

  it('are hardly ever likely in lists of other numbers', () => {
    const small = { canariesA: { ...canariesA, pid: 2 }, canariesB: { ...canariesB, pid: 541 } };
    const numbers = fc.array(fc.nat(99_999), { minLength: 1, maxLength: 9 });
    const cases = fc
      .sample(fc.tuple(numbers, numbers), { seed: 11, numRuns: 1_500 })
      .map(([a, b]) => range(`sizes: ${a.join(' ')}\n`, `sizes: ${b.join(' ')}\n`, small))
      .flatMap((one) => findCauses(one).filter(({ cause }) => cause === 'process-number'));
    expect(cases.filter(({ certainty }) => certainty === 'certain')).toEqual([]);
    expect(cases.filter(({ certainty }) => certainty === 'likely').length).toBeLessThanOrEqual(3);
  });
});
