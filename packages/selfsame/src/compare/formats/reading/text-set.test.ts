import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UniqueNames } from './text.js';
import { TextSet } from './text-set.js';

describe('TextSet', () => {
  it('knows each text again, few or very many', () => {
    const set = new TextSet();
    const count = 40_000;
    for (let number = 0; number < count; number += 1) {
      if (!set.add(`text ${number}`)) throw new Error(`text ${number} was not there before`);
      // One from before, held as it is or not.
      if (set.add(`text ${Math.floor(number / 2)}`)) throw new Error('it was there before');
    }
    expect(set.add('another')).toBe(true);
    expect(set.add('text 0')).toBe(false);
    expect(set.add(`text ${count - 1}`)).toBe(false);
  });
});

describe('UniqueNames', () => {
  it('gives every name once, and those that are alone as they are', () => {
    const some = fc.array(fc.constantFrom('a', 'a#2', 'a#2#2', 'b', ''), { maxLength: 20 });
    fc.assert(
      fc.property(some, (names) => {
        const unique = new UniqueNames();
        const given = names.map((name) => unique.unique(name));
        expect(new Set(given).size).toBe(names.length);
        for (const [index, name] of names.entries()) {
          expect(given[index]?.startsWith(name)).toBe(true);
          if (!given.slice(0, index).includes(name)) expect(given[index]).toBe(name);
        }
      }),
    );
  });
});
