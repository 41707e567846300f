import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { differOnlyInDigests, digestsIn } from './digest-lists.js';
import type { Digested } from './digest-lists.js';

const algorithms = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'];
const sum = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex');

/** All digests of files with these contents. */
function of(files: Readonly<Record<string, string>>): ReadonlyMap<string, Digested> {
  return new Map(
    Object.entries(files).flatMap(([path, text]) =>
      algorithms.map((name) => [sum(name, text), { path, size: text.length }] as const),
    ),
  );
}

const [before, after] = [
  { stamp: 'one', page: 'eins' },
  { stamp: 'two!', page: 'zwei' },
];
const judged = (a: string, b: string) => differOnlyInDigests(a, b, of(before), of(after));

describe('a list of digests', () => {
  it.each(algorithms)('follows from the files of which it has the %s', (name) => {
    const list = (stamp: string, page: string) =>
      `${sum(name, stamp)}  stamp\n${sum(name, 'same')}  same\n${sum(name, page).toUpperCase()}  page\n`;
    expect(judged(list('one', 'eins'), list('two!', 'zwei'))).toEqual(['page', 'stamp']);
    expect(judged(list('one', 'eins'), list('two!', 'eins'))).toBeUndefined();
    expect(digestsIn(list('one', 'eins'))).toContain(sum(name, 'one'));
  });

  it('may have the sizes, and base64', () => {
    const record = (text: string, more = '') => {
      const digest = createHash('sha256').update(text).digest('base64url');
      return `stamp,sha256=${digest},${text.length}${more}\n`;
    };
    expect(judged(record('one'), record('two!'))).toEqual(['stamp']);
    expect(judged(record('one'), record('two!', '0'))).toBeUndefined();
    const changes = (text: string) => ` ${sum('md5', text)} ${text.length} misc optional stamp\n`;
    expect(judged(changes('one'), changes('two!'))).toEqual(['stamp']);
  });

  it('has no other difference, also none of order, but where it is sorted', () => {
    const named = (files: readonly (readonly [string, string])[]) =>
      files.map(([text, name]) => `${sum('sha256', text)}  ${name}\n`);
    const sortedA = named([
      ['one', 'stamp'],
      ['eins', 'page'],
    ]).sort();
    const sortedB = named([
      ['two!', 'stamp'],
      ['zwei', 'page'],
    ]).sort();
    expect(judged(sortedA.join(''), sortedB.join(''))).toEqual(['page', 'stamp']);
    const listed = (files: Readonly<Record<string, string>>, names: readonly string[]) =>
      named(names.map((name) => [files[name] ?? '', name])).join('');
    // At most one of the two orders is sorted.
    const orders = [
      ['stamp', 'page'],
      ['page', 'stamp'],
    ].filter((names) => listed(before, names) !== sortedA.join(''));
    for (const names of orders)
      expect(judged(listed(before, names), listed(after, [...names].reverse()))).toBeUndefined();
    expect(
      judged(`${sortedA.join('')}built at 12:00\n`, `${sortedB.join('')}built at 12:01\n`),
    ).toBe(undefined);
  });

  it('does not follow from what it had in one build only', () => {
    const sha = sum('sha256', 'one');
    expect(judged(`${sha}\n`, `${sum('sha256', 'other')}\n`)).toBeUndefined();
    expect(judged('same', 'same')).toEqual([]);
    // The digests of another file in each build.
    expect(judged(`${sha}\n`, `${sum('sha256', 'zwei')}\n`)).toBeUndefined();
  });
});
