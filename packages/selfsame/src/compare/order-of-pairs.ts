/** How the orders of the same parts differ; parts are given by their places in A. */
export interface OtherOrder {
  /** The first of A that does not stand first in B, too, and what stands there instead. */
  readonly first: number;
  readonly firstInB: number;
  /** The fewest that must be taken out to have both agree. */
  readonly moved: number;
}

/** Places of a container that was just begun. */
const firstPlaces = 1024;

/** The order of pairs of parts, in 4 bytes for each part. */
export class PairOrder {
  /** By the place in A, from 0: the place in B + 1; 0: it has none. */
  #inB = new Int32Array(firstPlaces);
  #end = 0;

  /** Of each pair once, in any order. */
  add(inA: number, inB: number): void {
    if (inA >= this.#inB.length) {
      const before = this.#inB;
      this.#inB = new Int32Array(Math.max(inA + 1, 2 * before.length));
      this.#inB.set(before);
    }
    this.#inB[inA] = inB + 1;
    this.#end = Math.max(this.#end, inA + 1);
  }

  /** In n · log n; undefined: they agree. */
  difference(): OtherOrder | undefined {
    const inOrder = this.#inB.subarray(0, this.#end).filter((place) => place > 0);
    if (inOrder.every((place, at) => at === 0 || (inOrder[at - 1] ?? 0) < place)) return undefined;
    const sorted = inOrder.slice().sort();
    const at = inOrder.findIndex((place, index) => place !== sorted[index]);
    const placeInA = (inB: number | undefined): number => this.#inB.indexOf(inB ?? 0);
    return {
      first: placeInA(inOrder[at]),
      firstInB: placeInA(sorted[at]),
      moved: inOrder.length - longestIncreasing(inOrder),
    };
  }
}

/** The length of a longest subsequence that increases, of numbers that are all different. */
function longestIncreasing(numbers: Int32Array): number {
  // The least number that such a subsequence of each length ends with.
  const ends = new Int32Array(numbers.length);
  let longest = 0;
  for (const number of numbers) {
    let [low, high] = [0, longest];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ends[middle] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    ends[low] = number;
    if (low === longest) longest += 1;
  }
  return longest;
}
