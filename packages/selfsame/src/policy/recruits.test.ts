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

  it('gives each candidate the strength that it would have', () => {
    fc.assert(
      fc.property(rosters, (roster) => {
        const { now, recruits } = rankRecruits(roster, rules);
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
