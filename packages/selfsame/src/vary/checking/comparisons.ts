import type { compareArtifacts } from '../../compare/compare.js';
import type { Difference } from '../../compare/types.js';
import type { Emit } from '../../events/event.js';
import { withoutModes } from './modes.js';
import type { BuildRun } from '../types.js';

/** Artifacts of one pair of builds that are looked into; of the rest it is known that they differ. */
export const mostCompared = 2000;

/** Comparisons of trees of builds, each artifact of each pair once. */
export class Comparisons {
  readonly #compare: typeof compareArtifacts;
  readonly #signal: AbortSignal;
  readonly #emit: Emit;
  readonly #known = new Map<string, Map<string, Difference | undefined>>();

  constructor(compare: typeof compareArtifacts, signal: AbortSignal, emit: Emit) {
    this.#compare = compare;
    this.#signal = signal;
    this.#emit = emit;
  }

  /** What differs in these artifacts. Those that are equal, and those beyond `mostCompared`, have no entry. */
  async of(
    a: BuildRun,
    b: BuildRun,
    paths: readonly string[],
  ): Promise<ReadonlyMap<string, Difference>> {
    const key = `${a.id} ${b.id}`;
    const known = this.#known.get(key) ?? new Map<string, Difference | undefined>();
    this.#known.set(key, known);
    const only = paths.filter((path) => !known.has(path)).slice(0, mostCompared - known.size);
    if (only.length > 0 && a.tree !== undefined && b.tree !== undefined) {
      this.#emit({ type: 'check-comparing', artifacts: only.length });
      const found = await this.#compare(a.tree, b.tree, {
        only,
        signal: this.#signal,
        canariesA: a.canaries,
        canariesB: b.canaries,
      });
      for (const path of only) known.set(path, withoutModes(found.get(path)));
    }
    const answer = new Map<string, Difference>();
    for (const path of paths) {
      const difference = known.get(path);
      if (difference !== undefined) answer.set(path, difference);
    }
    return answer;
  }
}
