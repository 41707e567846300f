import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RosterSigner } from '../roster/roster.js';
import { bruteForce } from '../testing/hitting.js';
import type { DomainRules } from './domains.js';
import { strengthOf } from './strength.js';

const signer = (name: string, attributes: Record<string, string | string[]>): RosterSigner => ({
  name,
  keys: [],
  attributes: Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key, [value].flat()]),
  ),
});

const rules = (changes: Partial<DomainRules> = {}): DomainRules => ({
  domains: ['jurisdiction', 'os'],
  assumedSound: [],
  weights: {},
  unknown: 'shared',
  ...changes,
});

const values = (...all: string[]) => fc.option(fc.constantFrom(...all), { nil: undefined });
const attributeSets = fc.record({
  os: values('debian', 'fedora', 'guix'),
  jurisdiction: values('DE', 'US'),
});
const rosters = fc
  .array(attributeSets, { maxLength: 7 })
  .map((list) =>
    list.map(({ os, jurisdiction }, index) =>
      signer(`s${index}`, { ...(os && { os }), ...(jurisdiction && { jurisdiction }) }),
    ),
  );

/** Straight from the definition: the fewest domains, keys included, that touch every signer. */
function definition(signers: readonly RosterSigner[], { unknown }: DomainRules): number {
  const all = { os: ['debian', 'fedora', 'guix'], jurisdiction: ['DE', 'US'] };
  const present = (name: 'os' | 'jurisdiction') =>
    all[name].filter((value) => signers.some((s) => s.attributes?.[name]?.includes(value)));
  const tags = signers.map(({ name, attributes }) =>
    (['os', 'jurisdiction'] as const)
      .flatMap((attribute) => {
        const own = attributes?.[attribute]?.map((value) => `${attribute}:${value}`);
        const guess = unknown === 'any' ? present(attribute).map((v) => `${attribute}:${v}`) : [];
        return own ?? [`${attribute}:?`, ...guess];
      })
      .concat(`key:${name}`),
  );
  const names = [...new Set(tags.flat())];
  const rows = tags.map((list) => list.map((tag) => names.indexOf(tag)));
  return bruteForce({ rows, costs: names.map(() => 1) });
}

describe('strengthOf', () => {
  it('is the number the definition gives', () => {
    fc.assert(
      fc.property(rosters, fc.constantFrom('shared' as const, 'any' as const), (list, unknown) => {
        const { atLeast, isExact } = strengthOf(list, rules({ unknown }));
        expect(isExact).toBe(true);
        expect(atLeast).toBe(list.length === 0 ? 0 : definition(list, rules({ unknown })));
      }),
      { numRuns: 300 },
    );
  });

  it('never falls when signers are added, and depends on no order', () => {
    fc.assert(
      fc.property(
        rosters.chain((list) =>
          fc.tuple(
            fc.constant(list),
            fc.shuffledSubarray(list),
            fc.shuffledSubarray(list, { minLength: list.length }),
          ),
        ),
        ([list, some, shuffled]) => {
          const whole = strengthOf(list, rules());
          expect(strengthOf(some, rules(), list).atLeast).toBeLessThanOrEqual(whole.atLeast);
          expect(strengthOf(shuffled, rules())).toEqual(whole);
          expect(strengthOf([...list, ...shuffled], rules())).toEqual(whole);
        },
      ),
    );
  });

  it('attack 29: sock puppets add one domain, however many there are', () => {
    const known = [signer('a', { os: 'debian', jurisdiction: 'DE' })];
    const puppets = Array.from({ length: 50 }, (_, index) => signer(`p${index}`, {}));
    const two = strengthOf([...known, ...puppets], rules());
    expect(two.atLeast).toBe(2);
    expect(two.assumedApart).toEqual(['jurisdiction', 'os']);
    // Where an unknown value may be any of the known ones, they add nothing.
    const one = strengthOf([...known, ...puppets], rules({ unknown: 'any' }));
    expect([one.atLeast, one.assumedApart]).toEqual([1, []]);
  });

  it('under "any" grows for nobody by leaving a value out', () => {
    const told = [signer('a', { os: 'debian' }), signer('b', { os: 'debian' })];
    const silent = [signer('a', { os: 'debian' }), signer('b', {})];
    const os = { domains: ['os'] };
    expect(strengthOf(told, rules(os)).atLeast).toBe(1);
    expect(strengthOf(silent, rules(os)).atLeast).toBe(2);
    expect(strengthOf(silent, rules({ ...os, unknown: 'any' })).atLeast).toBe(1);
  });

  it('counts a thing that all share as one, unless the rules take it for sound', () => {
    const list = ['a', 'b', 'c'].map((name) =>
      signer(name, { os: 'debian', jurisdiction: name.toUpperCase() }),
    );
    expect(strengthOf(list, rules()).atLeast).toBe(1);
    for (const sound of ['os:debian', 'os:*']) {
      expect(strengthOf(list, rules({ assumedSound: [sound] })).atLeast).toBe(3);
    }
    expect(strengthOf(list, rules({ domains: [] })).atLeast).toBe(3);
  });

  it('takes a signer with two values for touched by either', () => {
    const list = [signer('a', { jurisdiction: ['DE', 'US'] }), signer('b', { jurisdiction: 'US' })];
    expect(strengthOf(list, rules({ domains: ['jurisdiction'] })).atLeast).toBe(1);
  });

  it('weighs domains, and steals keys where that is cheaper', () => {
    const list = ['a', 'b', 'c'].map((name) => signer(name, { os: 'debian' }));
    const os = { domains: ['os'] };
    const { atLeast, coalition } = strengthOf(list, rules({ ...os, weights: { 'os:debian': 5 } }));
    expect(atLeast).toBe(3);
    expect(coalition.map(({ domain }) => domain)).toEqual(['key:a', 'key:b', 'key:c']);
    expect(strengthOf(list, rules({ ...os, weights: { 'os:*': 2 } })).atLeast).toBe(2);
    const dear = { 'os:*': 9, 'key:*': 4, 'key:a': 2 };
    expect(strengthOf(list, rules({ ...os, weights: dear })).atLeast).toBe(9);
    expect(strengthOf(list.slice(0, 2), rules({ ...os, weights: dear })).atLeast).toBe(6);
  });

  it('steals the key of a signer that is listed twice once, and knows signers without attributes', () => {
    const list = [signer('a', { os: 'debian' }), signer('a', { os: 'debian' })];
    const dear = rules({ domains: ['os'], weights: { 'os:*': 2 } });
    expect(strengthOf(list, dear).atLeast).toBe(1);
    const bare: RosterSigner[] = ['a', 'b'].map((name) => ({ name, keys: [] }));
    expect(strengthOf(bare, rules())).toMatchObject({
      atLeast: 1,
      coalition: [{ domain: 'jurisdiction:?', insteadOf: ['os:?'], signers: ['a', 'b'] }],
      assumedApart: ['jurisdiction', 'os'],
    });
  });

  it('tells apart which attributes are taken to be unlike the known ones', () => {
    const list = [
      signer('a', { os: 'debian', jurisdiction: 'DE' }),
      signer('b', { jurisdiction: 'US' }),
    ];
    expect(strengthOf(list, rules()).assumedApart).toEqual(['os']);
  });

  it('is not exact when the budget is used up, and then names a coalition that weighs more', () => {
    // Pairs of ten values, each a signer's: the relaxation says five, the truth is nine.
    const ten = Array.from({ length: 10 }, (_, value) => `v${value}`);
    const list = ten.flatMap((one, index) =>
      ten.slice(0, index).map((other) => signer(`${one}-${other}`, { os: [one, other] })),
    );
    const os = rules({ domains: ['os'] });
    expect(strengthOf(list, os)).toMatchObject({ atLeast: 9, weight: 9, isExact: true });
    expect(strengthOf(list, os, list, 1)).toMatchObject({ atLeast: 5, weight: 9, isExact: false });
  });

  it('names for each member what would do for those signers that no member before it touches', () => {
    const list = [
      signer('a', { jurisdiction: 'DE', os: 'guix' }),
      signer('b', { jurisdiction: 'DE', os: 'arch' }),
      signer('c', { jurisdiction: 'DE', organisation: 'y', os: 'debian' }),
      signer('d', { jurisdiction: 'FR', organisation: 'x', os: 'debian' }),
      signer('e', { jurisdiction: 'US', organisation: 'x', os: 'debian' }),
    ];
    const domains = ['jurisdiction', 'organisation', 'os'];
    const [first, second] = strengthOf(list, rules({ domains })).coalition;
    expect(first).toMatchObject({ domain: 'jurisdiction:DE', signers: ['a', 'b', 'c'] });
    expect(second).toMatchObject({
      domain: 'os:debian',
      insteadOf: ['organisation:x'],
      signers: ['c', 'd', 'e'],
    });
    // Nothing that weighs more would do instead.
    const dear = rules({ domains, weights: { 'organisation:x': 2 } });
    expect(strengthOf(list, dear).coalition[1]?.insteadOf).toEqual([]);
  });

  it('names alternatives of which any combination touches everybody', () => {
    fc.assert(
      fc.property(rosters, fc.nat(), (list, choice) => {
        const { coalition } = strengthOf(list, rules());
        const picked = coalition.map(({ domain, insteadOf }, index) => {
          const all = [domain, ...insteadOf];
          return all[(choice >> index) % all.length] ?? domain;
        });
        for (const { name, attributes } of list) {
          const has = (domain: string) => {
            const [attribute = '', value = ''] = domain.split(':');
            if (attribute === 'key') return value === name;
            return (attributes?.[attribute] ?? ['?']).includes(value);
          };
          expect(picked.some(has)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('names the cheapest coalition and what could take the place of each member', () => {
    const list = [
      signer('a', { os: 'debian', jurisdiction: 'DE' }),
      signer('b', { os: 'debian', jurisdiction: 'US' }),
      signer('c', { os: 'guix', jurisdiction: 'FR' }),
    ];
    expect(strengthOf(list, rules()).coalition).toEqual([
      {
        domain: 'jurisdiction:FR',
        weight: 1,
        insteadOf: ['key:c', 'os:guix'],
        signers: ['c'],
      },
      { domain: 'os:debian', weight: 1, insteadOf: [], signers: ['a', 'b'] },
    ]);
  });
});
