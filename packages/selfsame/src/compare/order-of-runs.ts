import type { Difference } from './types.js';

/** Pairs of parts that follow each other without anything between them, on both sides. */
interface Run {
  /** The name of the first in A. */
  readonly name: string;
  readonly inA: number;
  readonly inB: number;
  length: number;
}

/**
 * The order of pairs of parts, kept as runs: where two containers have the same order, that is a single one however
 * many parts there are.
 */
export class PairOrder {
  readonly #runs: Run[] = [];
  /** Runs that the next pair can go on, by the place in B after their end. */
  readonly #ends = new Map<number, Run>();

  /** Of each pair once, in any order. */
  add(name: string, inA: number, inB: number): void {
    const before = this.#ends.get(inB);
    if (before !== undefined && before.inA + before.length === inA) {
      this.#ends.delete(inB);
      before.length += 1;
      this.#ends.set(inB + 1, before);
      return;
    }
    const run: Run = { name, inA, inB, length: 1 };
    this.#runs.push(run);
    this.#ends.set(inB + 1, run);
  }

  /**
   * How the two orders differ: the fewest pairs that must be taken out to have both agree, in n · log n of the runs;
   * undefined: they agree.
   */
  difference(): Difference['order'] {
    const byA = this.#runs.sort((p, q) => p.inA - q.inA);
    const byB = [...byA].sort((p, q) => p.inB - q.inB);
    const at = byA.findIndex((run, index) => run !== byB[index]);
    if (at === -1) return undefined;
    // A run stays or goes as a whole, since nothing stands within it on either side: a heaviest increasing subsequence.
    const rank = new Map(byB.map((run, index) => [run, index + 1]));
    const heaviest = new Float64Array(byB.length + 1);
    let all = 0;
    let kept = 0;
    for (const run of byA) {
      const place = rank.get(run) ?? 0;
      let before = 0;
      for (let index = place - 1; index > 0; index -= index & -index)
        before = Math.max(before, heaviest[index] ?? 0);
      const here = before + run.length;
      for (let index = place; index <= byB.length; index += index & -index)
        heaviest[index] = Math.max(heaviest[index] ?? 0, here);
      all += run.length;
      kept = Math.max(kept, here);
    }
    return { first: byA[at]?.name ?? '', firstInB: byB[at]?.name ?? '', moved: all - kept };
  }
}
