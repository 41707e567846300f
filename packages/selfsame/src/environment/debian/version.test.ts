import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasDpkg } from '../testing.js';
import { compareVersions, parseRelations } from './version.js';

describe('compareVersions', () => {
  it.each([
    ['1.0', '1.0', 0],
    ['1.0', '1.00', 0],
    ['1.0~rc1', '1.0', -1],
    ['1.0~~', '1.0~', -1],
    ['1.0', '1.0-1', -1],
    ['1.0-1', '1.0-1+b1', -1],
    ['1:0.1', '9.9', 1],
    ['1.10', '1.9', 1],
    ['1.0a', '1.0+', -1],
    ['1.0.', '1.0a', 1],
    ['99999999999999999999', '99999999999999999998', 1],
  ])('says how %s and %s stand', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
    expect(Math.sign(compareVersions(b, a))).toBe(sign === 0 ? 0 : -sign);
  });

  it.runIf(hasDpkg)('agrees with dpkg', () => {
    const part = fc.stringMatching(/^[0-9][0-9a-c.+~]{0,6}$/);
    const version = fc
      .tuple(fc.option(fc.nat(3)), part, fc.option(fc.stringMatching(/^[0-9a-c.+~]{1,4}$/)))
      .map(([epoch, upstream, revision]) =>
        [epoch === null ? '' : `${epoch}:`, upstream, revision === null ? '' : `-${revision}`].join(
          '',
        ),
      );
    fc.assert(
      fc.property(version, version, (a, b) => {
        const [operator] = ['<', '=', '>'].slice(Math.sign(compareVersions(a, b)) + 1);
        const relation = { '<': 'lt', '=': 'eq', '>': 'gt' }[operator ?? ''] ?? '';
        expect(spawnSync('dpkg', ['--compare-versions', a, relation, b]).status).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});

describe('parseRelations', () => {
  it('reads names, bounds, alternatives and architectures', () => {
    const found = parseRelations('a (<< 2), b:any | c (>= 1:3~),d (= 1), ${bad}');
    expect(found.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
    const [a, b, c, d] = found;
    expect([a?.matches('1.9'), a?.matches('2')]).toEqual([true, false]);
    expect(b?.matches('anything')).toBe(true);
    expect([c?.matches('1:3'), c?.matches('2.9')]).toEqual([true, false]);
    expect([d?.matches('1'), d?.matches('1-1')]).toEqual([true, false]);
    expect(parseRelations(undefined)).toEqual([]);
  });
});
