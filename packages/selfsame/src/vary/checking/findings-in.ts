import type { CauseName, Difference, Finding } from '../../compare/types.js';

const certainties = ['certain', 'likely', 'possible'] as const;

/** Findings of a difference and of all in it, outermost first. */
export function findingsIn(difference: Difference): readonly Finding[] {
  return [...difference.findings, ...difference.children.flatMap(findingsIn)];
}

/** Those that are no consequences, most certain first. */
export function ownFindings(difference: Difference): readonly Finding[] {
  return findingsIn(difference)
    .filter(({ consequence }) => !consequence)
    .sort((a, b) => certainties.indexOf(a.certainty) - certainties.indexOf(b.certainty));
}

/** Their causes, most certain first. */
export function causesOf(difference: Difference): readonly CauseName[] {
  return [...new Set(ownFindings(difference).map(({ cause }) => cause))];
}

/** Causes of what follows from other artifacts: its own, as a copy has them, or else how it follows. */
export function followingCauses(difference: Difference): readonly CauseName[] {
  const own = causesOf(difference);
  return own.length > 0 ? own : [...new Set(findingsIn(difference).map(({ cause }) => cause))];
}

/** How well a difference is understood: 3 for something certain, 0 for nothing but `unknown`. */
export function understood(difference: Difference): number {
  const [best] = ownFindings(difference).filter(({ cause }) => cause !== 'unknown');
  return best === undefined ? 0 : certainties.length - certainties.indexOf(best.certainty);
}
