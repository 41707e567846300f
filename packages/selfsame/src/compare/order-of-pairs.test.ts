import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PairOrder } from './order-of-pairs.js';

/** The same by the simplest means: the longest subsequence that increases, of at most 12. */
function fewestMoved(inB: readonly number[]): number {
  const longest: number[] = [];
  for (const [index, place] of inB.entries()) {
    const before = longest.filter((_, earlier) => (inB[earlier] ?? 0) < place).slice(0, index);
    longest.push(1 + Math.max(0, ...before));
  }
  return inB.length - Math.max(0, ...longest);
}

describe('the order of pairs', () => {
  it('differs by the fewest that have moved, whatever stands alone between them and in whichever order they are found', () => {
    const pairs = fc
      .uniqueArray(fc.nat(30), { maxLength: 12 })
      .chain((inB) =>
        fc.tuple(
          fc.constant(inB),
          fc.shuffledSubarray([...inB.keys()], { minLength: inB.length }),
          fc.array(fc.nat(2), { minLength: inB.length, maxLength: inB.length }),
        ),
      );
    fc.assert(
      fc.property(pairs, ([inB, found, gaps]) => {
        let place = 0;
        const inA = inB.map((_, index) => (place += 1 + (gaps[index] ?? 0)));
        const order = new PairOrder();
        for (const index of found) order.add(inA[index] ?? 0, inB[index] ?? 0);
        const difference = order.difference();
        const sorted = [...inB].sort((p, q) => p - q);
        const at = inB.findIndex((place, index) => place !== sorted[index]);
        expect(difference).toEqual(
          at === -1
            ? undefined
            : {
                first: inA[at],
                firstInB: inA[inB.indexOf(sorted[at] ?? 0)],
                moved: fewestMoved(inB),
              },
        );
      }),
      { numRuns: 500 },
    );
  });
});
