import { describe, expect, it } from 'vitest';
import { compareContents, type CompareOptions } from './compare.js';
import { memoryContent } from './content/memory-content.js';
import { FormatError, type Format } from './formats/format.js';
import { box, boxFormat, runFormat, runs } from './testing-box.js';
import type { Difference } from './types.js';

const formats = [boxFormat, runFormat];

function differ(
  a: Uint8Array | string,
  b: Uint8Array | string,
  options: CompareOptions = {},
): Promise<Difference | undefined> {
  const [inA, inB] = [memoryContent(Buffer.from(a)), memoryContent(Buffer.from(b))];
  return compareContents(inA, inB, 'x', { formats, ...options });
}

const names = (difference: Difference | undefined): string[] =>
  (difference?.children ?? []).map(({ name }) => name);

describe('bytes', () => {
  it('that are equal are no difference', async () => {
    expect(await differ('abc', 'abc')).toBeUndefined();
    expect(await differ('', '')).toBeUndefined();
  });

  it('show where they differ, with what stands around', async () => {
    const found = await differ(Buffer.from([0, 1, 2, 3, 4]), Buffer.from([0, 1, 9, 3, 4]));
    expect(found).toMatchObject({ name: 'x', presence: 'both', sizeA: 5, format: undefined });
    expect(found?.ranges).toEqual([
      {
        ...{ offsetA: 2, lengthA: 1, offsetB: 2, lengthB: 1, sampleOffsetA: 0, sampleOffsetB: 0 },
        ...{ sampleA: Uint8Array.of(0, 1, 2, 3, 4), sampleB: Uint8Array.of(0, 1, 9, 3, 4) },
      },
    ]);
  });

  it('of text show lines, and just the bytes that changed in them', async () => {
    const found = await differ('one\ntwo at 12:00\nthree\n', 'one\ntwo at 12:05\nthree\n');
    expect(found?.textDiff).toBe('@@ -1 +1 @@\n one\n-two at 12:00\n+two at 12:05\n three');
    expect(found?.ranges).toMatchObject([{ offsetA: 15, lengthA: 1, offsetB: 15, lengthB: 1 }]);
  });

  it('of text with lines moved on give the right offsets after them', async () => {
    const [a, b] = ['a\nb\nc\nd5\n', 'new\na\nb\nc\nd6\n'];
    const found = await differ(a, b);
    expect(
      found?.ranges.map(({ offsetA, lengthA }) => a.slice(offsetA, offsetA + lengthA)),
    ).toEqual(['', '5']);
    expect(
      found?.ranges.map(({ offsetB, lengthB }) => b.slice(offsetB, offsetB + lengthB)),
    ).toEqual(['new\n', '6']);
  });
});

describe('containers', () => {
  it('show members that differ, and nothing of the others', async () => {
    const found = await differ(
      box([
        { name: 'same', bytes: 'x' },
        { name: 'other', bytes: 'abc' },
        { name: 'gone', bytes: 'g' },
      ]),
      box([
        { name: 'same', bytes: 'x' },
        { name: 'other', bytes: 'abd' },
        { name: 'more/new.c', bytes: 'nn' },
      ]),
    );
    expect(found?.format).toBe('box');
    expect(found?.ranges).toEqual([]);
    expect(found?.children.map(({ name, presence }) => [name, presence])).toEqual([
      ['other', 'both'],
      ['gone', 'only-a'],
      ['more/new.c', 'only-b'],
    ]);
    expect(found?.children[0]?.ranges).toMatchObject([{ offsetA: 2, lengthA: 1 }]);
  });

  it('show fields of members with their values', async () => {
    const found = await differ(
      box([{ name: 'm', bytes: 'x', mtime: 1000 }]),
      box([{ name: 'm', bytes: 'x', mtime: 2000 }]),
    );
    expect(found?.children).toHaveLength(1);
    expect(found?.children[0]?.fields).toEqual([
      {
        ...{ name: 'mtime', kind: 'time', a: '1000', b: '2000', offsetA: 6, offsetB: 6 },
        ...{ secondsA: 1000, secondsB: 2000 },
      },
    ]);
    expect(found?.children[0]?.findings).toMatchObject([{ place: ['x', 'm'] }]);
  });

  it('say that members stand in another order', async () => {
    const members = ['a', 'b', 'c', 'd'].map((name) => ({ name, bytes: name }));
    const [a, b, c, d] = members as [BoxOf, BoxOf, BoxOf, BoxOf];
    const found = await differ(box(members), box([b, c, a, d]));
    expect(found?.order).toEqual({ first: 'a', firstInB: 'b', moved: 1 });
    expect(found?.children).toEqual([]);
    expect(found?.findings).toMatchObject([{ cause: 'order' }]);
  });

  it('know a member again by its content', async () => {
    const found = await differ(
      box([
        { name: 'old', bytes: 'content' },
        { name: 'z', bytes: 'z' },
      ]),
      box([
        { name: 'new.txt', bytes: 'content' },
        { name: 'y', bytes: 'yy' },
        { name: 'u', bytes: '' },
      ]),
    );
    expect(found?.children).toMatchObject([
      { name: 'old', nameInB: 'new.txt', ranges: [] },
      { name: 'z', presence: 'only-a' },
      { name: 'y', presence: 'only-b' },
      { name: 'u', presence: 'only-b' },
    ]);
  });

  it('tell members of one name apart', async () => {
    const twice = (last: string) =>
      box([
        { name: 'm', bytes: '1' },
        { name: 'm', bytes: last },
      ]);
    expect(names(await differ(twice('2'), twice('3')))).toEqual(['m#2']);
  });

  it('are looked into through other containers', async () => {
    const nested = (text: string) =>
      box([
        { name: 'inner', bytes: box([{ name: 'leaf', bytes: text }]) },
        { name: 'z', bytes: 'z' },
      ]);
    const found = await differ(nested('one'), nested('two'));
    const leaf = found?.children[0]?.children[0];
    expect(leaf).toMatchObject({ name: 'leaf', textDiff: '@@ -1 +1 @@\n-one\n+two' });
    expect(leaf?.findings[0]?.place).toEqual(['x', 'inner', 'leaf']);
  });

  it('that hold the same but are encoded otherwise are not equal', async () => {
    const found = await differ(runs(1, [[10, 65]]), runs(9, [[10, 65]]));
    expect(found?.children).toEqual([]);
    expect(found?.ranges).toMatchObject([{ offsetA: 4, lengthA: 1 }]);
    expect(found?.findings).toMatchObject([{ cause: 'compression', certainty: 'certain' }]);
  });

  it('of one kind against those of another are compared as bytes', async () => {
    const found = await differ(box([{ name: 'a', bytes: 'a' }]), runs(1, [[1, 65]]));
    expect(found).toMatchObject({ types: ['box', 'run'], format: undefined, children: [] });
    expect(found?.ranges).not.toEqual([]);
  });

  it('that are damaged are compared as bytes, and it is said', async () => {
    const whole = box([{ name: 'a', bytes: 'abcdef' }]);
    const short = whole.subarray(0, -1);
    const shorter = whole.subarray(0, -2);
    for (const [a, b, side, detail, kind] of [
      [whole, short, 'b', 'in B it is cut off', 'B is damaged'],
      [short, whole, 'a', 'in A it is cut off', 'A is damaged'],
      [
        ...([short, shorter, 'both', 'in A it is cut off; in B it is cut off'] as const),
        'both are damaged',
      ],
    ] as const) {
      const found = await differ(a, b);
      expect(found?.unexamined).toEqual([{ place: ['x'], reason: 'damaged', detail, side }]);
      expect(found?.ranges).toHaveLength(1);
      expect(found?.findings).toMatchObject([{ cause: 'unknown', certainty: 'certain', kind }]);
      const [said] = found?.findings ?? [];
      expect([said?.a.includes('can be read'), said?.b.includes('can be read')]).toEqual([
        side === 'b',
        side === 'a',
      ]);
    }
  });

  it('of another format than the other side are called so before anything is said of bytes', async () => {
    const found = await differ(box([{ name: 'a', bytes: '1' }]), 'RUN 1\n');
    expect(found?.types).toEqual(['box', 'run']);
    const plain = await differ(box([{ name: 'a', bytes: '1' }]), 'something else');
    expect(plain?.types).toEqual(['box', 'data']);
    for (const { findings = [] } of [found ?? {}, plain ?? {}])
      expect(findings[0]).toMatchObject({ kind: 'files of different formats', a: 'box' });
  });

  it('with members that cannot be read say so of these, and show the others', async () => {
    const locked: Format = {
      ...boxFormat,
      async *parts(content, access) {
        for await (const part of boxFormat.parts(content, access)) {
          const body = (async function* () {
            yield* [];
            await Promise.reject(new FormatError('encrypted', 'it is encrypted'));
          })();
          yield part.name === 'locked' ? { ...part, body } : part;
        }
      },
    };
    const members = (text: string) =>
      box([
        { name: 'locked', bytes: text },
        { name: 'open', bytes: text },
      ]);
    const found = await differ(members('a'), members('b'), { formats: [locked] });
    expect(found?.children).toMatchObject([
      { name: 'locked', unexamined: [{ place: ['x', 'locked'], reason: 'encrypted' }] },
      { name: 'open', ranges: [{ lengthA: 1 }] },
    ]);
  });

  it('whose reader has a fault are compared as bytes, and it is said', async () => {
    const faulty: Format = { ...boxFormat, parts: () => (undefined as unknown as { x: never }).x };
    const found = await differ(box([]), box([{ name: 'a', bytes: '' }]), { formats: [faulty] });
    expect(found?.unexamined).toMatchObject([{ reason: 'unsupported' }]);
    expect(found?.ranges).toHaveLength(1);
  });

  it('that another reading shows otherwise are compared as bytes', async () => {
    let readings = 0;
    const fickle: Format = {
      ...boxFormat,
      async *parts(content, access) {
        readings += 1;
        if (readings <= 2) yield* boxFormat.parts(content, access);
      },
    };
    const found = await differ(box([{ name: 'a', bytes: '1' }]), box([{ name: 'a', bytes: '2' }]), {
      formats: [fickle],
    });
    expect(found?.unexamined).toMatchObject([{ reason: 'unreadable' }]);
    expect(found?.ranges).toHaveLength(1);
  });
});

type BoxOf = { readonly name: string; readonly bytes: string };

describe('bounds', () => {
  const nested = (levels: number, text: string): Buffer =>
    levels === 0 ? Buffer.from(text) : box([{ name: 'n', bytes: nested(levels - 1, text) }]);

  it('of depth', async () => {
    const found = await differ(nested(4, 'a'), nested(4, 'b'), { limits: { depth: 2 } });
    const inner = found?.children[0]?.children[0];
    expect(inner?.unexamined).toMatchObject([{ place: ['x', 'n', 'n'], reason: 'too-deep' }]);
    expect(inner?.ranges).toHaveLength(1);
  });

  it('of what a container becomes: a bomb is refused', async () => {
    const bomb = (byte: number) =>
      runs(1, [
        [1e12, 0],
        [1, byte],
      ]);
    const found = await differ(bomb(1), bomb(2), { limits: { freeBytes: 1e6, ratio: 1000 } });
    expect(found?.unexamined).toMatchObject([{ reason: 'too-large' }]);
    expect(found?.unexamined[0]?.detail).toMatch(
      /^in [AB] its \d+ bytes become more than 1000 times as many/,
    );
  });

  it('of bytes unpacked in all', async () => {
    const large = (byte: number) =>
      runs(1, [
        [1e12, 0],
        [1, byte],
      ]);
    const found = await differ(large(1), large(2), {
      limits: { freeBytes: 1e15, expandedBytes: 5e6, heldBytes: 1000 },
    });
    expect(found?.unexamined).toMatchObject([{ reason: 'too-large' }]);
  });

  it('of parts', async () => {
    const many = (last: string) =>
      box(Array.from({ length: 20 }, (_, index) => ({ name: `${index}`, bytes: last })));
    const found = await differ(many('a'), many('b'), { limits: { parts: 10 } });
    expect(found?.unexamined).toMatchObject([{ reason: 'too-large' }]);
    expect(found?.children).toEqual([]);
  });

  it('of differences', async () => {
    const many = (last: string) =>
      box(Array.from({ length: 20 }, (_, index) => ({ name: `${index}`, bytes: last })));
    const found = await differ(many('a'), many('b'), { limits: { differences: 6 } });
    expect(found?.children).toHaveLength(5);
    expect(found?.unexamined).toMatchObject([{ reason: 'too-many-differences' }]);
    expect(found?.unexamined[0]?.detail).toMatch(/^15 /);
  });

  it('of ranges', async () => {
    const a = new Uint8Array(10_000);
    const b = a.map((_, index) => (index % 100 === 50 ? 1 : 0));
    const found = await differ(a, b, { limits: { ranges: 4 } });
    expect(found?.ranges).toHaveLength(4);
    expect(found?.moreRanges).toBe(96);
  });

  it('of time: what was not looked at is said, and is not called equal', async () => {
    const found = await differ('same', 'same', { limits: { milliseconds: 0 } });
    expect(found?.unexamined).toMatchObject([{ place: ['x'], reason: 'out-of-time' }]);
  });
});

describe('an interruption', () => {
  it('ends the comparison with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const stopping: Format = {
      ...boxFormat,

      async *parts() {
        controller.abort(reason);
        yield { name: 'a', type: 'file', fields: [], size: 0, body: undefined };
        throw new FormatError('damaged', 'not this');
      },
    };
    const ended = differ(box([]), box([{ name: 'a', bytes: '' }]), {
      formats: [stopping],
      signal: controller.signal,
    });
    await expect(ended).rejects.toBe(reason);
  });
});
