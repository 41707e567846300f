import type { Difference, Finding } from '../../compare/types.js';

/** Findings of a difference and of all in it, outermost first. */
export function findingsIn(difference: Difference): readonly Finding[] {
  return [...difference.findings, ...difference.children.flatMap(findingsIn)];
}
