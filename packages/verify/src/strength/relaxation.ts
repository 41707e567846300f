// Specification: docs/strength.md "Is it exact?".

/** Costs and multipliers are whole multiples of 2^-20, so that sums of them are exact (all below 2^53). */
const UNIT = 2 ** 20;

/**
 * Lower bounds on the cost of hitting what is left of a problem, by Lagrangian relaxation (Held and Karp
 * 1970; for set covering Beasley 1990): whoever leaves a row unhit pays its multiplier instead. For any
 * multipliers the relaxed minimum is a lower bound; here it is computed without rounding, so that it is a
 * proof, and multipliers are moved to make it large.
 */
export class Relaxation {
  /** Of each column at the best bound: what having it adds to the bound, in units. For free columns only. */
  readonly reduced: Float64Array;
  /** Multiplier of each row, in units, carried from one bound to the next as a good start. */
  readonly #multipliers: Float64Array;
  /** The columns of row `r` are `#columns` from `#starts[r]` to before `#starts[r + 1]`. */
  readonly #starts: Int32Array;
  readonly #columns: Int32Array;
  readonly #costs: Float64Array;
  readonly #now: Float64Array;
  /** By column: 1 when it is part of the relaxed minimum. */
  readonly #taken: Uint8Array;
  readonly #slopes: Float64Array;
  readonly #kept: Float64Array;
  /** The best bound of the last call, in units. */
  #best = 0;

  constructor(rows: readonly (readonly number[])[], costs: readonly number[]) {
    this.#starts = new Int32Array(rows.length + 1);
    let end = 0;
    rows.forEach((row, index) => (this.#starts[index + 1] = end += row.length));
    this.#columns = Int32Array.from(rows.flat());
    this.#costs = Float64Array.from(costs, (cost) => cost * UNIT);
    this.#now = new Float64Array(costs.length);
    this.reduced = new Float64Array(costs.length);
    this.#taken = new Uint8Array(costs.length);
    this.#slopes = new Float64Array(rows.length);
    this.#kept = new Float64Array(rows.length);
    const sizes = new Float64Array(costs.length);
    for (const column of this.#columns) sizes[column] = (sizes[column] as number) + 1;
    // Each column shared out among its rows: a bound that holds from the start.
    this.#multipliers = Float64Array.from(rows, (row) =>
      Math.floor(Math.min(...row.map((c) => (this.#costs[c] as number) / (sizes[c] as number)))),
    );
  }

  /**
   * @param open rows still to hit
   * @param banned by column: 1 for those that must not be used
   * @param target whole cost; the search for a better bound ends once it is reached
   * @param rounds how often multipliers are moved
   * @returns a whole number that no set of free columns hitting all open rows can cost less than
   */
  bound(open: Int32Array, banned: Uint8Array, target: number, rounds: number): number {
    const multipliers = this.#multipliers;
    const kept = this.#kept;
    let best = -Infinity;
    let patience = 0;
    let stepSize = 1;
    for (let round = 0; ; round += 1) {
      const value = this.#relax(open, banned);
      if (value > best) {
        best = value;
        patience = 0;
        this.reduced.set(this.#now);
        for (let index = 0; index < open.length; index += 1) {
          kept[index] = multipliers[open[index] as number] as number;
        }
      } else if ((patience += 1) >= 8) {
        patience = 0;
        stepSize /= 2;
      }
      if (round >= rounds || wholeCost(best) >= target || stepSize < 0.01) break;
      if (!this.#move(open, (target * UNIT * 1.02 - value) * stepSize)) break;
    }
    for (let index = 0; index < open.length; index += 1) {
      multipliers[open[index] as number] = kept[index] as number;
    }
    this.#best = best;
    return wholeCost(best);
  }

  /** The last bound for sets that have this free column. */
  boundWith(column: number): number {
    return wholeCost(this.#best + Math.max(0, this.reduced[column] as number));
  }

  /** The relaxed minimum for the multipliers as they are; leaves every column's reduced cost in `#now`. */
  #relax(open: Int32Array, banned: Uint8Array): number {
    // In local names, and each array read at one type: this is where nearly all time goes.
    const now = this.#now;
    const taken = this.#taken;
    const multipliers = this.#multipliers;
    const starts = this.#starts;
    const columns = this.#columns;
    now.set(this.#costs);
    let value = 0;
    for (let index = 0; index < open.length; index += 1) {
      const row = open[index] as number;
      const multiplier = multipliers[row] as number;
      if (multiplier === 0) continue;
      value += multiplier;
      const end = starts[row + 1] as number;
      for (let place = starts[row] as number; place < end; place += 1) {
        const column = columns[place] as number;
        now[column] = (now[column] as number) - multiplier;
      }
    }
    for (let column = 0; column < now.length; column += 1) {
      const cost = now[column] as number;
      const isTaken = cost < 0 && banned[column] === 0;
      taken[column] = isTaken ? 1 : 0;
      if (isTaken) value += cost;
    }
    return value;
  }

  /** One step along the subgradient: rows hit too often get cheaper, rows not hit dearer. */
  #move(open: Int32Array, gap: number): boolean {
    const taken = this.#taken;
    const multipliers = this.#multipliers;
    const slopes = this.#slopes;
    const starts = this.#starts;
    const columns = this.#columns;
    let norm = 0;
    for (let index = 0; index < open.length; index += 1) {
      const row = open[index] as number;
      const end = starts[row + 1] as number;
      let slope = 1;
      for (let place = starts[row] as number; place < end; place += 1) {
        slope -= taken[columns[place] as number] as number;
      }
      // A row that costs nothing already can not get cheaper.
      if (slope < 0 && multipliers[row] === 0) slope = 0;
      slopes[index] = slope;
      norm += slope * slope;
    }
    if (norm === 0) return false;
    const step = gap / norm;
    for (let index = 0; index < open.length; index += 1) {
      const slope = slopes[index] as number;
      if (slope === 0) continue;
      const row = open[index] as number;
      multipliers[row] = Math.max(0, Math.round((multipliers[row] as number) + step * slope));
    }
    return true;
  }
}

/** The least whole cost that is not below this many units. */
function wholeCost(units: number): number {
  return Math.ceil(units / UNIT);
}
