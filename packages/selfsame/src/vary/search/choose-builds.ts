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
 * all questions of the lowest rank together, and among equals for those of the next; the next for those that it did not
 * serve. Ties go to what was asked for first.
 */
export function chooseBuilds(
  asks: readonly Ask[],
  count: number,
  built: (set: Subset) => boolean,
): Choice[] {
  const sets = new Map<Subset, boolean>();
  for (const { set, again } of asks) if (sets.get(set) !== true) sets.set(set, again);
  const byRank = [...asks].sort((a, b) => rankOf(a) - rankOf(b));
  for (const { alternatives } of byRank)
    for (const set of alternatives)
      if (sets.size < mostAlternatives && !sets.has(set) && !built(set)) sets.set(set, false);

  const ranks = [...new Set(asks.map(rankOf))].sort((a, b) => a - b);
  const chosen: Choice[] = [];
  let waiting = asks;
  while (chosen.length < count && waiting.length > 0) {
    let best: { choice: Choice; gains: readonly number[] } | undefined;
    for (const [set, again] of sets) {
      const gains = ranks.map((rank) =>
        waiting.reduce(
          (sum, ask) => (rankOf(ask) === rank ? sum + gainOf(ask, { set, again }) : sum),
          0,
        ),
      );
      if (isMore(gains, best?.gains ?? [])) best = { choice: { set, again }, gains };
    }
    if (best === undefined) break;
    const { choice } = best;
    chosen.push(choice);
    sets.delete(choice.set);
    waiting = waiting.filter((ask) => gainOf(ask, choice) === 0);
  }
  return chosen;
}

function rankOf({ rank = 0 }: Ask): number {
  return rank;
}

/** By the first that is not the same, as far as rounding allows. */
function isMore(gains: readonly number[], than: readonly number[]): boolean {
  for (const [index, gain] of gains.entries()) {
    const other = than[index] ?? 0;
    if (Math.abs(gain - other) > 1e-9) return gain > other;
  }
  return false;
}

/** One more build of a set helps those that asked for just that. */
function gainOf(ask: Ask, { set, again }: Choice): number {
  return ask.again || again ? +(ask.set === set && (ask.again || !again)) : ask.gain(set);
}
