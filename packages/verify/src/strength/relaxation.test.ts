import { describe, expect, it } from 'vitest';
import { bruteForce, evenProblems } from '../testing/hitting.js';
import { Relaxation } from './relaxation.js';

const problems = [...evenProblems(60, 9, 16), ...evenProblems(60, 9, 16, 4)];
const none = new Uint8Array(9);
const all = (rows: readonly unknown[]): Int32Array => Int32Array.from(rows, (_, row) => row);

describe('Relaxation', () => {
  it.each([0, 4, 200])('never says more than the truth, after %i rounds', (rounds) => {
    for (const problem of problems) {
      const { rows, costs } = problem;
      const relaxation = new Relaxation(rows, costs);
      const exact = bruteForce(problem);
      expect(relaxation.bound(all(rows), none, exact, rounds)).toBeLessThanOrEqual(exact);
      costs.forEach((_, column) => {
        expect(relaxation.boundWith(column)).toBeLessThanOrEqual(bruteForce(problem, [column]));
      });
    }
  });

  it('says nothing too large of what is left when some rows are hit and columns banned', () => {
    for (const problem of problems) {
      const { rows, costs } = problem;
      const relaxation = new Relaxation(rows, costs);
      relaxation.bound(all(rows), none, bruteForce(problem), 50);
      // Column 0 chosen, then banned: what the search asks.
      const open = rows.flatMap((row, index) => (row.includes(0) ? [] : [index]));
      const rest = { rows: open.map((row) => rows[row]!), costs };
      const exact = bruteForce(rest);
      expect(relaxation.bound(Int32Array.from(open), none, exact, 4)).toBeLessThanOrEqual(exact);
      const without = { rows: rows.map((row) => row.filter((column) => column > 0)), costs };
      const banned = Uint8Array.from(costs, (_, column) => (column === 0 ? 1 : 0));
      const least = bruteForce(without);
      expect(relaxation.bound(all(rows), banned, least, 4)).toBeLessThanOrEqual(least);
    }
  });

  it('comes close: within one of the truth nearly always, and tells which columns are too dear', () => {
    let reached = 0;
    let near = 0;
    let tooDear = 0;
    for (const problem of problems) {
      const { rows, costs } = problem;
      const relaxation = new Relaxation(rows, costs);
      const exact = bruteForce(problem);
      const bound = relaxation.bound(all(rows), none, exact, 200);
      if (bound === exact) reached += 1;
      if (bound >= exact - 1) near += 1;
      tooDear += costs.filter((_, column) => relaxation.boundWith(column) >= exact).length;
    }
    // Of 120 problems with 9 columns each; as the search is: 70, 118 and 659.
    expect(reached).toBeGreaterThanOrEqual(68);
    expect(near).toBeGreaterThanOrEqual(116);
    expect(tooDear).toBeGreaterThanOrEqual(640);
  });
});
