import { describe, expect, it } from 'vitest';
import { codeOf } from '../testing-codes.js';
import { matches } from './glob.js';

describe('patterns', () => {
  it.each([
    ['*.deb', 'dir/x.deb', true],
    ['*.deb', 'x.debx', false],
    ['?.deb', 'x.deb', true],
    ['?.deb', '.deb', false],
    ['[a-c]x', 'bx', true],
    ['[a-c]x', 'dx', false],
    ['[a-c]x', '0x', false],
    ['[a-c]', '-', false],
    ['[acx]', 'b', false],
    ['[axc]', 'x', true],
    ['[a-]', '-', true],
    ['[a-]', 'a', true],
    ['[a-]', 'b', false],
    ['[!a-c]x', 'dx', true],
    ['[!a-c]x', 'bx', false],
    ['[]]', ']', true],
    ['[x', '[x', true],
    ['[x', 'x', false],
    ['*a*b', 'aXbXb', true],
    ['*a*b', 'aXbXc', false],
    ['', '', true],
    ['**', '', true],
    ['?', '\u{1F600}', true],
  ])('%s and %s: %s', (pattern, text, expected) => {
    expect(matches(pattern, text, { remaining: 1000 })).toBe(expected);
  });

  it('are matched as long as the budget lasts', () => {
    const code = (remaining: number) => codeOf(() => matches('a', 'a', { remaining }));
    expect([code(3), code(2)]).toEqual(['accepted', 'LIMIT_EXCEEDED']);
  });
});
