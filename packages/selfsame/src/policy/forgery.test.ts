import type { RosterSigner } from '@selfsame/verify';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cheapestForgery } from './forgery.js';
import { rosters, rules, signer } from './testing.js';

function subsets<T>(list: readonly T[]): readonly T[][] {
  return list.reduce<T[][]>((all, item) => [...all, ...all.map((set) => [...set, item])], [[]]);
}

describe('cheapestForgery', () => {
  const weights = fc.constantFrom<Record<string, number>>(
    {},
    { 'os:*': 2, 'key:s0': 3 },
    { 'key:*': 2 },
  );
  /** A roster, how many must agree, and two groups of whom one must be among them. */
  const demands = rosters.chain((list) => {
    const names = list.map(({ name }) => name);
    const group = fc.subarray(names, { minLength: 1, maxLength: Math.min(3, list.length) });
    return fc.record({
      list: fc.constant(list),
      signers: fc.integer({ min: 1, max: list.length }),
      singles: fc.subarray(names, { maxLength: Math.min(2, list.length) }),
      groups: fc.array(group, { maxLength: 3 }),
      weight: weights,
    });
  });

  const costOf = (domains: readonly string[], weight: Record<string, number>): number =>
    domains.reduce(
      (sum, domain) => sum + (weight[domain] ?? weight[domain.replace(/:.*/, ':*')] ?? 1),
      0,
    );
  const reachedBy = (domains: readonly string[], list: readonly RosterSigner[]) =>
    list.flatMap(({ name, attributes }) =>
      domains.includes(`key:${name}`) ||
      domains.includes(`os:${attributes?.['os']?.[0]}`) ||
      domains.includes(`jurisdiction:${attributes?.['jurisdiction']?.[0]}`)
        ? [name]
        : [],
    );

  /** Over all sets of domains, straight from the definition. */
  function definition(
    list: readonly RosterSigner[],
    weight: Record<string, number>,
    signers: number,
    oneOf: readonly (readonly string[])[],
  ): number {
    const all = ['os:debian', 'os:guix', 'os:nix', 'jurisdiction:DE', 'jurisdiction:US'];
    let best = Infinity;
    for (const domains of subsets([...all, ...list.map(({ name }) => `key:${name}`)])) {
      const cost = costOf(domains, weight);
      if (cost >= best) continue;
      const names = reachedBy(domains, list);
      const isEnough = oneOf.every((group) => group.some((name) => names.includes(name)));
      if (names.length >= signers && isEnough) best = cost;
    }
    return best;
  }

  it('is the cheapest of all coalitions that reach enough signers', () => {
    fc.assert(
      fc.property(demands, ({ list, signers, singles, weight }) => {
        const oneOf = singles.map((name) => [name]);
        const found = cheapestForgery(list, { ...rules, weights: weight }, { signers, oneOf });
        const best = definition(list, weight, signers, oneOf);
        expect(found).toMatchObject({ atLeast: best, weight: best, isExact: true });
        expect(costOf(found.coalition, weight)).toBe(best);
        expect(found.signers).toEqual(reachedBy(found.coalition, list));
        expect(found.signers.length).toBeGreaterThanOrEqual(signers);
      }),
      { numRuns: 200 },
    );
  });

  it('never says too much where one signer of a group is needed, in whatever order', () => {
    fc.assert(
      fc.property(demands, fc.boolean(), ({ list, signers, singles, groups, weight }, isLast) => {
        const alone = singles.map((name) => [name]);
        const oneOf = isLast ? [...groups, ...alone] : [...alone, ...groups];
        const found = cheapestForgery(list, { ...rules, weights: weight }, { signers, oneOf });
        const best = definition(list, weight, signers, oneOf);
        expect(found.atLeast).toBeLessThanOrEqual(best);
        expect(found.weight).toBeGreaterThanOrEqual(best);
        expect(found.isExact).toBe(found.atLeast === found.weight);
        const isMet = oneOf.every((group) => group.some((name) => found.signers.includes(name)));
        expect(isMet && found.signers.length >= signers).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('lets one signer stand for itself and for its role, whichever is asked for first', () => {
    const list = ['bob', 'carol', 'zed'].map((name) => signer(name, name, name));
    for (const oneOf of [
      [['bob', 'zed'], ['carol'], ['zed']],
      [['zed'], ['carol'], ['bob', 'zed']],
    ]) {
      expect(cheapestForgery(list, rules, { signers: 2, oneOf })).toEqual({
        atLeast: 2,
        isExact: true,
        coalition: ['key:carol', 'key:zed'],
        weight: 2,
        signers: ['carol', 'zed'],
      });
    }
    // And for two roles, which the cheapest first choice does not see: a bound, and no claim to be exact.
    const roles = [
      ['bob', 'carol'],
      ['carol', 'zed'],
    ];
    const dear = { ...rules, weights: { 'key:carol': 2, 'os:*': 9, 'jurisdiction:*': 9 } };
    expect(cheapestForgery(list, dear, { signers: 1, oneOf: roles })).toMatchObject({
      atLeast: 1,
      isExact: false,
      weight: 2,
    });
  });

  it('proves its bound, whatever the budget', () => {
    fc.assert(
      fc.property(demands, fc.integer({ min: 1, max: 4 }), ({ list, signers, weight }, budget) => {
        const demand = { signers, oneOf: [] };
        const found = cheapestForgery(list, { ...rules, weights: weight }, demand, budget);
        const best = definition(list, weight, signers, []);
        expect(found.atLeast).toBeLessThanOrEqual(best);
        expect(found.weight).toBeGreaterThanOrEqual(best);
      }),
      { numRuns: 200 },
    );
    const five = Array.from({ length: 5 }, (_, n) => signer(`s${n}`, 'debian', 'DE'));
    const cut = cheapestForgery(five, rules, { signers: 4, oneOf: [] }, 1);
    expect(cut).toMatchObject({ atLeast: 1, isExact: false, weight: 4 });
  });

  it('looks at few combinations where there are very many', () => {
    const large = Array.from({ length: 60 }, (_, n) =>
      signer(`s${n}`, `os${n % 17}`, `country${n % 23}`),
    );
    const demand = { signers: 20, oneOf: [] };
    expect(cheapestForgery(large, rules, demand, 10)).toMatchObject({ weight: 5, isExact: true });
    const weights = { 'os:*': 3, 'jurisdiction:*': 2, 'key:*': 2 };
    const found = cheapestForgery(large, { ...rules, weights }, demand, 4000);
    expect(found).toMatchObject({ weight: 14, isExact: true });
  });

  it('shows what a plain threshold is worth where signers have much in common', () => {
    const list = ['a', 'b', 'c', 'd', 'e'].map((name) => signer(name, 'debian', name));
    const found = cheapestForgery(list, rules, { signers: 4, oneOf: [] });
    expect(found).toMatchObject({ atLeast: 1, coalition: ['os:debian'] });
  });

  it('says when nobody can', () => {
    const list = [signer('a', 'debian', 'DE')];
    for (const demand of [
      { signers: 2, oneOf: [] },
      { signers: 1, oneOf: [['z']] },
    ]) {
      expect(cheapestForgery(list, rules, demand)).toEqual({
        atLeast: Infinity,
        isExact: true,
        coalition: [],
        weight: Infinity,
        signers: [],
      });
    }
  });

  it('counts all signers that are needed, where others would be cheaper', () => {
    const list = ['a', 'b', 'c', 'd'].map((name) => signer(name, name, name));
    const dear = { 'key:a': 3, 'key:b': 3, 'os:*': 9, 'jurisdiction:*': 9 };
    const oneOf = [['a'], ['b']];
    const found = cheapestForgery(list, { ...rules, weights: dear }, { signers: 2, oneOf });
    expect(found).toMatchObject({ atLeast: 6, isExact: true, coalition: ['key:a', 'key:b'] });
  });

  it('takes the cheapest signer with a role', () => {
    const list = ['a', 'b', 'c'].map((name) => signer(name, name, name));
    const found = cheapestForgery(list, rules, { signers: 2, oneOf: [['b', 'c']] });
    expect(found).toMatchObject({ atLeast: 2, isExact: true });
    expect(found.signers.some((name) => name === 'b' || name === 'c')).toBe(true);
  });
});
