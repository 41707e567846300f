import { provedMinimalSets } from './minimal-sets.js';
import { contradictsItself, nextBuild } from './next-build.js';
import type { Question } from './next-build.js';
import type { ArtifactQuestion } from './questions.js';
import { none } from './subset.js';
import type { Subset } from './subset.js';

/** A claim that rests on one build each is not made of what may have been chance. */
export interface Doubt {
  /** Builds with nothing varied that there are to be, with the first. */
  readonly unvaried: number;
  /** Builds of each set that is blamed. */
  readonly blamed: number;
}

/** Builds came out differently in a way that variations hardly explain: what else was seen may be chance as well. */
export function showsChance(questions: readonly Question[]): boolean {
  return questions.some(
    ({ answers }) =>
      answers.unstable !== undefined ||
      answers.exact.get(none) === true ||
      contradictsItself(answers),
  );
}

/** The sets that are blamed for anything that does not show them itself, each once. */
export function blamedSets(
  claims: readonly ArtifactQuestion[],
  isEvident: (paths: readonly string[], set: Subset) => boolean,
): readonly Subset[] {
  const sets = new Set<Subset>();
  for (const { paths, question } of claims) {
    if (nextBuild(question).type !== 'settled') continue;
    const { unstable, exact } = question.answers;
    if (unstable !== undefined || exact.get(none) === true) continue;
    for (const set of provedMinimalSets(question.answers))
      if (paths.length === 0 || !isEvident(paths, set)) sets.add(set);
  }
  return [...sets];
}

/** Builds that are missing so that no claim rests on fewer than was asked for: those with nothing varied first. */
export function unconfirmed(
  blamed: readonly Subset[],
  doubt: Doubt,
  attempts: (set: Subset) => number,
): readonly Subset[] {
  const missing = (set: Subset, count: number): Subset[] =>
    Array.from({ length: Math.max(0, count - attempts(set)) }, () => set);
  return [...missing(none, doubt.unvaried), ...blamed.flatMap((set) => missing(set, doubt.blamed))];
}
