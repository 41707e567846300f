import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesPattern } from './glob.js';

describe('output patterns', () => {
  it.each([
    ['a.tar.gz', 'a.tar.gz', true],
    ['*.tar.gz', 'a.tar.gz', true],
    ['*.tar.gz', 'sub/a.tar.gz', false],
    ['*', '.hidden', true],
    ['**', 'a/b/c', true],
    ['**/*.so', 'x.so', true],
    ['**/*.so', 'a/b/x.so', true],
    ['lib/**', 'lib/a', true],
    ['lib/**', 'lib', true],
    ['lib/**', 'library', false],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['a?c', 'a😀c', true],
    ['[ab].txt', 'a.txt', false],
    ['[ab].txt', '[ab].txt', true],
    ['a.c', 'abc', false],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a/**/b', 'a/x/y/c', false],
    ['*a*b*c', 'xxaxxbxxc', true],
    ['*a*b*c', 'xxaxxbxx', false],
  ])('%s on %s: %s', (pattern, path, expected) => {
    expect(matchesPattern(pattern, path)).toBe(expected);
  });

  it('agrees with a regular expression', () => {
    const part = fc
      .string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), minLength: 1, maxLength: 6 })
      .filter((text) => text !== '**');
    const pattern = fc.array(fc.oneof(part, fc.constant('**')), { minLength: 1, maxLength: 4 });
    const path = fc.array(
      fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 5 }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(pattern, path, (wanted, parts) => {
        // Every part is followed by "/", so that `**` is any number of whole parts.
        const source = wanted
          .map((one) =>
            one === '**'
              ? '(?:[^/]+/)*'
              : `${one.replace(/\./gu, '\\.').replace(/\*+/gu, '[^/]*').replace(/\?/gu, '[^/]')}/`,
          )
          .join('');
        expect(matchesPattern(wanted.join('/'), parts.join('/'))).toBe(
          new RegExp(`^${source}$`, 'u').test(`${parts.join('/')}/`),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('is quick on patterns made to be slow', () => {
    const stars = '*a'.repeat(2000);
    expect(matchesPattern(`${stars}b`, 'a'.repeat(4000))).toBe(false);
    expect(matchesPattern(`${'**/'.repeat(500)}b`, `${'a/'.repeat(500)}a`)).toBe(false);
  });
});
