import type { Ask } from './next-build.js';
import type { Subset } from './subset.js';

export interface Choice {
  readonly set: Subset;
  readonly again: boolean;
}

/** Alternatives weighed at most; what is asked for itself is always among them. */
const mostAlternatives = 256;

/**
 * The builds that bring the questions furthest, at most `count`: the first is the one with the largest gain for
 * all of them together, the next for those that it did not serve. Ties go to what was asked for first.
 */
export function chooseBuilds(
  asks: readonly Ask[],
  count: number,
  built: (set: Subset) => boolean,
): Choice[] {
  const sets = new Map<Subset, boolean>();
  for (const { set, again } of asks) if (sets.get(set) !== true) sets.set(set, again);
  for (const { alternatives } of asks)
    for (const set of alternatives)
      if (sets.size < mostAlternatives && !sets.has(set) && !built(set)) sets.set(set, false);

  const chosen: Choice[] = [];
  let waiting = asks;
  while (chosen.length < count && waiting.length > 0) {
    let best: { choice: Choice; gain: number } | undefined;
    for (const [set, again] of sets) {
      const gain = waiting.reduce((sum, ask) => sum + gainOf(ask, { set, again }), 0);
      if (gain > (best?.gain ?? 0) + 1e-9) best = { choice: { set, again }, gain };
    }
    if (best === undefined) break;
    const { choice } = best;
    chosen.push(choice);
    sets.delete(choice.set);
    waiting = waiting.filter((ask) => gainOf(ask, choice) === 0);
  }
  return chosen;
}

/** One more build of a set helps those that asked for just that. */
function gainOf(ask: Ask, { set, again }: Choice): number {
  return ask.again || again ? +(ask.set === set && (ask.again || !again)) : ask.gain(set);
}
