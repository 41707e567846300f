import type { CauseName, Difference } from '../../compare/types.js';
import type { Dependence, Variation } from '../types.js';
import { causesOf } from './findings-in.js';

/** Kinds of bytes, which name no reason. */
const saysLittle: ReadonlySet<CauseName> = new Set(['text', 'code', 'unknown']);

/** Of what a variation brings out, kinds of differences that the bytes show wherever they are. */
const showsItself: ReadonlySet<CauseName> = new Set(['order', 'build-log', ...saysLittle]);

/**
 * Causes of an artifact's difference: those that its bytes show, and those that builds have proved: where a variation
 * alone makes it differ and the bytes show none of what it brings out, the one cause that it can have is it; of several
 * none is named. What only says what kind of bytes differ comes last, and not at all where each minimal set is one
 * variation whose cause is named: all that differs then comes from those.
 */
export function namedCauses(
  difference: Difference | undefined,
  dependence: Dependence,
  used: ReadonlyMap<string, Variation>,
): readonly CauseName[] {
  const shown = difference === undefined ? [] : causesOf(difference);
  const { proved, explained } = provedBy(shown, dependence, used);
  const telling = shown.filter((cause) => !saysLittle.has(cause));
  const little = explained ? [] : shown.filter((cause) => saysLittle.has(cause));
  return [...new Set([...telling, ...proved.values(), ...little])];
}

/** Causes that builds have proved and the bytes do not show, each with the variation that proved it. */
export function provedCauses(
  difference: Difference,
  dependence: Dependence,
  used: ReadonlyMap<string, Variation>,
): ReadonlyMap<Variation, CauseName> {
  return provedBy(causesOf(difference), dependence, used).proved;
}

/** `explained`: each minimal set is one variation whose cause is named. */
function provedBy(
  shown: readonly CauseName[],
  dependence: Dependence,
  used: ReadonlyMap<string, Variation>,
): { readonly proved: ReadonlyMap<Variation, CauseName>; readonly explained: boolean } {
  const proved = new Map<Variation, CauseName>();
  let explained = dependence.type === 'with' && dependence.incomplete !== true;
  for (const set of dependence.type === 'with' ? dependence.sets : []) {
    const variation = set.length === 1 ? used.get(set[0] ?? '') : undefined;
    const causes = variation?.causes ?? [];
    const telling = causes.filter((cause) => !saysLittle.has(cause));
    if (telling.some((cause) => shown.includes(cause))) continue;
    const only = onlyCause(causes);
    if (variation === undefined || only === undefined) explained = false;
    else proved.set(variation, only);
  }
  return { proved, explained };
}

/** The cause that is left when bytes show none of these. */
function onlyCause(causes: readonly CauseName[]): CauseName | undefined {
  const [first] = causes;
  if (causes.length === 1) return first !== undefined && !saysLittle.has(first) ? first : undefined;
  const [cause, ...more] = causes.filter((each) => !showsItself.has(each));
  return cause === first && more.length === 0 ? cause : undefined;
}
