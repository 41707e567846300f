import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bruteForce, evenProblems } from '../testing/hitting.js';
import { reduceProblem, type HittingProblem } from './reduce.js';

/** Half of them so dense that a row or column often contains another, half so even that few do. */
const problems = [
  ...evenProblems(100, 9, 12, 2),
  ...evenProblems(100, 9, 12).map(({ rows, costs }) => ({
    costs,
    rows: rows.map((row, index) => row.slice(index % 3)),
  })),
];

const containsAll = (a: readonly number[], b: readonly number[]): boolean =>
  b.every((each) => a.includes(each));

const rowsOf = (rows: HittingProblem['rows'], column: number): readonly number[] =>
  rows.flatMap((row, index) => (row.includes(column) ? [index] : []));

describe('reduceProblem', () => {
  it('changes nothing of the least cost', () => {
    for (const problem of problems) {
      const { forced, rows } = reduceProblem(problem);
      const price = forced.reduce((sum, column) => sum + problem.costs[column]!, 0);
      expect(price + bruteForce({ ...problem, rows })).toBe(bruteForce(problem));
      expect(rows.flat().some((column) => forced.includes(column))).toBe(false);
      expect(forced).toEqual([...forced].sort((a, b) => a - b));
    }
  });

  it('leaves no row that contains another, nor one with a single column', () => {
    let left = 0;
    for (const problem of problems) {
      const { rows } = reduceProblem(problem);
      left += rows.length;
      rows.forEach((row, index) => {
        expect(row.length).toBeGreaterThan(1);
        const contained = rows.filter((other, at) => at !== index && containsAll(row, other));
        expect(contained).toEqual([]);
      });
    }
    expect(left).toBeGreaterThan(100);
  });

  it('leaves no column for which another one does as well', () => {
    for (const problem of problems) {
      const { rows } = reduceProblem(problem);
      const used = [...new Set(rows.flat())];
      for (const column of used) {
        const better = used.filter(
          (other) =>
            other !== column &&
            problem.costs[other]! <= problem.costs[column]! &&
            containsAll(rowsOf(rows, other), rowsOf(rows, column)),
        );
        expect(better).toEqual([]);
      }
    }
  });

  it('keeps the first of columns that are the same, and the cheaper of those that hit the same', () => {
    expect(reduceProblem({ rows: [[0, 1, 2]], costs: [2, 1, 1] })).toEqual({
      forced: [1],
      rows: [],
    });
    // A dearer column stays when it hits more.
    const rows = [
      [0, 1],
      [0, 2],
      [1, 2, 3],
      [3, 0],
    ];
    expect(reduceProblem({ rows, costs: [2, 1, 1, 1] }).rows).not.toEqual([]);
  });

  it('takes columns named twice for one', () => {
    expect(reduceProblem({ rows: [[3, 3]], costs: [1, 1, 1, 1] })).toEqual({
      forced: [3],
      rows: [],
    });
  });

  it('leaves the same whatever the order of rows', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(...problems)
          .chain((problem) =>
            fc.tuple(
              fc.constant(problem),
              fc.shuffledSubarray([...problem.rows], { minLength: problem.rows.length }),
            ),
          ),
        ([problem, rows]) => {
          expect(reduceProblem({ ...problem, rows })).toEqual(reduceProblem(problem));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('looks at all columns where there are more than a machine word has bits', () => {
    const rows = [
      [0, 40],
      [1, 40],
      [0, 1, 70],
    ];
    const costs = Array.from({ length: 71 }, () => 1);
    expect(reduceProblem({ rows, costs })).toEqual({
      forced: [],
      rows: [
        [0, 1],
        [0, 40],
        [1, 40],
      ],
    });
  });
});
