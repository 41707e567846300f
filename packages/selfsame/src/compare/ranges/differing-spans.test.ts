import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryContent } from '../content/memory-content.js';
import { differingSpans, differingSpansOf } from './differing-spans.js';
import type { Span } from './span.js';

/** Bytes without pattern, the same for the same seed. */
function noise(length: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    return (state >>> 16) & 255;
  });
}

/** Rebuilds B from A and the spans: possible only if everything outside of them is equal and in order. */
function rebuilt(a: Uint8Array, b: Uint8Array, spans: readonly Span[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const { offsetA, lengthA, offsetB, lengthB } of spans) {
    pieces.push(a.subarray(at, offsetA), b.subarray(offsetB, offsetB + lengthB));
    at = offsetA + lengthA;
  }
  pieces.push(a.subarray(at));
  return Buffer.concat(pieces);
}

function splice(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
}

const base = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  // Few values, so that chance agreements are frequent.
  fc.array(fc.constantFrom(0, 1, 65), { maxLength: 300 }).map((all) => Uint8Array.from(all)),
  fc
    .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 40_000 }))
    .map(([seed, length]) => noise(length, seed)),
);
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.integer({ min: 0, max: 40 }),
  added: fc.uint8Array({ maxLength: 40 }),
});
const edited = fc.tuple(base, fc.array(edit, { maxLength: 6 })).map(([a, edits]) => {
  let b = a;
  for (const { at, removed, added } of edits) {
    b = splice(b, Math.floor(at * b.length), removed, added);
  }
  return { a, b };
});

describe('differingSpans', () => {
  it('covers all bytes that differ, with spans that each differ, in order', async () => {
    await fc.assert(
      fc.asyncProperty(edited, async ({ a, b }) => {
        const { spans, more } = await differingSpansOf(a, b, 1000);
        expect(more).toBe(0);
        expect(Buffer.compare(rebuilt(a, b, spans), b)).toBe(0);
        expect(spans.length > 0).toBe(Buffer.compare(a, b) !== 0);
        let end = -1;
        for (const { offsetA, lengthA, offsetB, lengthB } of spans) {
          expect(offsetA).toBeGreaterThan(end);
          end = offsetA + lengthA;
          const [inA, inB] = [a.subarray(offsetA, end), b.subarray(offsetB, offsetB + lengthB)];
          expect(inA).toHaveLength(lengthA);
          expect(inB).toHaveLength(lengthB);
          expect(Buffer.compare(inA, inB)).not.toBe(0);
        }
      }),
    );
  });

  it('keeps as many as asked, and says that there are more', async () => {
    const a = new Uint8Array(10_000);
    const b = a.map((_, index) => (index % 100 === 50 ? 1 : 0));
    const { spans, more } = await differingSpansOf(a, b, 3);
    expect(spans.map(({ offsetA, lengthA }) => [offsetA, lengthA])).toEqual([
      [50, 1],
      [150, 1],
      [250, 1],
    ]);
    expect(more).toBe(97);
  });

  it.each([
    ['inserted near the beginning', 100, 0, 5],
    ['removed', 100, 7, 0],
    ['of other lengths', 3000, 16, 1000],
    ['at the end', 1_999_990, 10, 3],
    ['longer than a window looks at once', 1_000_000, 0, 60_000],
  ])('finds what is %s and nothing after it', async (_, at, removed, added) => {
    const a = noise(2_000_000);
    const b = splice(a, at, removed, noise(added, 77));
    const { spans } = await differingSpansOf(a, b, 50);
    expect(spans).toHaveLength(1);
    const [span] = spans;
    expect(Math.abs((span?.offsetA ?? 0) - at)).toBeLessThan(4);
    expect((span?.lengthB ?? 0) - (span?.lengthA ?? 0)).toBe(added - removed);
    expect(span?.lengthA).toBeLessThanOrEqual(removed + 4);
  });

  it('finds an insertion and a removal that leave the size as it was', async () => {
    const a = noise(100_000);
    const b = splice(splice(a, 90_000, 4, new Uint8Array()), 1000, 0, noise(4, 5));
    const { spans } = await differingSpansOf(a, b, 50);
    expect(spans.map(({ lengthA, lengthB }) => lengthB - lengthA)).toEqual([4, -4]);
  });

  it('joins bytes of one value, and keeps others apart', async () => {
    const a = noise(1000);
    const b = Uint8Array.from(a);
    for (const at of [100, 103, 300]) b[at] = (b[at] ?? 0) ^ 255;
    const { spans } = await differingSpansOf(a, b, 50);
    expect(spans.map(({ offsetA, lengthA }) => [offsetA, lengthA])).toEqual([
      [100, 4],
      [300, 1],
    ]);
  });

  it('ends with contents that have nothing in common, in time linear to their size', async () => {
    const a = noise(4_000_000, 1);
    const b = noise(3_900_000, 2);
    const { spans, more } = await differingSpansOf(a, b, 50);
    expect(Buffer.compare(rebuilt(a, b, spans), b) === 0 || more > 0).toBe(true);
    expect(spans.length).toBeLessThanOrEqual(50);
  });

  it('says when a content ends before its size', async () => {
    const a = memoryContent(noise(100));
    const short = { ...memoryContent(noise(50)), size: 101 };
    await expect(differingSpans(a, short, 10, () => undefined)).rejects.toThrow(/shorter/);
  });

  it('stops when it is told to', async () => {
    const stop = (): void => {
      throw new Error('told');
    };
    const [a, b] = [memoryContent(noise(10)), memoryContent(noise(11))];
    await expect(differingSpans(a, b, 10, stop)).rejects.toThrow('told');
  });
});
