/** One file under its last name. */
export interface WrittenFile {
  /** Processes that opened it for writing, in order, each once, bounded. */
  readonly writers: readonly number[];
  /** Place in the order of first openings. */
  readonly first: number;
}

/** Files, writers of one file, and names looked through for renamed directories. */
const mostFiles = 500_000;
const mostWriters = 64;
const mostMoves = 20_000_000;

/** Files by absolute path, through renames of them and of directories above them. */
export class WrittenFiles {
  readonly #files = new Map<string, { writers: number[]; first: number }>();
  #next = 0;
  #moves = 0;
  #complete = true;

  /** Nothing was left out because of the bounds. */
  get complete(): boolean {
    return this.#complete;
  }

  get(path: string): WrittenFile | undefined {
    return this.#files.get(path);
  }

  write(path: string, process: number): void {
    const first = this.#next++;
    const file = this.#files.get(path);
    if (file === undefined) {
      if (this.#files.size < mostFiles) this.#files.set(path, { writers: [process], first });
      else this.#complete = false;
    } else if (!file.writers.includes(process)) {
      if (file.writers.length < mostWriters) file.writers.push(process);
      else this.#complete = false;
    }
  }

  /** What was at `to` is gone, as rename(2) has it. */
  rename(from: string, to: string): void {
    const file = this.#files.get(from);
    if (file !== undefined) {
      this.#files.delete(from);
      this.#files.set(to, file);
      return;
    }
    this.#moves += this.#files.size;
    if (this.#moves > mostMoves) {
      this.#complete = false;
      return;
    }
    for (const [path, below] of [...this.#files])
      if (path.startsWith(`${from}/`)) {
        this.#files.delete(path);
        this.#files.set(to + path.slice(from.length), below);
      }
  }
}
