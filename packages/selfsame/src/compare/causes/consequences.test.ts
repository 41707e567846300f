import { describe, expect, it } from 'vitest';
import { findCauses } from './causes.js';
import { range } from './testing.js';

describe('a list that is sorted by checksum', () => {
  const names = ['bin/one', 'bin/two', 'doc/a', 'doc/b', 'doc/c'];
  const list = (digests: readonly string[], sorted = true) => {
    const lines = names.map((name, index) => `${(digests[index] ?? '').repeat(32)}  ${name}\n`);
    return (sorted ? lines.sort() : lines).join('');
  };
  /** As the engine gives it: the names of two lines, whose checksums were a difference of their own. */
  const ofNames = (a: string, b: string) => {
    const [one, other] = [range(a, b, { whole: true }), range('bin/one', 'doc/a')];
    return findCauses({ ...one, range: other.range, place: ['x.deb', 'md5sums'] });
  };

  it('has lines in another place where a file differs: that follows', () => {
    const [a, b] = [list(['0', '5', '1', '6', '9']), list(['c', '5', '1', '6', '9'])];
    expect(ofNames(a, b)).toMatchObject([
      { cause: 'checksum', kind: 'place in a list sorted by checksum', consequence: true },
    ]);
  });

  it.each([
    ['is not sorted', list(['5', '0', '1', '6', '9'], false), list(['5', 'c', '1', '6', '9'])],
    [
      'has other names',
      list(['0', '5', '1', '6', '9']),
      list(['0', '5', '1', '6', '9']).replace('bin/two', 'bin/ten'),
    ],
    ['has other lines', list(['0', '5', '1', '6', '9']), `x\n${list(['0', '5', '1', '6', '9'])}`],
  ])('is none if one %s', (_, a, b) => {
    expect(ofNames(a, b).map(({ kind }) => kind)).not.toContain(
      'place in a list sorted by checksum',
    );
  });
});

describe('headers of debugging information in a file of its own', () => {
  const [a, b] = [Buffer.alloc(64), Buffer.alloc(64)];
  b[32] = 11;
  const found = (...place: string[]) =>
    findCauses(range(a, b, { place, formats: ['deb', 'elf'] }))[0];

  it('follow from the program that it belongs to', () => {
    expect(
      found('x.deb', './usr/lib/debug/.build-id/ae/c67b.debug', 'section headers'),
    ).toMatchObject({
      ...{ cause: 'consequence', kind: 'sizes of the stripped program', consequence: true },
    });
    expect(found('x.deb', './usr/bin/x', 'section headers')?.cause).toBe('code');
    expect(found('x.deb', './usr/lib/debug/.build-id/ae/c67b.debug', '.data')?.cause).toBe('code');
  });
});
