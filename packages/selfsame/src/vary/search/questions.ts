import type { AnswerVector, Evidence } from './evidence.js';
import type { KnownHints } from './known-hints.js';
import { minimalHittingSets, provedMinimalSets } from './minimal-sets.js';
import type { Question } from './next-build.js';
import { all, bySize, contains, none, single, without } from './subset.js';
import type { Subset } from './subset.js';

/** Artifacts about which all builds said the same. */
export interface ArtifactQuestion {
  readonly paths: readonly string[];
  readonly question: Question;
  /** Of those that are waited for the lowest are served first: the lowest of its artifacts. */
  readonly rank: number;
}

export interface QuestionsOptions {
  readonly variations: readonly string[];
  readonly evidence: Evidence;
  readonly hints: KnownHints;
  /** What is worth least is highest; 0 for all where left out. */
  readonly rank: ((path: string, inFirst: boolean) => number) | undefined;
}

/** What the builds so far leave to be asked. */
export class Questions {
  readonly #options: QuestionsOptions;
  readonly #whole: Subset;
  readonly #order: readonly number[];

  constructor(options: QuestionsOptions) {
    this.#options = options;
    this.#whole = all(options.variations.length);
    this.#order = options.variations.map((_, index) => index);
  }

  /** Why the build fails. */
  failing(): Question {
    const { evidence } = this.#options;
    return {
      answers: evidence.answers(evidence.failing()),
      roots: [this.#whole],
      order: this.#order,
      guesses: [],
      ruledOut: none,
    };
  }

  /** Why artifacts differ, in the order of their paths. */
  artifacts(): readonly ArtifactQuestion[] {
    const { evidence, hints, rank } = this.#options;
    const roots = this.#roots();
    const groups = new Map<
      string,
      { paths: string[]; vector: AnswerVector; guesses: Subset[]; rank: number }
    >();
    const differing = evidence.differing().map((path) => {
      const shown = this.#indices(hints.shown(path)).map(single);
      return { path, vector: evidence.differs(path), shown };
    });
    // What shows nothing, as what merely follows from another artifact, is tried like those that differed in the same builds.
    const ofVector = new Map<AnswerVector, Set<Subset>>();
    for (const { vector, shown } of differing)
      ofVector.set(vector, new Set([...(ofVector.get(vector) ?? []), ...shown]));
    for (const { path, vector, shown } of differing) {
      const guesses = shown.length > 0 ? shown : [...(ofVector.get(vector) ?? [])];
      const own = rank?.(path, evidence.inFirst(path)) ?? 0;
      const key = [vector, ...guesses].join(' ');
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { paths: [path], vector, guesses, rank: own });
      else {
        group.paths.push(path);
        group.rank = Math.min(group.rank, own);
      }
    }
    const ruledOut = this.#indices(hints.neverAsked).reduce(
      (set, index) => set | single(index),
      none,
    );
    return [...groups.values()].map(({ paths, vector, guesses, rank: lowest }) => ({
      paths,
      question: {
        answers: evidence.answers(vector),
        roots,
        order: this.#order,
        guesses,
        ruledOut,
      },
      rank: lowest,
    }));
  }

  /** The largest sets with which the build does not fail, as far as builds have shown. */
  #roots(): Subset[] {
    const { answers } = this.failing();
    const builds = [...answers.exact].filter(([, failed]) => !failed).map(([set]) => set);
    const failing = provedMinimalSets(answers);
    const wished =
      failing.length === 0
        ? builds
        : minimalHittingSets(failing).map((hitting) => without(this.#whole, hitting));
    const roots = wished.filter((set) => answers.exact.get(set) === false);
    const sorted = (roots.length > 0 ? roots : builds).sort((a, b) => bySize(b, a));
    return sorted.filter((set, at) => !sorted.slice(0, at).some((larger) => contains(larger, set)));
  }

  #indices(names: readonly string[]): number[] {
    return names
      .map((name) => this.#options.variations.indexOf(name))
      .filter((index) => index >= 0);
  }
}
