import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { baseConditions } from './conditions.js';
import { kindOfValues, seedOfValues, seededApart } from './other-values.js';
import type { Conditions, HostFacts } from './types.js';
import { tellingZones } from './variations/timezone/timezone.js';
import { variationNamed } from './variations/variations.js';

/** From 1980 to 2100. */
const epochs = fc.integer({ min: 315_532_800, max: 4_102_444_800 });
const seeds = fc.string({ minLength: 1, maxLength: 20 });
const host = { zones: [...tellingZones] } as unknown as HostFacts;

const names = ['time', 'time-of-day', 'timezone'] as const;
type Name = (typeof names)[number];

function clockUnder(varied: readonly Name[], epoch: number, seed: string): Conditions {
  const base = baseConditions({
    ...{ epoch, home: '/home/builder', path: '/home/builder/project' },
    user: { name: 'builder', uid: 1000, gid: 1000, group: 'builder' },
  });
  return varied.reduce((conditions, name) => {
    return variationNamed(name).apply(conditions, host, seed);
  }, base);
}

/** What the first reading of the clock is: two seconds after the epoch. */
const firstReading = ({ epoch }: Conditions): number => epoch + 2;

/** What `date` prints of it, by field. */
function dateFields(conditions: Conditions): Readonly<Record<string, string>> {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', weekday: 'short' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' },
    timeZone: conditions.timezone,
  });
  const parts = format.formatToParts(firstReading(conditions) * 1000);
  const fields = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  delete fields['literal'];
  return { ...fields, twelve: String(Number(fields['hour']) % 12) };
}

/** A seed of each kind that a check uses, one after the other. */
const pairOf = (seed: string) => [seedOfValues(seed, 0), seedOfValues(seed, 1)] as const;

describe('values of the clock', () => {
  it.each([2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 24, 60, 3600, 86_400])(
    'differ modulo %i in seconds, alone and together',
    (modulus) => {
      fc.assert(
        fc.property(epochs, seeds, (epoch, seed) => {
          const usual = firstReading(clockUnder([], epoch, seed)) % modulus;
          for (const varied of [['time'], ['time-of-day'], ['time', 'time-of-day']] as const)
            expect(firstReading(clockUnder(varied, epoch, seed)) % modulus).not.toBe(usual);
        }),
      );
    },
  );

  it.each([
    ['minutes', 60, [2, 3, 4, 6, 12, 60]],
    ['hours', 3600, [2, 3, 4, 6, 12, 24]],
    ['days', 86_400, [2, 3, 5, 7, 14]],
  ] as const)('differ with the time in numbers of %s', (_name, unit, moduli) => {
    fc.assert(
      fc.property(epochs, seeds, (epoch, seed) => {
        const number = (varied: readonly Name[]): number =>
          Math.floor(firstReading(clockUnder(varied, epoch, seed)) / unit);
        for (const modulus of moduli)
          expect(number(['time']) % modulus).not.toBe(number([]) % modulus);
      }),
    );
  });

  it('differ in every field with the time, in whichever zone it is told', () => {
    fc.assert(
      fc.property(epochs, seeds, (epoch, seed) => {
        const usual = dateFields(clockUnder([], epoch, seed));
        for (const varied of [['time'], ['time', 'timezone']] as const) {
          const other = dateFields(clockUnder(varied, epoch, seed));
          for (const [field, value] of Object.entries(usual))
            if (field !== 'second') expect([field, other[field]]).not.toEqual([field, value]);
        }
      }),
      // Of 1980, when Kathmandu was another quarter of an hour away.
      { examples: [[315_532_800, '?2uO9C[g']] },
    );
  });

  it('differ in every field in one of the two builds with everything varied, also in the last minute of a year', () => {
    const lastMinutes = fc
      .tuple(fc.integer({ min: 1980, max: 2099 }), fc.integer({ min: 0, max: 59 }))
      .map(([year, second]) => Date.UTC(year, 11, 31, 23, 59, second) / 1000);
    fc.assert(
      fc.property(fc.oneof(epochs, lastMinutes), seeds, (epoch, seed) => {
        const usual = dateFields(clockUnder([], epoch, seed));
        const others = pairOf(seed).map((each) => dateFields(clockUnder(names, epoch, each)));
        for (const [field, value] of Object.entries(usual))
          expect([field, others.every((other) => other[field] === value)]).toEqual([field, false]);
      }),
    );
  });

  it('cross the end of the year at the tenth reading', () => {
    fc.assert(
      fc.property(epochs, seeds, (epoch, seed) => {
        const { epoch: start, clockStep } = clockUnder(['time-of-day'], epoch, seed);
        const year = (looks: number): number =>
          new Date((start + 2) * 1000 + (looks * clockStep) / 1e6).getUTCFullYear();
        const own = new Date((epoch + 2) * 1000).getUTCFullYear();
        expect([year(9), year(10)]).toEqual([own, own + 1]);
      }),
    );
  });
});

describe('seeds of values', () => {
  it('begin with the given one, and are of the other kind each time', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 6 }), (seed, nth) => {
        const [one, other] = [seedOfValues(seed, nth), seedOfValues(seed, nth + 1)];
        expect(kindOfValues(other)).toBe(1 - kindOfValues(one));
        expect(other.startsWith(`${seed} `)).toBe(true);
        expect(seedOfValues(seed, 0)).toBe(seed);
      }),
    );
  });

  it('choose numbers of users that differ by no multiple of a small number', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 65_535 }), (seed, usual) => {
        const number = seededApart(seed, 'uid', { least: 20_001, below: 30_000 }, usual);
        for (const modulus of [2, 3, 4, 5, 6, 7, 8, 10, 12])
          expect(number % modulus).not.toBe(usual % modulus);
        expect(number).toBeGreaterThan(20_000);
        expect(number).toBeLessThan(50_010);
      }),
    );
  });

  it('choose numbers of processors and jobs of which no divisor is missed by both kinds', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const base = clockUnder([], 1_700_000_000, seed);
        for (const [name, field] of [
          ['cpu-count', 'cpus'],
          ['jobs', 'jobs'],
        ] as const) {
          const values = pairOf(seed).map(
            (each) => variationNamed(name).apply(base, host, each)[field],
          );
          for (const modulus of [2, 3, 4, 5, 6, 7, 8, 10, 12])
            expect(values.every((value) => value % modulus === base[field] % modulus)).toBe(false);
        }
      }),
    );
  });
});
