import { search } from './search.js';
import type { SearchOptions, SearchResult } from './search.js';

/** Stand-ins for builds, for tests. */

/**
 * What an artifact is under a set of variations: builds are equal if the texts are. `attempt` tells equal builds apart, `values`
 * those in which variations have other values.
 */
export type FakeArtifact = (varied: ReadonlySet<string>, attempt: number, values: number) => string;

export interface FakeBuilds {
  readonly artifacts: Readonly<Record<string, FakeArtifact>>;
  readonly fails?: (varied: ReadonlySet<string>, attempt: number) => boolean;
}

export interface FakeAnswer {
  readonly result: SearchResult;
  /** Every build in order: names and attempt. */
  readonly built: readonly {
    readonly varied: readonly string[];
    readonly attempt: number;
    readonly provoking: boolean;
    readonly values: number;
  }[];
}

/** Differs exactly if all of one of the sets vary; other variations leave no trace. */
export function dependsOn(...sets: readonly (readonly string[])[]): FakeArtifact {
  return (varied) =>
    sets
      .filter((set) => set.every((name) => varied.has(name)))
      .map((set) => set.join('+'))
      .join(' ');
}

export function variationNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `v${index}`);
}

export async function searchFake(
  { artifacts, fails }: FakeBuilds,
  options: Partial<Omit<SearchOptions, 'build' | 'budget'>> & {
    readonly variations: readonly string[];
    readonly builds?: number;
    readonly timeIsUp?: () => boolean;
  },
): Promise<FakeAnswer> {
  const built: FakeAnswer['built'][number][] = [];
  const result = await search({
    runs: 2,
    quick: false,
    jobs: 1,
    examine: () => Promise.resolve({ shown: new Map(), neverAsked: [] }),
    ...options,
    budget: { builds: options.builds ?? 10_000, timeIsUp: options.timeIsUp ?? (() => false) },
    build: (varied, attempt, provoking, values) => {
      built.push({ varied, attempt, provoking, values });
      const set = new Set(varied);
      if (fails?.(set, attempt) === true) return Promise.resolve({ type: 'failed' });
      return Promise.resolve({
        type: 'built',
        artifacts: new Map(
          Object.entries(artifacts).map(([path, artifact]) => [
            path,
            artifact(set, attempt, values),
          ]),
        ),
      });
    },
  });
  return { result, built };
}
