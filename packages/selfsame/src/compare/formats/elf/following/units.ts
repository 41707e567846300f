/** Units beyond these are not told from each other. */
const maximumUnits = 1_000_000;

/** Two versions of a section of debug information that is made of units, each of which begins with its length. */
export class UnitPair {
  readonly #a: ReadonlyMap<number, number>;
  readonly #b: ReadonlyMap<number, number>;

  constructor(a: Uint8Array, b: Uint8Array, little: boolean) {
    this.#a = unitNumbers(a, little);
    this.#b = unitNumbers(b, little);
  }

  /** Whether the same unit, counted from the first, begins at both offsets. */
  same(a: number, b: number): boolean {
    const number = this.#a.get(a);
    return number !== undefined && this.#a.size === this.#b.size && this.#b.get(b) === number;
  }
}

/** Offsets of units, each with its number, as far as their lengths lead (DWARF 5 §7.4). */
function unitNumbers(bytes: Uint8Array, little: boolean): ReadonlyMap<number, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const numbers = new Map<number, number>();
  for (let at = 0; at + 12 <= bytes.length && numbers.size < maximumUnits;) {
    numbers.set(at, numbers.size);
    const length = view.getUint32(at, little);
    at += length === 0xffffffff ? 12 + Number(view.getBigUint64(at + 4, little)) : 4 + length;
  }
  return numbers;
}
