import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bruteForce, evenProblems } from '../testing/hitting.js';
import { smallestHittingSet } from './hitting-set.js';

const problems = fc
  .tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 4 }))
  .chain(([columns, dearest]) =>
    fc.record({
      rows: fc.array(
        fc.uniqueArray(fc.nat(columns - 1), { minLength: 1, maxLength: Math.min(columns, 5) }),
        { maxLength: 14 },
      ),
      costs: fc.array(fc.integer({ min: 1, max: dearest }), {
        minLength: columns,
        maxLength: columns,
      }),
    }),
  );

describe('smallestHittingSet', () => {
  it('is as cheap as the best of all sets, and hits every row', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { lower, cost, columns } = smallestHittingSet(problem);
        expect([lower, cost]).toEqual(Array(2).fill(bruteForce(problem)));
        expect(columns.reduce((sum, column) => sum + problem.costs[column]!, 0)).toBe(cost);
        for (const row of problem.rows) expect(row.some((c) => columns.includes(c))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('needs the search: rows without anything to reduce, which no greedy choice solves', () => {
    // The lines of the projective plane of order 3: 13 points, any two lines meet, and the smallest set
    // that meets every line is a line.
    const lines = Array.from({ length: 13 }, (_, shift) =>
      [0, 1, 3, 9].map((point) => (point + shift) % 13),
    );
    const costs = Array.from({ length: 13 }, () => 1);
    expect(smallestHittingSet({ rows: lines, costs })).toMatchObject({ lower: 4, cost: 4 });
    // All pairs of ten: the relaxation says five, the truth is nine.
    const pairs = costs
      .slice(0, 10)
      .flatMap((_, a) => Array.from({ length: a }, (_e, b) => [a, b]));
    const found = smallestHittingSet({ rows: pairs, costs: costs.slice(0, 10) });
    expect(found).toMatchObject({ lower: 9, cost: 9 });
    expect(found.nodes).toBeGreaterThan(1);
  });

  it.each([1, 3])('is right where little can be reduced, for costs from 1 to %i', (dearest) => {
    for (const problem of evenProblems(150, 11, 24, dearest)) {
      const { lower, cost, columns } = smallestHittingSet(problem);
      expect([lower, cost]).toEqual(Array(2).fill(bruteForce(problem)));
      expect(columns.reduce((sum, column) => sum + problem.costs[column]!, 0)).toBe(cost);
      expect(problem.rows.every((row) => row.some((c) => columns.includes(c)))).toBe(true);
    }
  });

  it('comes to an end after few cases, by bounds and by what was looked at before', () => {
    const larger = [...evenProblems(10, 30, 60), ...evenProblems(10, 40, 80, 3)];
    const nodes = larger.map((problem) => smallestHittingSet(problem).nodes);
    // Of 2^30 and 2^40 sets. As the search is: 1298.
    expect(nodes.reduce((sum, each) => sum + each)).toBeLessThan(1500);
  });

  it('says so when it was cut off, with what it has', () => {
    const [problem] = evenProblems(1, 40, 80, 3);
    const { cost, lower } = smallestHittingSet(problem!);
    expect(lower).toBe(cost);
    for (const budget of [1, 2, 3, 9, 20]) {
      const early = smallestHittingSet(problem!, budget);
      expect(early.lower).toBeLessThan(cost);
      expect(early.cost).toBeGreaterThanOrEqual(cost);
      expect(early.nodes).toBe(budget);
      expect(problem!.rows.every((row) => row.some((c) => early.columns.includes(c)))).toBe(true);
    }
  });

  it('gives a proven lower bound, never a guess, when the budget is used up', () => {
    fc.assert(
      fc.property(problems, fc.integer({ min: 1, max: 3 }), (problem, budget) => {
        const { lower, cost, nodes } = smallestHittingSet(problem, budget);
        const exact = bruteForce(problem);
        expect(lower).toBeLessThanOrEqual(exact);
        expect(cost).toBeGreaterThanOrEqual(exact);
        expect(nodes).toBeLessThanOrEqual(budget);
      }),
      { numRuns: 400 },
    );
    const pairs = Array.from({ length: 45 }, (_, n) => n).map((n) => {
      const a = Math.floor((1 + Math.sqrt(8 * n + 1)) / 2);
      return [a, n - (a * (a - 1)) / 2];
    });
    const costs = Array.from({ length: 10 }, () => 1);
    const { lower, cost } = smallestHittingSet({ rows: pairs, costs }, 1);
    expect([lower, cost]).toEqual([5, 9]);
  });

  it('is the same whatever the order of rows', () => {
    fc.assert(
      fc.property(
        problems.chain((problem) =>
          fc.tuple(
            fc.constant(problem),
            fc.shuffledSubarray([...problem.rows], { minLength: problem.rows.length }),
          ),
        ),
        ([problem, rows]) => {
          expect(smallestHittingSet({ ...problem, rows })).toEqual(smallestHittingSet(problem));
        },
      ),
    );
  });
});
