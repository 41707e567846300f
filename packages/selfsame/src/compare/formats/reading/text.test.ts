import { describe, expect, it } from 'vitest';
import { boundedText, memberName, UniqueNames } from './text.js';

describe('names of siblings', () => {
  it('get a number from the second on, also where one has it already', () => {
    const names = new UniqueNames();
    expect(['a', 'a#2', 'a', 'b', 'a', 'a#2'].map((name) => names.unique(name))).toEqual([
      ...['a', 'a#2', 'a#3', 'b', 'a#4', 'a#2#2'],
    ]);
  });

  it('that look like numbered ones cost no more than others', () => {
    // With a search from the start for each these would be 10^10 steps.
    const names = new UniqueNames();
    const count = 100_000;
    const given = new Set<string>();
    for (let at = 0; at < count; at++) given.add(names.unique(`a#${at + 2}`));
    for (let at = 0; at < count; at++) given.add(names.unique('a'));
    expect(given.size).toBe(2 * count);
  });

  it('are cut where they are very long, and stay others', () => {
    const long = (last: string) => memberName(`${'x'.repeat(60_000)}${last}`);
    expect(long('a').length).toBeLessThan(4300);
    expect(long('a')).toBe(long('a'));
    expect(long('a')).not.toBe(long('b'));
    expect(memberName('d/file')).toBe('d/file');
    expect(boundedText('abcdef', 3)).toMatch(/^abc… \(6 characters, sha256 [0-9a-f]{64}\)$/);
  });
});
