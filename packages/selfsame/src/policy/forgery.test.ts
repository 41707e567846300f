import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cheapestForgery } from './forgery.js';
import { rosters, rules, signer } from './testing.js';

function subsets<T>(list: readonly T[]): readonly T[][] {
  return list.reduce<T[][]>((all, item) => [...all, ...all.map((set) => [...set, item])], [[]]);
}

describe('cheapestForgery', () => {
  it('is the cheapest of all coalitions that reach enough signers', () => {
    const weights = fc.constantFrom<Record<string, number>>({}, { 'os:*': 2, 'key:s0': 3 });
    fc.assert(
      fc.property(
        rosters.chain((list) =>
          fc.tuple(
            fc.constant(list),
            fc.integer({ min: 1, max: list.length }),
            fc.subarray(
              list.map(({ name }) => name),
              { maxLength: Math.min(2, list.length) },
            ),
          ),
        ),
        weights,
        ([list, signers, required], weight) => {
          const used = { ...rules, weights: weight };
          const costOf = (domain: string) =>
            weight[domain] ?? weight[`${domain.split(':')[0] ?? ''}:*`] ?? 1;
          const all = ['os:debian', 'os:guix', 'os:nix', 'jurisdiction:DE', 'jurisdiction:US'];
          let best = Infinity;
          for (const domains of subsets([...all, ...list.map(({ name }) => `key:${name}`)])) {
            const cost = domains.reduce((sum, domain) => sum + costOf(domain), 0);
            if (cost >= best) continue;
            const reached = list.filter(
              ({ name, attributes }) =>
                domains.includes(`key:${name}`) ||
                domains.includes(`os:${attributes?.['os']?.[0]}`) ||
                domains.includes(`jurisdiction:${attributes?.['jurisdiction']?.[0]}`),
            );
            const names = reached.map(({ name }) => name);
            if (names.length >= signers && required.every((name) => names.includes(name)))
              best = cost;
          }
          const oneOf = required.map((name) => [name]);
          const found = cheapestForgery(list, used, { signers, oneOf });
          expect(found).toMatchObject({ atLeast: best, weight: best, isExact: true });
          expect(found.signers.length).toBeGreaterThanOrEqual(signers);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('shows what a plain threshold is worth where signers have much in common', () => {
    const list = ['a', 'b', 'c', 'd', 'e'].map((name) => signer(name, 'debian', name));
    const found = cheapestForgery(list, rules, { signers: 4, oneOf: [] });
    expect(found).toMatchObject({ atLeast: 1, coalition: ['os:debian'] });
  });

  it('says when nobody can', () => {
    const list = [signer('a', 'debian', 'DE')];
    expect(cheapestForgery(list, rules, { signers: 2, oneOf: [] }).atLeast).toBe(Infinity);
    expect(cheapestForgery(list, rules, { signers: 1, oneOf: [['z']] }).atLeast).toBe(Infinity);
  });

  it('takes the cheapest signer with a role', () => {
    const list = ['a', 'b', 'c'].map((name) => signer(name, name, name));
    const found = cheapestForgery(list, rules, { signers: 2, oneOf: [['b', 'c']] });
    expect(found).toMatchObject({ atLeast: 2, isExact: true });
    expect(found.signers.some((name) => name === 'b' || name === 'c')).toBe(true);
  });
});
