// Specification: docs/strength.md "Is it exact?".

import { reduceProblem, transpose, type HittingProblem } from './reduce.js';
import { Relaxation } from './relaxation.js';

interface HittingSet {
  /** No hitting set costs less: proven, also when the search was cut off. */
  readonly lower: number;
  /** Columns of the cheapest hitting set found, sorted. */
  readonly columns: readonly number[];
  /** What `columns` cost; equal to `lower` unless the search was cut off. */
  readonly cost: number;
  /** How many cases were looked at. */
  readonly nodes: number;
}

/** Cases looked at before only a bound is given: some tens of seconds, and the same on every machine. */
export const DEFAULT_NODE_BUDGET = 200_000;

/** How often multipliers are moved for the first bound, and for each later one, which starts from it. */
const FIRST_ROUNDS = 200;
const LATER_ROUNDS = 4;

/**
 * A cheapest set of columns that hits every row: reductions, then branch and bound with Lagrangian
 * lower bounds. A greedy choice only ever serves as a first upper bound; it is returned as `cost` when
 * the budget is used up, with the proven `lower` beside it.
 *
 * Deterministic: the same problem gives the same answer, whatever the machine.
 */
export function smallestHittingSet(
  problem: HittingProblem,
  nodeBudget: number = DEFAULT_NODE_BUDGET,
): HittingSet {
  const { forced, rows } = reduceProblem(problem);
  const base = costOf(forced, problem.costs);
  const used = [...new Set(rows.flat())].sort((a, b) => a - b);
  const index = new Map(used.map((column, place) => [column, place]));
  const search = new Search(
    rows.map((row) => row.map((column) => index.get(column) as number)),
    used.map((column) => problem.costs[column] as number),
    nodeBudget,
  );
  const found = search.run();
  const columns = [...forced, ...found.columns.map((place) => used[place] as number)];
  return {
    lower: base + found.lower,
    columns: columns.sort((a, b) => a - b),
    cost: base + found.cost,
    nodes: found.nodes,
  };
}

class Search {
  readonly #rows: readonly (readonly number[])[];
  readonly #rowColumns: readonly Int32Array[];
  readonly #byColumn: readonly (readonly number[])[];
  readonly #costs: readonly number[];
  readonly #relaxation: Relaxation;
  readonly #banned: Uint8Array;
  /** By row: how many chosen columns hit it. */
  readonly #hits: Int32Array;
  readonly #chosen: number[] = [];
  #cost = 0;
  #best: readonly number[];
  #bestCost: number;
  #nodes = 0;
  #budget: number;

  constructor(rows: readonly (readonly number[])[], costs: readonly number[], budget: number) {
    this.#rows = rows;
    this.#costs = costs;
    this.#rowColumns = rows.map((row) => Int32Array.from(row));
    this.#byColumn = transpose(rows, costs.length);
    this.#relaxation = new Relaxation(rows, costs);
    this.#banned = new Uint8Array(costs.length);
    this.#hits = new Int32Array(rows.length);
    this.#budget = budget;
    this.#best = greedy(rows, this.#byColumn, costs);
    this.#bestCost = costOf(this.#best, costs);
  }

  run(): HittingSet {
    const open = Int32Array.from(this.#rows, (_, row) => row);
    const first = this.#relaxation.bound(open, this.#banned, this.#bestCost, FIRST_ROUNDS);
    // What the multipliers find dear is tried last: often a better set than the plain greedy one.
    const reduced = Array.from(this.#relaxation.reduced, (cost) => Math.max(0, cost) / 2 ** 20);
    const guided = greedy(
      this.#rows,
      this.#byColumn,
      this.#costs,
      reduced.map((cost) => cost + 1e-3),
    );
    if (costOf(guided, this.#costs) < this.#bestCost) {
      this.#best = guided;
      this.#bestCost = costOf(guided, this.#costs);
    }
    if (first < this.#bestCost) this.#branch();
    const isDone = this.#budget > 0;
    return {
      lower: isDone ? this.#bestCost : Math.min(first, this.#bestCost),
      columns: [...this.#best].sort((a, b) => a - b),
      cost: this.#bestCost,
      nodes: this.#nodes,
    };
  }

  /** Looks at every set that has the chosen columns and none of the banned ones. */
  #branch(): void {
    this.#nodes += 1;
    if ((this.#budget -= 1) <= 0) return;
    const open = this.#openRows();
    if (open.length === 0) {
      this.#best = [...this.#chosen];
      this.#bestCost = this.#cost;
      return;
    }
    const left = this.#bestCost - this.#cost;
    if (this.#relaxation.bound(open, this.#banned, left, LATER_ROUNDS) >= left) return;
    const bannedHere = this.#banTooDear(left);
    const options = this.#fewestOptions(open);
    const { reduced } = this.#relaxation;
    const order = [...options].sort((a, b) => (reduced[a] as number) - (reduced[b] as number));
    for (const column of order) {
      if (this.#cost + (this.#costs[column] as number) < this.#bestCost) {
        this.#choose(column, 1);
        this.#branch();
        this.#choose(column, -1);
      }
      this.#banned[column] = 1;
      bannedHere.push(column);
      if (this.#budget <= 0) break;
    }
    for (const column of bannedHere) this.#banned[column] = 0;
  }

  #openRows(): Int32Array {
    const hits = this.#hits;
    const open = new Int32Array(hits.length);
    let count = 0;
    for (let row = 0; row < hits.length; row += 1) {
      if (hits[row] === 0) open[count++] = row;
    }
    return open.subarray(0, count);
  }

  #choose(column: number, by: 1 | -1): void {
    for (const row of this.#byColumn[column] as readonly number[]) {
      this.#hits[row] = (this.#hits[row] as number) + by;
    }
    this.#cost += by * (this.#costs[column] as number);
    if (by === 1) this.#chosen.push(column);
    else this.#chosen.pop();
  }

  /** Bans columns with which the bound reaches the best cost known. */
  #banTooDear(left: number): number[] {
    const bannedHere: number[] = [];
    for (let column = 0; column < this.#banned.length; column += 1) {
      if (this.#banned[column] === 1 || this.#relaxation.boundWith(column) < left) continue;
      this.#banned[column] = 1;
      bannedHere.push(column);
    }
    return bannedHere;
  }

  /** Free columns of the row that has fewest: one of them must be chosen. */
  #fewestOptions(open: Int32Array): readonly number[] {
    const banned = this.#banned;
    let fewest = 0;
    let least = Infinity;
    for (let index = 0; index < open.length && least > 1; index += 1) {
      const columns = this.#rowColumns[open[index] as number] as Int32Array;
      let free = columns.length;
      for (let place = 0; place < columns.length; place += 1) {
        free -= banned[columns[place] as number] as number;
      }
      if (free < least) [fewest, least] = [open[index] as number, free];
    }
    return (this.#rows[fewest] as readonly number[]).filter((column) => banned[column] === 0);
  }
}

/** Repeatedly the column that hits most for its price, then without those that turned out not to be needed. */
function greedy(
  rows: readonly (readonly number[])[],
  byColumn: readonly (readonly number[])[],
  costs: readonly number[],
  prices: readonly number[] = costs,
): readonly number[] {
  const hits = new Int32Array(rows.length);
  const gains = byColumn.map((itsRows) => itsRows.length);
  const chosen: number[] = [];
  for (let open = rows.length; open > 0;) {
    let best = -1;
    let bestValue = 0;
    gains.forEach((gain, column) => {
      const value = gain / (prices[column] as number);
      if (value > bestValue) [best, bestValue] = [column, value];
    });
    chosen.push(best);
    for (const row of byColumn[best] as readonly number[]) {
      hits[row] = (hits[row] as number) + 1;
      if (hits[row] !== 1) continue;
      open -= 1;
      for (const column of rows[row] as readonly number[]) {
        gains[column] = (gains[column] as number) - 1;
      }
    }
  }
  const dearestFirst = [...chosen].sort((a, b) => (costs[b] as number) - (costs[a] as number));
  return dearestFirst.filter((column) => {
    const itsRows = byColumn[column] as readonly number[];
    if (itsRows.some((row) => hits[row] === 1)) return true;
    for (const row of itsRows) hits[row] = (hits[row] as number) - 1;
    return false;
  });
}

function costOf(columns: readonly number[], costs: readonly number[]): number {
  return columns.reduce((sum, column) => sum + (costs[column] as number), 0);
}
