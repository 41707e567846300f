/** What is known of one key. */
export interface DigestRow {
  /** Bytes of a sha256, of which 16 are kept: nobody finds two texts with the same 128 bits. */
  readonly key: Buffer;
  readonly value: Buffer;
  /** Less than 2^32 - 1. */
  readonly index: number;
  /** Where its record stands, bytes. */
  readonly offset: number;
  readonly length: number;
}

/** 32-bit words of a digest that are kept. */
const words = 4;
/** Words of a row: key, value, index + 1 (0: taken), length of the record. */
const rowWords = 2 * words + 2;
const [valueAt, indexAt, lengthAt] = [words, 2 * words, 2 * words + 1];
const firstRows = 4096;
/** How full the table may be, with what was taken. */
const fullest = 0.75;

/** Rows by digest in about 100 bytes of memory for each, with open addressing; a key is all zeros where there was never one. */
export class DigestTable {
  #rows = new Uint32Array(firstRows * rowWords);
  #offsets = new Float64Array(firstRows);
  /** With those that were taken. */
  #used = 0;
  #size = 0;

  /** Rows that are there. */
  get size(): number {
    return this.#size;
  }

  /** Keys may not be there yet. */
  add(row: DigestRow): void {
    if (this.#used >= this.#offsets.length * fullest) this.#rebuild();
    this.#insert(row);
  }

  /** The number of the row, which holds until something is added. */
  find(key: Buffer): number | undefined {
    if (this.#size === 0) return undefined;
    const mask = this.#offsets.length - 1;
    for (let row = key.readUInt32LE(0) & mask; !this.#isFree(row); row = (row + 1) & mask) {
      if (this.#isThere(row) && this.#holds(row, key)) return row;
    }
    return undefined;
  }

  /** Takes out a row that was found. */
  take(row: number): DigestRow {
    const found = this.#read(row);
    this.#rows[row * rowWords + indexAt] = 0;
    this.#size -= 1;
    return found;
  }

  /** Where the records of all rows stand, in their order. */
  places(): readonly Pick<DigestRow, 'offset' | 'length'>[] {
    const places: Pick<DigestRow, 'offset' | 'length'>[] = [];
    for (let row = 0; row < this.#offsets.length; row += 1) {
      if (!this.#isThere(row)) continue;
      const { offset, length } = this.#read(row);
      places.push({ offset, length });
    }
    return places.sort((p, q) => p.offset - q.offset);
  }

  #isFree(row: number): boolean {
    const at = row * rowWords;
    const [first, second, third, fourth] = [at, at + 1, at + 2, at + 3];
    const rows = this.#rows;
    return rows[first] === 0 && rows[second] === 0 && rows[third] === 0 && rows[fourth] === 0;
  }

  #isThere(row: number): boolean {
    return this.#rows[row * rowWords + indexAt] !== 0;
  }

  #holds(row: number, digest: Buffer): boolean {
    const at = row * rowWords;
    for (let word = 0; word < words; word += 1)
      if (this.#rows[at + word] !== digest.readUInt32LE(4 * word)) return false;
    return true;
  }

  #insert({ key, value, index, offset, length }: DigestRow): void {
    const mask = this.#offsets.length - 1;
    let row = key.readUInt32LE(0) & mask;
    while (!this.#isFree(row)) row = (row + 1) & mask;
    const at = row * rowWords;
    for (let word = 0; word < words; word += 1) {
      this.#rows[at + word] = key.readUInt32LE(4 * word);
      this.#rows[at + valueAt + word] = value.readUInt32LE(4 * word);
    }
    this.#rows[at + indexAt] = index + 1;
    this.#rows[at + lengthAt] = length;
    this.#offsets[row] = offset;
    this.#used += 1;
    this.#size += 1;
  }

  #read(row: number): DigestRow {
    const at = row * rowWords;
    const digest = (from: number): Buffer => {
      const bytes = Buffer.alloc(4 * words);
      for (let word = 0; word < words; word += 1)
        bytes.writeUInt32LE(this.#rows[at + from + word] ?? 0, 4 * word);
      return bytes;
    };
    return {
      ...{ key: digest(0), value: digest(valueAt) },
      index: (this.#rows[at + indexAt] ?? 0) - 1,
      offset: this.#offsets[row] ?? 0,
      length: this.#rows[at + lengthAt] ?? 0,
    };
  }

  /** Again without what was taken; larger, unless much was. */
  #rebuild(): void {
    const [rows, offsets] = [this.#rows, this.#offsets];
    const before = new DigestTable();
    [before.#rows, before.#offsets] = [rows, offsets];
    const count = this.#size > offsets.length / 4 ? 2 * offsets.length : offsets.length;
    this.#rows = new Uint32Array(count * rowWords);
    this.#offsets = new Float64Array(count);
    [this.#used, this.#size] = [0, 0];
    for (let row = 0; row < offsets.length; row += 1)
      if (before.#isThere(row)) this.#insert(before.#read(row));
  }
}
