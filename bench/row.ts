/** One line of the benchmark table (docs/performance.md). */
export interface BenchRow {
  /** What was measured, for a person: `identical environment again`. */
  readonly name: string;
  /** Our figure, in `unit`. */
  readonly ours: number;
  /** The peer's figure from the same run, in `unit`; for a bar that is a plain limit, the limit itself. */
  readonly peer: number;
  /** `ms`, `s`, `MB`, … */
  readonly unit: string;
  /** What the bar speaks of, usually `ours / peer` or `peer / ours`. */
  readonly ratio: number;
  /** The bar in words: `≤ 3× node -e 0`. */
  readonly bar: string;
  readonly met: boolean;
  readonly note?: string;
}

/** Every benchmark, `bench/<name>.ts`, exports one of these as `run`. An empty result means: could not be measured here. */
export type Bench = () => Promise<readonly BenchRow[]>;
