import type { Finding } from '../types.js';
import type { Cause, Evidence } from './cause.js';

/** Every cause there is, in the order in which reports name them. */
export const causes: readonly Cause[] = [];

/** What the causes say to one piece of evidence, most certain first; empty: none knows it. Pure and bounded. */
export function findCauses(_evidence: Evidence): readonly Finding[] {
  return [];
}
