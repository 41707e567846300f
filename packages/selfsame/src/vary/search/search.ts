import { chooseBuilds } from './choose-builds.js';
import type { Choice } from './choose-builds.js';
import { conclude, matrixOf } from './conclude.js';
import type { ArtifactConclusion } from './conclude.js';
import { Evidence, isSame } from './evidence.js';
import type { Observation } from './evidence.js';
import { KnownHints } from './known-hints.js';
import type { Hints } from './known-hints.js';
import { contradictsItself, nextBuild, only } from './next-build.js';
import type { Ask } from './next-build.js';
import { Questions } from './questions.js';
import { all, bySize, members, none, size } from './subset.js';
import type { Subset } from './subset.js';
import { blamedSets, showsChance, unconfirmed } from './unconfirmed.js';
import type { Doubt } from './unconfirmed.js';
import type { Dependence } from '../types.js';

export interface SearchOptions {
  /** Names, those most likely to matter first; sets are tried in this order. */
  readonly variations: readonly string[];
  /**
   * Makes a build; `attempt` counts builds with the same variations, from 0. `provoking`: with nothing varied, it is to
   * bring out what chance does, if anything can. `values`: 0, or the number of other choices of what variations change to,
   * tried because the ones before made no difference.
   */
  build(
    varied: readonly string[],
    attempt: number,
    provoking: boolean,
    values: number,
  ): Promise<Observation>;
  /**
   * Asked when a build with these variations came out different in these artifacts: once, and again for builds in which
   * a further cause is to be searched for. What is said is added to what was said before.
   */
  examine(varied: readonly string[], paths: readonly string[]): Promise<Hints>;
  /**
   * Asked before the search, and when it is over with the sets that are blamed and whether builds have shown chance: how
   * often what they said is to be seen. Undefined, or left out: it is believed as it is. Builds that this makes are beyond those of
   * the search itself.
   */
  doubt?(blamed: readonly (readonly string[])[], chance: boolean): Promise<Doubt | undefined>;
  /** What was said by `examine` shows beyond chance that a set matters to an artifact; never, where left out. */
  readonly evident?: (path: string, varied: readonly string[]) => boolean;
  /** What is searched for last is highest: 0 for all where left out. From `leastRank` on, half of the budget is for others. */
  readonly rank?: (path: string, inFirst: boolean) => number;
  /**
   * Builds that are always made, in turn without and with all variations; at least 2. If they are all the same, there is one
   * more with all variations and other values, as values can undo each other.
   */
  readonly runs: number;
  /** Leave it at `runs`, and one more without variations if there is a difference. */
  readonly quick: boolean;
  /** Builds at once. */
  readonly jobs: number;
  readonly budget: {
    /** Of builds in all, at least 2. */
    readonly builds: number;
    /** No build is started any more. */
    readonly timeIsUp: () => boolean;
  };
  /** Called before each round of the search with what is still open. */
  readonly progress?: (open: number, builds: number) => void;
}

export interface SearchResult {
  /** Nothing varied, it failed: nothing else was done. */
  readonly type: 'does-not-build' | 'searched';
  /** Those that differ, by path. */
  readonly artifacts: ReadonlyMap<string, ArtifactConclusion>;
  /** Why the build fails, if it ever did. */
  readonly failing: Dependence | undefined;
  /** Sets of variations under which nothing could be said of artifacts, because the build fails. */
  readonly budgetSpent: boolean;
  readonly builds: number;
}

/** Questions of artifacts of this rank and higher are not asked any more once half of the builds are made. */
export const leastRank = 2;

/** So few variations are searched without looking into what differs. */
const fewVariations = 4;

/**
 * Finds, for every artifact that differs and for the build's failing, the minimal sets of variations that make it so.
 * One build answers for all artifacts; the same input gives the same builds in the same order, unless time runs out.
 * Rejects only with what `build` and `examine` reject with.
 */
export async function search(options: SearchOptions): Promise<SearchResult> {
  const state = new Search(options);
  if (!(await state.begin())) return state.result('does-not-build');
  if (!options.quick) await state.search();
  return state.result('searched');
}

class Search {
  readonly #options: SearchOptions;
  readonly #evidence = new Evidence();
  readonly #whole: Subset;
  readonly #hints: KnownHints;
  readonly #questions: Questions;
  #budgetSpent = false;
  #started = 0;
  #values = 0;

  constructor(options: SearchOptions) {
    this.#options = options;
    this.#hints = new KnownHints((set, paths) => options.examine(this.#names(set), paths));
    this.#whole = all(options.variations.length);
    const { variations, rank } = options;
    this.#questions = new Questions({
      ...{ variations, rank, evidence: this.#evidence, hints: this.#hints },
    });
  }

  /** The builds that are made in any case. False: with nothing varied it fails. */
  async begin(): Promise<boolean> {
    const { runs, jobs } = this.#options;
    const plan = Array.from({ length: Math.max(2, runs) }, (_, index): Choice => {
      const set = index % 2 === 0 ? none : this.#whole;
      return { set, again: index > 1 };
    });
    for (let at = 0; at < plan.length; at += jobs) {
      const round = plan.slice(at, at + jobs);
      // The first two are not up to the budget: without them there is no answer at all.
      if (at >= 2 && !this.#affordable(round.length)) return true;
      await this.#make(round);
      if (this.#evidence.trials[0]?.observation.type === 'failed') return false;
    }
    const { budget, quick } = this.#options;
    if (quick) {
      if (this.#shows() && this.#evidence.attempts(none) < 2 && this.#affordable(1))
        await this.#make([{ set: none, again: true }]);
    } else if (this.#values === 0 && this.#hasOtherValues()) {
      // A budget that does not reach for it ends no search: nothing was found that could be searched.
      if (this.#started < budget.builds && !budget.timeIsUp())
        await this.#make([{ set: this.#whole, again: true }]);
    }
    return true;
  }

  /** Something differs, or a build failed. */
  #shows(): boolean {
    return this.#evidence.differing().length > 0 || this.#evidence.failing().includes('1');
  }

  /** With the values that were tried variations made no difference: they may with others. */
  #hasOtherValues(): boolean {
    return this.#whole !== none && this.#evidence.attempts(this.#whole) > 0 && !this.#shows();
  }

  async search(): Promise<void> {
    // What races is known at once, without a search among variations.
    while (await this.#confirm([]));
    do await this.#explain();
    while (await this.#confirm(this.#blamed()));
  }

  async #explain(): Promise<void> {
    for (;;) {
      const asks = await this.#asks();
      if (asks.length === 0) return;
      this.#options.progress?.(asks.length, this.#evidence.trials.length);
      if (!this.#affordable(1)) return;
      const left = this.#options.budget.builds - this.#started;
      const chosen = chooseBuilds(
        asks,
        Math.min(this.#options.jobs, left),
        (set) => this.#evidence.attempts(set) > 0,
      );
      if (chosen.length === 0) return;
      await this.#make(chosen);
    }
  }

  #blamed(): readonly Subset[] {
    const { evident } = this.#options;
    const isEvident = (paths: readonly string[], set: Subset): boolean =>
      evident !== undefined && paths.every((path) => evident(path, this.#names(set)));
    const failing = { paths: [], question: this.#questions.failing(), rank: 0 };
    const asked = this.#questions.artifacts().filter(({ rank }) => rank < leastRank);
    return blamedSets([...asked, failing], isEvident);
  }

  /** Builds once more what may have been chance. False: nothing is to be confirmed, or can be. */
  async #confirm(blamed: readonly Subset[]): Promise<boolean> {
    const questions = this.#questions.artifacts().map(({ question }) => question);
    const doubt = await this.#options.doubt?.(
      blamed.map((set) => this.#names(set)),
      showsChance(questions),
    );
    if (doubt === undefined) return false;
    const missing = unconfirmed(blamed, doubt, (set) => this.#evidence.attempts(set));
    const left = this.#options.budget.builds - this.#started;
    const round = missing.slice(0, Math.max(1, Math.min(this.#options.jobs, left)));
    if (round.length === 0 || !this.#affordable(round.length)) return false;
    await this.#make(
      round.map((set) => ({ set, again: true })),
      true,
    );
    return true;
  }

  result(type: SearchResult['type']): SearchResult {
    const failing = this.#questions.failing();
    const names = (set: Subset): string[] => this.#names(set);
    const artifacts = new Map<string, ArtifactConclusion>();
    for (const { paths, question } of this.#questions.artifacts()) {
      const conclusion = {
        dependence: this.#unlessQuick(conclude(question, names)),
        matrix: matrixOf(question, this.#options.variations),
      };
      for (const path of paths) artifacts.set(path, conclusion);
    }
    return {
      type,
      artifacts: new Map([...artifacts].sort(([a], [b]) => (a < b ? -1 : 1))),
      failing: this.#evidence.failing().includes('1')
        ? this.#unlessQuick(conclude(failing, names))
        : undefined,
      budgetSpent: this.#budgetSpent,
      builds: this.#started,
    };
  }

  /** What was not to be searched did not end for want of builds. */
  #unlessQuick(dependence: Dependence): Dependence {
    return this.#options.quick && dependence.type === 'unsearched'
      ? { ...dependence, quick: true }
      : dependence;
  }

  /** What is asked for next: first why the build fails, as that stands in the way of all else. */
  async #asks(): Promise<Ask[]> {
    const failing = nextBuild(this.#questions.failing());
    if (failing.type === 'ask' && this.#evidence.failing().includes('1')) return [failing.ask];
    const differing = this.#evidence.differing();
    if (differing.length === 0) return [];
    await this.#examine();
    const unvaried = this.#wantsUnvaried();
    if (unvaried !== undefined) return [unvaried];
    for (;;) {
      const asks: Ask[] = [];
      const unexamined = new Map<Subset, string[]>();
      for (const { paths, question, rank } of this.#questions.artifacts()) {
        const next = nextBuild(question);
        if (next.type !== 'ask') continue;
        if (rank >= leastRank && this.#started >= this.#options.budget.builds / 2) {
          this.#budgetSpent = true;
          continue;
        }
        const { ask } = next;
        // A build that failed unexpectedly has no answer for artifacts, and would have none again.
        if (!ask.again && this.#evidence.attempts(ask.set) > 0) continue;
        asks.push({ ...ask, rank });
        if (ask.within !== undefined && size(ask.within) > fewVariations)
          unexamined.set(ask.within, [...(unexamined.get(ask.within) ?? []), ...paths]);
      }
      if (!(await this.#hints.examine(unexamined))) return asks;
    }
  }

  /**
   * A second build with nothing varied tells races and true randomness from all else. It comes first, except where
   * the search's own builds are to show the same, unless they contradict each other: when the cause is known already, and where so few variations are
   * searched that another build counts.
   */
  #wantsUnvaried(): Ask | undefined {
    if (this.#evidence.attempts(none) > 1 || !this.#affordable(1)) return undefined;
    const count = this.#options.variations.length;
    const inAll = 5 + Math.ceil(Math.log2(Math.max(1, count)));
    const questions = this.#questions.artifacts();
    if (questions.some(({ question }) => contradictsItself(question.answers)))
      return only(none, true);
    if (questions.every(({ question }) => question.guesses.length > 0)) return undefined;
    if (inAll > 2 + 2 * Math.log2(Math.max(1, count))) return undefined;
    return only(none, true);
  }

  /** Looks into the first build with variations that came out different. */
  async #examine(): Promise<void> {
    if (this.#hints.some) return;
    const [reference, ...others] = this.#evidence.trials;
    const varied = others
      .filter(({ set, observation }) => set !== none && observation.type === 'built')
      .filter(
        ({ observation }) => reference !== undefined && !isSame(reference.observation, observation),
      )
      .map(({ set }) => set)
      .sort((a, b) => bySize(b, a))[0];
    if (varied !== undefined)
      await this.#hints.examine(new Map([[varied, this.#evidence.differing()]]));
  }

  #affordable(count: number): boolean {
    const { builds, timeIsUp } = this.#options.budget;
    if (this.#started + count <= builds && !timeIsUp()) return true;
    this.#budgetSpent = true;
    return false;
  }

  async #make(choices: readonly Choice[], confirming = false): Promise<void> {
    const attempts = new Map<Subset, number>();
    const others = choices.some(({ set }) => set === this.#whole) && this.#hasOtherValues();
    if (others) this.#values++;
    const trials = choices.map(({ set }) => {
      const attempt = attempts.get(set) ?? this.#evidence.attempts(set);
      attempts.set(set, attempt + 1);
      this.#started++;
      return { set, attempt };
    });
    const observations = await Promise.all(
      trials.map(({ set, attempt }) =>
        this.#options.build(this.#names(set), attempt, confirming && set === none, this.#values),
      ),
    );
    const [first] = this.#evidence.trials;
    if (others && first !== undefined)
      for (const [index, { set }] of trials.entries()) {
        const observation = observations[index];
        if (set === this.#whole && observation && !isSame(first.observation, observation))
          this.#evidence.forget(this.#whole);
      }
    for (const [index, trial] of trials.entries()) {
      const observation = observations[index];
      if (observation !== undefined) this.#evidence.add({ ...trial, observation });
    }
  }

  #names(set: Subset): string[] {
    return members(set).map((index) => this.#options.variations[index] ?? '');
  }
}
