import type { HittingProblem } from '../strength/reduce.js';

/**
 * For tests: the least cost over all sets of columns, straight from the definition.
 * @param needed columns that a set must have to be looked at
 */
export function bruteForce(
  { rows, costs }: HittingProblem,
  needed: readonly number[] = [],
): number {
  const masks = [...rows, ...needed.map((column) => [column])].map((row) =>
    row.reduce((mask, column) => mask | (1 << column), 0),
  );
  let best = Infinity;
  for (let set = 0; set < 1 << costs.length; set += 1) {
    if (masks.some((mask) => (mask & set) === 0)) continue;
    best = Math.min(
      best,
      costs.reduce((sum, each, column) => sum + ((set >> column) & 1) * each, 0),
    );
  }
  return best;
}

/**
 * For tests: problems of which reductions leave nearly all, and which greedy choices often miss: rows with as many
 * columns each, all over the place. The same ones every time.
 * @param dearest costs are 1 to this
 */
export function evenProblems(
  count: number,
  columns: number,
  rows: number,
  dearest = 1,
): readonly HittingProblem[] {
  let state = 1;
  /** Numerical Recipes' linear congruential generator; its high bits, as the low ones hardly vary. */
  const below = (end: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
  return Array.from({ length: count }, () => ({
    rows: Array.from({ length: rows }, () => {
      const row = new Set<number>();
      while (row.size < 3) row.add(below(columns));
      return [...row].sort((a, b) => a - b);
    }),
    costs: Array.from({ length: columns }, () => 1 + below(dearest)),
  }));
}
