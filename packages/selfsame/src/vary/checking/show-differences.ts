import type { Difference, Finding } from '../../compare/types.js';
import type { SearchResult } from '../search/search.js';
import type { BuildRun } from '../types.js';
import type { ArtifactBuilds } from './artifact-builds.js';
import { buildsToShow } from './best-pair.js';
import type { Comparisons } from './comparisons.js';
import { findingsIn, ownFindings, understood } from './findings-in.js';

export interface Shown {
  /** The build that shows best how an artifact differs from the first one's; undefined: none is there. */
  readonly run: BuildRun | undefined;
  readonly difference: Difference | undefined;
  /** The same without findings of other pairs. */
  readonly ofPair: Difference | undefined;
}

/**
 * For each artifact that differs the pair of builds that shows it best, and the difference. Where there are several
 * minimal sets, each has a pair of its own, in which little else differs; the one that is understood best is shown, and
 * the findings of the others that it lacks are added to it.
 */
export async function showDifferences(
  parts: {
    readonly result: SearchResult;
    readonly builds: ArtifactBuilds;
    readonly comparisons: Comparisons;
  },
  reference: BuildRun,
): Promise<ReadonlyMap<string, Shown>> {
  const { result, builds, comparisons } = parts;
  const byRun = new Map<BuildRun, string[]>();
  const runsOf = new Map<string, readonly BuildRun[]>();
  for (const [path, { dependence }] of result.artifacts) {
    const runs = buildsToShow(path, dependence, builds);
    runsOf.set(path, runs);
    for (const run of runs) byRun.set(run, [...(byRun.get(run) ?? []), path]);
  }
  const found = new Map<BuildRun, ReadonlyMap<string, Difference>>();
  for (const [run, paths] of byRun) found.set(run, await comparisons.of(reference, run, paths));
  const shown = new Map<string, Shown>();
  for (const [path, runs] of runsOf) {
    const all = runs.map((run): Shown => pairOf(run, found.get(run)?.get(path)));
    const [best, ...others] = [...all].sort((a, b) => score(b) - score(a));
    shown.set(path, best === undefined ? pairOf(undefined, undefined) : withOthers(best, others));
  }
  return shown;
}

function score({ difference }: Shown): number {
  return difference === undefined ? -1 : understood(difference);
}

function pairOf(run: BuildRun | undefined, difference: Difference | undefined): Shown {
  return { run, difference, ofPair: difference };
}

function withOthers(best: Shown, others: readonly Shown[]): Shown {
  const { difference } = best;
  if (difference === undefined) return best;
  const known = new Set(ownFindings(difference).map(({ cause }) => cause));
  const more = others.flatMap((other) =>
    other.difference === undefined
      ? []
      : toldOf(other.difference).filter(({ cause }) => cause !== 'unknown' && !known.has(cause)),
  );
  const added = more.filter(
    ({ cause }, index) => more.findIndex((other) => other.cause === cause) === index,
  );
  return { ...best, difference: { ...difference, findings: [...difference.findings, ...added] } };
}

/** Its own findings; where it has none, the build-ids that are all that is left of a reason. */
function toldOf(difference: Difference): readonly Finding[] {
  const own = ownFindings(difference);
  return own.length > 0 ? own : findingsIn(difference).filter(({ cause }) => cause === 'build-id');
}
