import { describe, expect, it } from 'vitest';
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
});
