import { none } from './subset.js';
import type { Subset } from './subset.js';

/** What one build showed. */
export type Observation =
  | { readonly type: 'failed' }
  /** By artifact, text that is equal exactly if the artifacts are. */
  | { readonly type: 'built'; readonly artifacts: ReadonlyMap<string, string> };

/** One build of the search. */
export interface Trial {
  readonly set: Subset;
  /** 0 for the first build with this set, then 1 and so on. */
  readonly attempt: number;
  readonly observation: Observation;
}

/** What the builds said of one question, by set: whether an artifact differs, or whether the build fails. */
export interface Answers {
  /** What was built, and nothing else; without a set whose builds said both. */
  readonly exact: ReadonlyMap<Subset, boolean>;
  /** How many builds with a set answered. */
  readonly trials: ReadonlyMap<Subset, number>;
  /** The first set whose builds said both, with how many said yes. */
  readonly unstable:
    { readonly set: Subset; readonly yes: number; readonly trials: number } | undefined;
}

/** One letter for each build, in their order: `1` yes, `0` no, `-` it says nothing about the question. */
export type AnswerVector = string;

/** All builds so far. The first is the one with nothing varied that all others are compared with. */
export class Evidence {
  readonly #trials: Trial[] = [];
  readonly #attempts = new Map<Subset, number>();

  add(trial: Trial): void {
    this.#trials.push(trial);
    this.#attempts.set(trial.set, (this.#attempts.get(trial.set) ?? 0) + 1);
  }

  /** Drops what builds with a set said: they were made with other values than those that are searched with from now on. */
  forget(set: Subset): void {
    const kept = this.#trials.filter((trial) => trial.set !== set);
    this.#trials.splice(0, this.#trials.length, ...kept);
    this.#attempts.delete(set);
  }

  get trials(): readonly Trial[] {
    return this.#trials;
  }

  /** How many builds with a set there were, however they ended. */
  attempts(set: Subset): number {
    return this.#attempts.get(set) ?? 0;
  }

  /** Whether the build fails. */
  failing(): AnswerVector {
    return this.#trials
      .map(({ observation }) => (observation.type === 'failed' ? '1' : '0'))
      .join('');
  }

  /** Artifacts that were not the same in all builds, sorted. */
  differing(): string[] {
    const reference = this.#reference();
    const found = new Set<string>();
    for (const { observation } of this.#trials) {
      if (observation.type === 'failed') continue;
      for (const [path, digest] of observation.artifacts)
        if (reference.get(path) !== digest) found.add(path);
      for (const path of reference.keys()) if (!observation.artifacts.has(path)) found.add(path);
    }
    return [...found].sort();
  }

  /** The first build made it. */
  inFirst(path: string): boolean {
    return this.#reference().has(path);
  }

  /** Whether an artifact differs from that of the first build, which itself says nothing. */
  differs(path: string): AnswerVector {
    const first = this.#reference().get(path);
    let vector = '-';
    for (const { observation } of this.#trials.slice(1))
      vector +=
        observation.type === 'failed' ? '-' : observation.artifacts.get(path) === first ? '0' : '1';
    return vector;
  }

  /** An answer vector, by set. */
  answers(vector: AnswerVector): Answers {
    const yes = new Map<Subset, number>();
    const trials = new Map<Subset, number>();
    for (const [index, { set }] of this.#trials.entries()) {
      const answer = vector[index];
      if (answer === '-' || answer === undefined) continue;
      trials.set(set, (trials.get(set) ?? 0) + 1);
      yes.set(set, (yes.get(set) ?? 0) + (answer === '1' ? 1 : 0));
    }
    const exact = new Map<Subset, boolean>();
    let unstable: Answers['unstable'];
    for (const [set, count] of trials) {
      const times = yes.get(set) ?? 0;
      if (times === 0 || times === count) exact.set(set, times > 0);
      else unstable ??= { set, yes: times, trials: count };
    }
    return { exact, trials, unstable };
  }

  #reference(): ReadonlyMap<string, string> {
    const [first] = this.#trials;
    return first?.observation.type === 'built' ? first.observation.artifacts : new Map();
  }
}

/** Some build said no, so that it is not always so, with nothing varied either. */
export function notAlways({ exact }: Pick<Answers, 'exact'>): boolean {
  if (exact.get(none) === true) return false;
  return [...exact.values()].includes(false);
}

/** Both failed, or the same artifacts came out. */
export function isSame(a: Observation, b: Observation): boolean {
  if (a.type === 'failed' || b.type === 'failed') return a.type === b.type;
  if (a.artifacts.size !== b.artifacts.size) return false;
  for (const [path, digest] of a.artifacts) if (b.artifacts.get(path) !== digest) return false;
  return true;
}
