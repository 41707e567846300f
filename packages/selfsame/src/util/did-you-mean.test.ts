import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closest, didYouMean, editDistance } from './did-you-mean.js';

describe('editDistance', () => {
  it.each([
    ['', 'abc', 3],
    ['verison', 'version', 1],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
  ])('%s to %s is %i', (a, b, distance) => {
    expect(editDistance(a, b, 10)).toBe(distance);
  });

  it('is symmetric, zero only for equals, and stops at the limit', () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 12 }), (a, b, limit) => {
        const full = editDistance(a, b, 100);
        expect(editDistance(b, a, 100)).toBe(full);
        expect(full === 0).toBe(a === b);
        expect(editDistance(a, b, limit)).toBe(Math.min(full, limit + 1));
      }),
    );
  });
});

describe('closest', () => {
  it('finds slips and nothing else', () => {
    const keys = ['name', 'version', 'environment', 'inputs'];
    expect(closest('verison', keys)).toBe('version');
    expect(closest('Inputs', keys)).toBe('inputs');
    expect(closest('enviroment', keys)).toBe('environment');
    expect(closest('xyz', keys)).toBeUndefined();
    expect(closest('a', ['b'])).toBe('b');
    expect(didYouMean('nmae', keys)).toBe('did you mean "name"?');
  });
});
