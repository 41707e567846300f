/** What tests of a file reach when nothing is switched off. */
export interface FileRecord {
  readonly file: string;
  /** Up to the first test: constants of modules, and what `describe` sets up. */
  readonly loading: { readonly reached: readonly number[]; readonly ms: number };
  readonly tests: readonly {
    readonly name: string;
    readonly reached: readonly number[];
    readonly ms: number;
  }[];
}

/** Files and the places of the tests in them, in the order to run them. */
export type Plan = readonly { readonly file: string; readonly tests: readonly number[] }[];

export type Order =
  | { readonly do: 'record'; readonly file: string }
  /** `id` 0 is nothing switched off. */
  | { readonly do: 'try'; readonly id: number; readonly files: Plan };

export type Reply =
  | { readonly did: 'record'; readonly record: FileRecord }
  | { readonly did: 'try'; readonly id: number; readonly noticed?: string }
  /** A test is done, and there are more. */
  | { readonly did: 'step' }
  | { readonly did: 'fail'; readonly why: string };

/**
 * The tests that reach a mutant, quickest first; and the milliseconds that the slowest of
 * them took, or a file to load, when they were recorded. What
 * is reached while a file loads concerns all its tests.
 */
export function planFor(id: number, records: readonly FileRecord[]): { files: Plan; ms: number } {
  let ms = 0;
  const files = records
    .map(({ file, loading, tests }) => {
      const all = loading.reached.includes(id);
      const chosen = tests
        .map((test, index) => ({ ...test, index }))
        .filter(({ reached }) => all || reached.includes(id))
        .sort((a, b) => a.ms - b.ms);
      const time = chosen.reduce((sum, test) => sum + test.ms, loading.ms);
      ms = Math.max(ms, loading.ms, ...chosen.map((test) => test.ms));
      return { file, tests: chosen.map(({ index }) => index), time };
    })
    .filter(({ tests }) => tests.length > 0)
    .sort((a, b) => a.time - b.time);
  return { files: files.map(({ file, tests }) => ({ file, tests })), ms };
}
