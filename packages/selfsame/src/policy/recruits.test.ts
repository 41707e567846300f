import { strengthOf } from '@selfsame/verify';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NEW_VALUE, rankRecruits } from './recruits.js';
import { rosters, rules, signer } from './testing.js';

describe('rankRecruits', () => {
  const list = [
    signer('a', 'debian', 'DE'),
    signer('b', 'debian', 'US'),
    signer('c', 'guix', 'US'),
  ];

  it('puts the addition first that raises strength with the fewest new values', () => {
    const { now, recruits } = rankRecruits(list, rules);
    expect(now.atLeast).toBe(2);
    const [best] = recruits;
    expect(best).toMatchObject({ gain: 1, strength: 3 });
    expect(recruits.map(({ gain }) => gain)).toEqual(
      recruits.map(({ gain }) => gain).sort((x, y) => y - x),
    );
  });

  it('gives each candidate the strength that it would have, in whatever order', () => {
    fc.assert(
      fc.property(rosters, fc.boolean(), (roster, isReversed) => {
        const given = rankRecruits(roster, rules).recruits.map(({ attributes }) => attributes);
        const { now, recruits } = rankRecruits(
          roster,
          rules,
          isReversed ? [...given].reverse() : given,
        );
        expect(recruits.length).toBeGreaterThan(1);
        for (const { attributes, strength, gain } of recruits) {
          const added = signer('new', attributes['os'] ?? '', attributes['jurisdiction'] ?? '');
          expect(strengthOf([...roster, added], rules).atLeast).toBe(strength);
          expect(strength - now.atLeast).toBe(gain);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('makes candidates of all values and a new one, in an order that no roster changes', () => {
    const { recruits } = rankRecruits(list, rules);
    expect(recruits).toHaveLength(9);
    for (const all of [list, [...list, signer('d', 'nix', 'FR')]]) {
      expect(rankRecruits([...all].reverse(), rules)).toEqual(rankRecruits(all, rules));
    }
    const order = recruits.map(({ gain, newValues }) => [gain, newValues]);
    expect(order).toEqual([...order].sort(([a = 0, b = 0], [c = 0, d = 0]) => c - a || b - d));
    expect(order.some(([gain]) => gain === 0)).toBe(true);
  });

  it('leaves out what is taken to be sound', () => {
    const sound = { ...rules, assumedSound: ['jurisdiction:*'] };
    const { recruits } = rankRecruits(list, sound);
    expect(recruits.map(({ attributes }) => Object.keys(attributes))).toEqual(
      Array(3).fill(['os']),
    );
    const nothing = rankRecruits(list, { ...rules, domains: [] }).recruits;
    expect(nothing).toEqual([{ attributes: {}, strength: 4, gain: 1, newValues: 0 }]);
  });

  it('makes candidates of the rarest values where there are too many', () => {
    const many = Array.from({ length: 80 }, (_, n) =>
      signer(`s${n}`, `os${String(n % 70).padStart(2, '0')}`, 'DE'),
    );
    const found = new Set(
      rankRecruits(many, rules).recruits.map(({ attributes }) => attributes['os']),
    );
    // 63 of 70 values, and a new one: of 60 that one signer has, and of 10 that two have the first.
    expect(found.size).toBe(64);
    expect(['os10', 'os69', 'os00', 'os02', NEW_VALUE].every((value) => found.has(value))).toBe(
      true,
    );
    expect(found.has('os03')).toBe(false);
  });

  it('takes what a candidate does not say for unknown', () => {
    const silent = [signer('a', 'debian', 'DE'), { name: 'b', keys: [] }];
    const os = { ...rules, domains: ['os'], weights: { 'key:*': 2 } };
    const candidates = [{}, { os: 'debian' }, { os: 'guix' }];
    const { now, recruits } = rankRecruits(silent, os, candidates);
    expect(now.coalition.map(({ domain }) => domain)).toEqual(['os:?', 'os:debian']);
    expect(recruits.map(({ attributes, gain }) => [attributes['os'], gain])).toEqual([
      ['guix', 1],
      [undefined, 0],
      ['debian', 0],
    ]);
  });

  it('judges the candidates it is given', () => {
    const { recruits } = rankRecruits(list, rules, [
      { os: 'debian', jurisdiction: 'US' },
      { os: NEW_VALUE, jurisdiction: 'DE' },
    ]);
    expect(recruits.map(({ gain, newValues }) => [gain, newValues])).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });
});
