import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCauses } from './causes.js';
import { canariesA, canariesB, range } from './testing.js';

const whole = { whole: true } as const;
const lines = (...all: readonly string[]) => `${all.join('\n')}\n`;

describe('the same lines in another order', () => {
  it('are the order, wherever they differ', () => {
    const line = fc.stringMatching(/^[a-z0-9 ]{4,20}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(line, { minLength: 3, maxLength: 12 }),
        fc.integer({ min: 1, max: 11 }),
        (all, by) => {
          const turned = [...all.slice(by % all.length), ...all.slice(0, by % all.length)];
          fc.pre(turned.join() !== all.join());
          const found = findCauses(range(lines(...all), lines(...turned), whole));
          // Lists that happen to be sorted on both sides are told by their sorting.
          expect(['order', 'locale']).toContain(found[0]?.cause);
          expect(found[0]?.certainty).toBe('likely');
        },
      ),
    );
  });

  it('are the order even if a time stands in them', () => {
    const [a, b] = ['a.c 2026-11-21 12:00:01', 'b.c 2026-11-21 12:00:09'];
    expect(findCauses(range(lines(a, b), lines(b, a), whole))[0]?.cause).toBe('order');
  });

  it('are found beside another difference', () => {
    const found = findCauses(
      range(
        lines('head one', 'alpha line', 'beta line', 'gamma line', 'tail'),
        lines('head one', 'gamma line', 'beta line', 'alpha line', 'tail'),
        whole,
      ),
    );
    expect(found[0]).toMatchObject({ cause: 'order', kind: 'lines' });
  });

  it('are the order although the last of a list has no comma', () => {
    const list = (...names: readonly string[]) => `[\n  "${names.join('",\n  "')}"\n]\n`;
    const found = findCauses(
      range(list('amber', 'basalt', 'ruby'), list('ruby', 'amber', 'basalt'), whole),
    );
    expect(found[0]).toMatchObject({ cause: 'order', kind: 'lines' });
    expect(findCauses(range('a one,\nb two\n', 'a one\nb two,\n', whole))[0]?.cause).toBe('text');
  });

  it('show the lines that stand there, also where one side has nothing', () => {
    const found = findCauses(
      range(lines('1f usr/c', '2e usr/a', '3d usr/b'), lines('2e usr/a', '3d usr/b', '1f usr/c'), {
        ...whole,
        place: ['control.tar', './md5sums'],
        ...{ range: { ...moved('1f usr/c\n', lines('2e usr/a', '3d usr/b', '1f usr/c')) } },
      }),
    );
    expect(found[0]).toMatchObject({
      ...{ cause: 'order', kind: 'lines of a list of checksums' },
      ...{ a: '1f usr/c', b: '2e usr/a' },
    });
    expect(found[0]?.remedy).toMatch(/sort -z \| xargs -0 md5sum/);
  });

  it('of a log have another remedy', () => {
    const found = findCauses(
      range(lines('cc a.c', 'cc b.c', 'ld'), lines('cc b.c', 'cc a.c', 'ld'), {
        ...whole,
        place: ['t', 'build.log'],
      }),
    );
    expect(found[0]).toMatchObject({ cause: 'order', kind: 'lines of a log' });
    expect(found[0]?.remedy).toMatch(/make -j1/);
  });
});

describe('other lines', () => {
  it('are not the order', () => {
    for (const [a, b] of [
      [lines('a one', 'b two'), lines('a one', 'b three')],
      [lines('a one', 'a one', 'b two'), lines('a one', 'b two', 'b two')],
      [lines('a one'), lines('a two')],
    ] as const)
      expect(findCauses(range(a, b, whole)).map(({ cause }) => cause)).toEqual(['text']);
  });
});

describe('words and keys in another order', () => {
  it('of a line', () => {
    expect(
      findCauses(range('OBJS = main.o util.o list.o\n', 'OBJS = list.o main.o util.o\n'))[0],
    ).toMatchObject({
      cause: 'order',
      kind: 'words of a line',
      a: 'OBJS = main.o util.o list.o',
      b: 'OBJS = list.o main.o util.o',
    });
  });

  it('of JSON on one line', () => {
    const found = findCauses(
      range('{"name": "x", "size": 12, "mode": 7}', '{"size": 12, "name": "x", "mode": 7}'),
    );
    expect(found[0]).toMatchObject({ cause: 'order', kind: 'keys' });
    expect(found[0]?.remedy).toMatch(/sort_keys=True/);
  });

  it('but not two numbers that changed places', () => {
    expect(findCauses(range('from 10 to 20\n', 'from 20 to 10\n'))[0]?.cause).toBe('text');
  });
});

describe('strings and records of binary files', () => {
  it('strings that end in NUL', () => {
    const found = findCauses(
      range('\0alpha\0beta\0gamma\0\x01', '\0gamma\0beta\0alpha\0\x01', whole),
    );
    expect(found[0]).toMatchObject({ cause: 'order', kind: 'strings' });
  });

  it('records of one size', () => {
    const record = (seed: number) =>
      Buffer.from(Array.from({ length: 16 }, (_, i) => (seed * 37 + i * 91) % 256 || 7));
    const all = [1, 2, 3, 4, 5].map(record);
    const found = findCauses(range(Buffer.concat(all), Buffer.concat([...all].reverse()), whole));
    expect(found[0]).toMatchObject({ cause: 'order', kind: 'records' });
  });
});

describe('the same lines, sorted in two manners', () => {
  const bytes = lines('B', 'Z', 'a', 'c', 'z');
  const english = lines('a', 'B', 'c', 'z', 'Z');

  it('are the locale', () => {
    const [found] = findCauses(range(bytes, english, whole));
    expect(found).toMatchObject({
      cause: 'locale',
      kind: 'sort order',
      certainty: 'likely',
      a: 'sorted by bytes',
      b: 'sorted as in en',
    });
    expect(found?.remedy).toMatch(/LC_ALL=C sort/);
  });

  it('in Estonian, with z before t', () => {
    const [found] = findCauses(
      range(lines('s', 't', 'u', 'x', 'z'), lines('s', 'z', 't', 'u', 'x'), whole),
    );
    expect(found).toMatchObject({ cause: 'locale', b: 'sorted as in et' });
  });

  it('are the order where there are few, unless the builds had other locales', () => {
    const [a, b] = [lines('Bb', 'aa', 'cc'), lines('aa', 'Bb', 'cc')];
    expect(findCauses(range(a, b, whole))[0]?.cause).toBe('order');
    expect(findCauses(range(a, b, { ...whole, canariesA, canariesB }))[0]?.cause).toBe('locale');
  });
});

/** A range that only the first side has: its first line, before all that the second has. */
function moved(line: string, rest: string) {
  return {
    ...{ offsetA: 0, offsetB: 0, lengthA: line.length, lengthB: 0 },
    ...{ sampleA: Buffer.from(line + rest), sampleB: Buffer.from(rest) },
    ...{ sampleOffsetA: 0, sampleOffsetB: 0 },
  };
}
