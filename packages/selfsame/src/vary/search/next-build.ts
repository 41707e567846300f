import { notAlways } from './evidence.js';
import type { Answers } from './evidence.js';
import { minimalHittingSets, provedMinimalSets } from './minimal-sets.js';
import { bySize, contains, has, members, none, single, without } from './subset.js';
import type { Subset } from './subset.js';

/** One thing to be explained: why an artifact differs, or why the build fails. */
export interface Question {
  readonly answers: Answers;
  /** The largest sets under which there can be an answer (under which the build does not fail). */
  readonly roots: readonly Subset[];
  /** All variations, those tried together first at the front. */
  readonly order: readonly number[];
  /** Sets worth a build of their own before any search. */
  readonly guesses: readonly Subset[];
  /** What nobody used, so that it hardly matters. */
  readonly ruledOut: Subset;
}

/** A build that a question needs next. */
export interface Ask {
  readonly set: Subset;
  /** It was built already, and is to be built again: is the answer the same? */
  readonly again: boolean;
  /** The set that is being halved, if it is: looking into what differs with it may save builds. */
  readonly within: Subset | undefined;
  /** Other builds that help as well, more or less. */
  readonly alternatives: readonly Subset[];
  /** Asks of a lower one are served first; 0 where left out. */
  readonly rank?: number;
  /** How much of what `set` brings another build would bring for this question, 0 to 1. */
  gain(set: Subset): number;
}

export type Next =
  | { readonly type: 'ask'; readonly ask: Ask }
  /** Nothing more can be learned, but for doubts about monotony. */
  | { readonly type: 'settled' };

/**
 * The next build for a question; pure, so that a question's whole state is what was built. It looks for one minimal
 * set after the other: in the smallest set known to say yes for the first member, in order, that turns no into yes,
 * then with that member for the next; and, when all sets that said yes are explained, in what is left without one
 * member of each minimal set found. More variations are taken to bring out no less ("monotone") as a guess only:
 * what is claimed is proved by builds, and where they contradict each other, only they count.
 */
export function nextBuild(question: Question): Next {
  const { answers, roots } = question;
  const { exact, trials, unstable } = answers;
  if (unstable !== undefined) return { type: 'settled' };
  if (exact.get(none) === true)
    return (trials.get(none) ?? 0) < 2 ? again(none) : { type: 'settled' };
  const conflict = firstConflict(answers);
  if (conflict !== undefined)
    for (const set of conflict) if ((trials.get(set) ?? 0) < 2) return again(set);

  const proved = provedMinimalSets(answers);
  const inReach = (set: Subset): boolean => roots.some((root) => contains(root, set));
  const explained = (set: Subset): boolean => proved.some((minimal) => contains(set, minimal));
  for (const guess of question.guesses)
    if (guess !== none && inReach(guess) && !explained(guess) && !exact.has(guess))
      return first(guess);

  const [open] = [...exact]
    .filter(([set, yes]) => yes && inReach(set) && !explained(set))
    .map(([set]) => set)
    .sort(bySize);
  const state: State = { question, monotone: conflict === undefined };
  if (open !== undefined) return minimise(open, state) ?? { type: 'settled' };

  for (const root of roots)
    for (const hitting of minimalHittingSets(proved)) {
      const rest = without(root, hitting);
      if (rest !== none && answer(rest, state) === undefined) return first(rest);
    }
  return { type: 'settled' };
}

interface State {
  readonly question: Question;
  readonly monotone: boolean;
}

/** What is known of a set: what was built, or else what follows if more variations never bring out less. */
function answer(set: Subset, { question, monotone }: State): boolean | undefined {
  const { exact } = question.answers;
  const built = exact.get(set);
  if (built !== undefined || !monotone) return built;
  for (const [other, yes] of exact) {
    if (yes && contains(set, other)) return true;
    if (!yes && contains(other, set)) return false;
  }
  return undefined;
}

/** Finds a minimal set in one that said yes. Undefined only if builds contradict each other. */
function minimise(whole: Subset, state: State): Next | undefined {
  const { answers, order, ruledOut } = state.question;
  const { exact } = answers;
  const used = order.filter((index) => has(whole, index) && !has(ruledOut, index));
  let elements = [...used, ...order.filter((index) => has(whole, index) && has(ruledOut, index))];
  let fixed = none;
  for (;;) {
    const sets = prefixes(fixed, elements);
    let high = elements.length;
    let low = 0;
    // Until a build says otherwise, what nobody used is not what matters.
    const assumed = fixed === none && used.length > 0 && used.length < elements.length;
    if (assumed && answer(sets[used.length] ?? none, state) === undefined) high = used.length;
    for (let count = high - 1; count > 0; count--)
      if (answer(sets[count] ?? none, state) === true) high = count;
    for (let count = 1; count < high; count++)
      if (answer(sets[count] ?? none, state) === false) low = count;
    if (high - low > 1) return split(whole, sets, low, high);

    const rests = sets[high] ?? none;
    fixed |= single(elements[high - 1] ?? 0);
    elements = elements.slice(0, low);
    const alone = exact.get(fixed) ?? (answer(fixed, state) === false ? false : undefined);
    if (alone === undefined) return first(fixed);
    if (alone) return prove(fixed, state);
    if (answer(rests, state) === undefined) return first(rests);
    // Several are needed together, it seems. Before the dear search for them: is it so every time?
    const confirmed = [...exact].some(
      ([set, yes]) => yes && contains(set, whole) && (answers.trials.get(set) ?? 0) > 1,
    );
    if (!confirmed) return again(whole);
    if (elements.length === 0) return undefined;
  }
}

/** `fixed` alone, with the first element, with the first two, … */
function prefixes(fixed: Subset, elements: readonly number[]): Subset[] {
  const sets = [fixed];
  for (const index of elements) sets.push((sets.at(-1) ?? none) | single(index));
  return sets;
}

/** The builds that are missing to say that a set is minimal. */
function prove(set: Subset, { question }: State): Next | undefined {
  const { answers, roots } = question;
  for (const index of members(set)) {
    const rest = without(set, single(index));
    if (rest !== none) {
      if (!answers.exact.has(rest)) return first(rest);
      continue;
    }
    if (notAlways(answers)) continue;
    // All but it says both: that it is not always so, and that nothing else does it.
    const others = without(roots.find((root) => contains(root, set)) ?? set, set);
    return others !== none && !answers.exact.has(others) ? first(others) : again(none);
  }
  return undefined;
}

/** Halves the place where no turns into yes, between `low` and `high`. */
function split(within: Subset, sets: readonly Subset[], low: number, high: number): Next {
  const between = sets.slice(low + 1, high);
  const gain = (set: Subset): number => {
    // How much is left if it says yes, and if it says no.
    const yes = between.findIndex((each) => contains(each, set));
    const no = between.findLastIndex((each) => contains(set, each));
    const leftIfYes = yes < 0 ? high - low : yes + 1;
    const leftIfNo = high - low - (no + 1);
    return 2 * (1 - Math.max(leftIfYes, leftIfNo) / (high - low));
  };
  const set = sets[low + Math.ceil((high - low) / 2)] ?? none;
  return { type: 'ask', ask: { set, again: false, within, alternatives: between, gain } };
}

function first(set: Subset): Next {
  return { type: 'ask', ask: only(set, false) };
}

function again(set: Subset): Next {
  return { type: 'ask', ask: only(set, true) };
}

/** Nothing but this build helps. */
export function only(set: Subset, more: boolean): Ask {
  const gain = (other: Subset): number => +(other === set);
  return { set, again: more, within: undefined, alternatives: [], gain };
}

/** More variations brought out less, once: that is so of some artifacts, and of chance. */
export function contradictsItself(answers: Answers): boolean {
  return answers.unstable === undefined && firstConflict(answers) !== undefined;
}

/** A set that said yes inside one that said no, if there is any: the smallest, then the smallest around it. */
function firstConflict({ exact }: Answers): readonly [Subset, Subset] | undefined {
  const sorted = [...exact].sort(([a], [b]) => bySize(a, b));
  for (const [set, yes] of sorted) {
    if (!yes) continue;
    const around = sorted.find(([other, also]) => !also && contains(other, set));
    if (around !== undefined) return [set, around[0]];
  }
  return undefined;
}
