/** Strings beyond so many bytes are not looked up: only equal ones are told then. */
const maximumSet = 16 * 2 ** 20;

/** Two versions of a table of strings that end with NUL, in which offsets point. */
export class StringPair {
  readonly #a: Buffer;
  readonly #b: Buffer;
  #ofA: ReadonlySet<string> | undefined;
  #ofB: ReadonlySet<string> | undefined;

  constructor(a: Uint8Array, b: Uint8Array) {
    this.#a = Buffer.from(a.buffer, a.byteOffset, a.byteLength);
    this.#b = Buffer.from(b.buffer, b.byteOffset, b.byteLength);
  }

  /** Whether both offsets are of the same string, or each of one that the other table does not have. */
  same(offsetA: number, offsetB: number): boolean {
    if (offsetA >= this.#a.length || offsetB >= this.#b.length) return false;
    const [endA, endB] = [this.#a.indexOf(0, offsetA), this.#b.indexOf(0, offsetB)];
    if (endA <= offsetA || endB <= offsetB) return false;
    if (
      endA - offsetA === endB - offsetB &&
      this.#a.compare(this.#b, offsetB, endB, offsetA, endA) === 0
    )
      return true;
    const begins = (table: Buffer, at: number): boolean => at === 0 || table[at - 1] === 0;
    if (!begins(this.#a, offsetA) || !begins(this.#b, offsetB)) return false;
    if (this.#a.length > maximumSet || this.#b.length > maximumSet) return false;
    this.#ofA ??= stringsOf(this.#a);
    this.#ofB ??= stringsOf(this.#b);
    return (
      !this.#ofB.has(this.#a.toString('latin1', offsetA, endA)) &&
      !this.#ofA.has(this.#b.toString('latin1', offsetB, endB))
    );
  }
}

function stringsOf(table: Buffer): ReadonlySet<string> {
  return new Set(table.toString('latin1').split('\0'));
}
