import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RosterSigner } from '../roster/roster.js';
import type { DomainRules } from './domains.js';
import { smallestHittingSet } from './hitting-set.js';
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

/** The least cost over all sets of columns: the definition, word for word. */
function bruteForce(rows: readonly (readonly number[])[], costs: readonly number[]): number {
  let best = Infinity;
  for (let set = 0; set < 1 << costs.length; set += 1) {
    const cost = costs.reduce((sum, each, column) => sum + ((set >> column) & 1) * each, 0);
    if (cost < best && rows.every((row) => row.some((column) => (set >> column) & 1))) best = cost;
  }
  return best;
}

const problems = fc
  .tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 4 }))
  .chain(([columns, dearest]) =>
    fc.record({
      rows: fc.array(
        fc.uniqueArray(fc.nat(columns - 1), { minLength: 1, maxLength: Math.min(columns, 5) }),
        { maxLength: 14 },
      ),
      costs: fc.array(fc.integer({ min: 1, max: dearest }), {
        minLength: columns,
        maxLength: columns,
      }),
    }),
  );

describe('smallestHittingSet', () => {
  it('is as cheap as the best of all sets, and hits every row', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { lower, cost, columns } = smallestHittingSet(problem);
        expect([lower, cost]).toEqual(Array(2).fill(bruteForce(problem.rows, problem.costs)));
        expect(columns.reduce((sum, column) => sum + problem.costs[column]!, 0)).toBe(cost);
        for (const row of problem.rows) expect(row.some((c) => columns.includes(c))).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  it('needs the search: rows without anything to reduce, which no greedy choice solves', () => {
    // The lines of the projective plane of order 3: 13 points, any two lines meet, and the smallest set
    // that meets every line is a line.
    const lines = Array.from({ length: 13 }, (_, shift) =>
      [0, 1, 3, 9].map((point) => (point + shift) % 13),
    );
    const costs = Array.from({ length: 13 }, () => 1);
    expect(smallestHittingSet({ rows: lines, costs })).toMatchObject({ lower: 4, cost: 4 });
    // All pairs of ten: the relaxation says five, the truth is nine.
    const pairs = costs
      .slice(0, 10)
      .flatMap((_, a) => Array.from({ length: a }, (_e, b) => [a, b]));
    const found = smallestHittingSet({ rows: pairs, costs: costs.slice(0, 10) });
    expect(found).toMatchObject({ lower: 9, cost: 9 });
    expect(found.nodes).toBeGreaterThan(1);
  });

  it('gives a proven lower bound, never a guess, when the budget is used up', () => {
    fc.assert(
      fc.property(problems, fc.integer({ min: 1, max: 3 }), (problem, budget) => {
        const { lower, cost } = smallestHittingSet(problem, budget);
        const exact = bruteForce(problem.rows, problem.costs);
        expect(lower).toBeLessThanOrEqual(exact);
        expect(cost).toBeGreaterThanOrEqual(exact);
      }),
      { numRuns: 1000 },
    );
    const pairs = Array.from({ length: 45 }, (_, n) => n).map((n) => {
      const a = Math.floor((1 + Math.sqrt(8 * n + 1)) / 2);
      return [a, n - (a * (a - 1)) / 2];
    });
    const costs = Array.from({ length: 10 }, () => 1);
    const { lower, cost } = smallestHittingSet({ rows: pairs, costs }, 1);
    expect([lower, cost]).toEqual([5, 9]);
  });

  it('is the same whatever the order of rows', () => {
    fc.assert(
      fc.property(
        problems.chain((problem) =>
          fc.tuple(
            fc.constant(problem),
            fc.shuffledSubarray([...problem.rows], { minLength: problem.rows.length }),
          ),
        ),
        ([problem, rows]) => {
          expect(smallestHittingSet({ ...problem, rows })).toEqual(smallestHittingSet(problem));
        },
      ),
    );
  });
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
  return bruteForce(
    rows,
    names.map(() => 1),
  );
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
