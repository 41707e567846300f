import type { Span } from '../../../ranges/span.js';

/** Where bytes of one content are in another, by the spans in which the two differ, in order. */
export class Moved {
  readonly #spans: readonly Span[];

  constructor(spans: readonly Span[]) {
    this.#spans = spans;
  }

  /**
   * Whether `b` is in the second content what `a` is in the first: the same byte, or part of what stands in its
   * place. Ends count, too: names of linkers for the end of a section point there.
   */
  same(a: number, b: number): boolean {
    const span = this.#before(a);
    if (span === undefined) return a === b;
    const [endA, endB] = [span.offsetA + span.lengthA, span.offsetB + span.lengthB];
    if (a <= endA) return b >= span.offsetB && b <= endB;
    return b - endB === a - endA;
  }

  /** The same without what stands within a span, whose beginning and end count. */
  sameByte(a: number, b: number): boolean {
    const span = this.#before(a);
    if (span === undefined) return a === b;
    const [endA, endB] = [span.offsetA + span.lengthA, span.offsetB + span.lengthB];
    if (a < endA) return a === span.offsetA && b === span.offsetB;
    return b - endB === a - endA;
  }

  /** The last span that begins at `a` or before. */
  #before(a: number): Span | undefined {
    let [low, high] = [0, this.#spans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#spans[middle]?.offsetA ?? 0) <= a) low = middle + 1;
      else high = middle;
    }
    return this.#spans[low - 1];
  }
}
