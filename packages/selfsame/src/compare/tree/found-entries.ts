import type { Session } from '../session.js';
import type { Difference } from '../types.js';
import type { Differing, Shown } from './compare-entries.js';

/** Differences by path, as many as are shown; of others only how many there are. */
export class FoundEntries {
  readonly #limit: number;
  readonly #shown: Shown[] = [];
  files = 0;
  directories = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many more will be shown. */
  get room(): number {
    return this.#limit - this.#shown.length;
  }

  add({ shown, more }: Differing): void {
    for (const one of shown) this.#shown.push(one);
    this.files += more.files;
    this.directories += more.directories;
  }

  /** The first of these and others in byte order of their paths; those for which there is no room are counted. */
  inOrderWith(session: Session, others: FoundEntries): readonly Difference[] {
    const all = [...this.#shown, ...others.#shown].sort((p, q) => (p.path < q.path ? -1 : 1));
    this.files += others.files;
    this.directories += others.directories;
    for (const { difference } of all.slice(this.#limit)) {
      if (session.folders.delete(difference.name)) this.directories += 1;
      else this.files += 1;
    }
    return all.slice(0, this.#limit).map(({ difference }) => difference);
  }
}
