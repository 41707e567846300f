import type { Subset } from './subset.js';

/** What is known without further builds. All of it only decides what is built first. */
export interface Hints {
  /** By artifact: variations that its difference points to, the most certain first. Each is tried by itself. */
  readonly shown: ReadonlyMap<string, readonly string[]>;
  /** Variations that no process asked for. */
  readonly neverAsked: readonly string[];
}

/** Hints so far; every artifact of every build is looked into once at most. */
export class KnownHints {
  readonly #ask: (set: Subset, paths: readonly string[]) => Promise<Hints>;
  readonly #examined = new Map<Subset, Set<string>>();
  readonly #shown = new Map<string, readonly string[]>();
  #neverAsked: readonly string[] | undefined;

  constructor(ask: (set: Subset, paths: readonly string[]) => Promise<Hints>) {
    this.#ask = ask;
  }

  /** Something was looked into. */
  get some(): boolean {
    return this.#examined.size > 0;
  }

  get neverAsked(): readonly string[] {
    return this.#neverAsked ?? [];
  }

  shown(path: string): readonly string[] {
    return this.#shown.get(path) ?? [];
  }

  /** Looks into artifacts of builds, by set. False: all of it was looked into before. */
  async examine(sets: ReadonlyMap<Subset, readonly string[]>): Promise<boolean> {
    let looked = false;
    for (const [set, paths] of sets) {
      const known = this.#examined.get(set) ?? new Set<string>();
      this.#examined.set(set, known);
      const fresh = paths.filter((path) => !known.has(path));
      if (fresh.length === 0) continue;
      looked = true;
      for (const path of fresh) known.add(path);
      const { shown, neverAsked } = await this.#ask(set, fresh);
      for (const [path, names] of shown)
        this.#shown.set(path, [...new Set([...this.shown(path), ...names])]);
      this.#neverAsked ??= neverAsked;
    }
    return looked;
  }
}
