import type { Dependence } from '../types.js';
import { provedMinimalSets } from './minimal-sets.js';
import { nextBuild } from './next-build.js';
import type { Question } from './next-build.js';
import { bySize, has, none, single } from './subset.js';
import type { Subset } from './subset.js';

export interface ArtifactConclusion {
  readonly dependence: Dependence;
  /** By variation, what builds showed. */
  readonly matrix: Readonly<Record<string, boolean | undefined>>;
}

/** What may be said after the builds that were made. */
export function conclude(
  question: Question,
  names: (set: Subset) => readonly string[],
): Dependence {
  const { answers } = question;
  const { exact, trials, unstable } = answers;
  if (unstable !== undefined) {
    // The first build, with which all are compared, is one more with nothing varied.
    const builds = unstable.trials + (unstable.set === none ? 1 : 0);
    return { type: 'sometimes', differed: unstable.yes, builds };
  }
  if (exact.get(none) === true) {
    const builds = (trials.get(none) ?? 0) + 1;
    return {
      type: 'always',
      why: `it came out another way in each of ${builds} builds with nothing varied`,
    };
  }
  const proved = provedMinimalSets(answers);
  const settled = nextBuild(question).type === 'settled';
  if (proved.length > 0) {
    const sets = proved.map(names);
    return settled ? { type: 'with', sets } : { type: 'with', sets, incomplete: true };
  }
  const [smallest] = [...exact]
    .filter(([, yes]) => yes)
    .map(([set]) => set)
    .sort(bySize);
  return { type: 'unsearched', candidates: names(smallest ?? none) };
}

/**
 * A row of the matrix: true: a member of a minimal set; false: there was a build with it that said no; undefined:
 * there was none, or all builds with it said yes, which other variations may have brought about.
 */
export function matrixOf(
  { answers }: Question,
  variations: readonly string[],
): Readonly<Record<string, boolean | undefined>> {
  const row: Record<string, boolean | undefined> = {};
  const known = answers.unstable === undefined && answers.exact.get(none) !== true;
  const proved = known ? provedMinimalSets(answers) : [];
  for (const [index, name] of variations.entries()) {
    if (!known) row[name] = undefined;
    else if (proved.some((set) => has(set, index))) row[name] = true;
    else if ([...answers.exact].some(([set, yes]) => !yes && (set & single(index)) !== none))
      row[name] = false;
    else row[name] = undefined;
  }
  return row;
}
