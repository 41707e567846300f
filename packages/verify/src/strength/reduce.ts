// Specification: docs/strength.md "Is it exact?".

/**
 * Smallest hitting set: columns have a whole cost of at least 1, and a set of columns hits a row when it
 * has one of the row's. Asked is a set that hits every row at the least cost.
 */
export interface HittingProblem {
  /** Column indexes of each row, at least one, each once. */
  readonly rows: readonly (readonly number[])[];
  /** By column. */
  readonly costs: readonly number[];
}

interface ReducedProblem {
  /** Columns that some smallest hitting set has. */
  readonly forced: readonly number[];
  /** What is left to hit, none of it by `forced`. */
  readonly rows: readonly (readonly number[])[];
}

/**
 * Takes away what can not change the least cost, until nothing is left to take away:
 * - a row that has all columns of another one: whatever hits that one hits it;
 * - a column whose rows another column has too, for no more (of two that are the same, the later one);
 * - a row with one column, and with it all that the column hits.
 *
 * These are the classic reductions of set covering (Beasley 1987). The result depends on the order of
 * columns only in which of several smallest hitting sets is left, never in its cost.
 */
export function reduceProblem({ rows: given, costs }: HittingProblem): ReducedProblem {
  let rows = given.map((columns) => [...new Set(columns)].sort((a, b) => a - b));
  const forced: number[] = [];
  for (;;) {
    const before = size(rows);
    rows = dropContainingRows(rows, costs.length);
    rows = dropContainedColumns(rows, costs);
    const single = new Set(rows.filter((row) => row.length === 1).map(([only]) => only as number));
    forced.push(...single);
    rows = rows.filter((row) => !row.some((column) => single.has(column)));
    if (size(rows) === before) return { forced: forced.sort((a, b) => a - b), rows };
  }
}

function size(rows: readonly (readonly number[])[]): number {
  return rows.reduce((sum, row) => sum + row.length, rows.length);
}

function dropContainingRows(rows: readonly number[][], columns: number): number[][] {
  const sorted = [...rows].sort((a, b) => a.length - b.length || compareLists(a, b));
  const bits = bitsets(sorted, columns);
  const byColumn = transpose(sorted, columns);
  const dropped = new Uint8Array(sorted.length);
  sorted.forEach((row, index) => {
    if (dropped[index] === 1) return;
    // Whatever contains this row is among the rows of each of its columns: look where there are fewest.
    const candidates = row
      .map((column) => byColumn[column] as readonly number[])
      .reduce((fewest, list) => (list.length < fewest.length ? list : fewest));
    for (const other of candidates) {
      if (other <= index || dropped[other] === 1) continue;
      if (isSubset(bits[index] as Uint32Array, bits[other] as Uint32Array)) dropped[other] = 1;
    }
  });
  return sorted.filter((_, index) => dropped[index] === 0);
}

function dropContainedColumns(rows: readonly number[][], costs: readonly number[]): number[][] {
  const byColumn = transpose(rows, costs.length);
  const bits = bitsets(byColumn, rows.length);
  const dropped = new Uint8Array(costs.length);
  const isBetter = (other: number, column: number): boolean => {
    const cost = costs[column] as number;
    const otherCost = costs[other] as number;
    if (otherCost > cost) return false;
    if (!isSubset(bits[column] as Uint32Array, bits[other] as Uint32Array)) return false;
    const isSame = byColumn[column]?.length === byColumn[other]?.length && otherCost === cost;
    return !isSame || other < column;
  };
  byColumn.forEach((itsRows, column) => {
    if (itsRows.length === 0) return;
    // Whatever contains this column is in each of its rows: look in the shortest.
    const shortest = itsRows
      .map((row) => rows[row] as readonly number[])
      .reduce((short, row) => (row.length < short.length ? row : short));
    if (shortest.some((other) => isBetter(other, column))) dropped[column] = 1;
  });
  return rows.map((row) => row.filter((column) => dropped[column] === 0));
}

/** For each column the rows that have it, in order. */
export function transpose(
  rows: readonly (readonly number[])[],
  columns: number,
): readonly number[][] {
  const byColumn: number[][] = Array.from({ length: columns }, () => []);
  rows.forEach((row, index) => {
    for (const column of row) byColumn[column]?.push(index);
  });
  return byColumn;
}

function bitsets(lists: readonly (readonly number[])[], width: number): readonly Uint32Array[] {
  const words = (width + 31) >>> 5;
  return lists.map((list) => {
    const set = new Uint32Array(words);
    for (const bit of list) set[bit >>> 5] = (set[bit >>> 5] as number) | (1 << (bit & 31));
    return set;
  });
}

function isSubset(a: Uint32Array, b: Uint32Array): boolean {
  for (let word = 0; word < a.length; word += 1) {
    if (((a[word] as number) & ~(b[word] as number)) !== 0) return false;
  }
  return true;
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] as number) - (b[at] as number);
}
