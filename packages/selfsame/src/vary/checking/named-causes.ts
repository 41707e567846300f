import type { CauseName, Difference } from '../../compare/types.js';
import type { Dependence, Variation } from '../types.js';
import { causesOf } from './findings-in.js';

/** Kinds of bytes, which name no reason. */
const saysLittle: ReadonlySet<CauseName> = new Set(['text', 'code', 'unknown']);

/**
 * Causes of an artifact's difference: those that its bytes show, and those that builds have proved: where a variation
 * alone makes it differ and the bytes show none of what it brings out, what it is made for is the cause. What only says
 * what kind of bytes differ comes last, and not at all where builds have named the cause.
 */
export function namedCauses(
  difference: Difference | undefined,
  dependence: Dependence,
  used: ReadonlyMap<string, Variation>,
): readonly CauseName[] {
  const shown = difference === undefined ? [] : causesOf(difference);
  const proved = new Set<CauseName>();
  for (const set of dependence.type === 'with' ? dependence.sets : []) {
    const causes = set.length === 1 ? (used.get(set[0] ?? '')?.causes ?? []) : [];
    const [first] = causes;
    if (first !== undefined && !saysLittle.has(first) && !causes.some((one) => shown.includes(one)))
      proved.add(first);
  }
  const telling = shown.filter((cause) => !saysLittle.has(cause));
  const little = proved.size > 0 ? [] : shown.filter((cause) => saysLittle.has(cause));
  return [...telling, ...proved, ...little];
}
