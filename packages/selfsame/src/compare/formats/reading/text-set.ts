import { hash } from 'node:crypto';

/** Texts that are held as they are; with more of them only their digests are. */
const heldTexts = 5000;
/** 32-bit words of a sha256 that are kept: 128 bits, of which nobody finds two texts with the same. */
const words = 4;
/** Slots of the first table, a power of two with room for twice the texts that were held. */
const firstSlots = 16_384;
/** How full the table may be. */
const fullest = 0.8;

/** Which texts were there before, in 16 to 40 bytes for each however long they are. */
export class TextSet {
  #held: Set<string> | undefined = new Set();
  /** Open addressing; a slot of zeros is free. */
  #table = new Uint32Array(0);
  #size = 0;

  /** Whether it was not there before. */
  add(text: string): boolean {
    if (this.#held !== undefined) {
      const before = this.#held.size;
      this.#held.add(text);
      if (this.#held.size === before) return false;
      if (before < heldTexts) return true;
      const all = this.#held;
      this.#held = undefined;
      this.#grow();
      for (const one of all) this.#insert(digestOf(one));
      return true;
    }
    return this.#insert(digestOf(text));
  }

  #insert(digest: Uint32Array): boolean {
    if (this.#size >= (this.#table.length / words) * fullest) this.#grow();
    const slot = this.#find(digest);
    const isThere = [0, 1, 2, 3].some((word) => this.#table[slot + word] !== 0);
    if (isThere) return false;
    this.#table.set(digest, slot);
    this.#size += 1;
    return true;
  }

  /** Where it is, or would be. */
  #find(digest: Uint32Array): number {
    const table = this.#table;
    const mask = table.length - 1;
    let slot = ((digest[0] ?? 0) * words) & mask;
    for (;;) {
      const [first, second, third, fourth] = [slot, slot + 1, slot + 2, slot + 3];
      const isFree =
        table[first] === 0 && table[second] === 0 && table[third] === 0 && table[fourth] === 0;
      const isSame =
        table[first] === digest[0] &&
        table[second] === digest[1] &&
        table[third] === digest[2] &&
        table[fourth] === digest[3];
      if (isFree || isSame) return slot;
      slot = (slot + words) & mask;
    }
  }

  #grow(): void {
    const before = this.#table;
    this.#table = new Uint32Array(Math.max(firstSlots * words, before.length * 2));
    for (let slot = 0; slot < before.length; slot += words) {
      const digest = before.subarray(slot, slot + words);
      if (digest.some((word) => word !== 0)) this.#table.set(digest, this.#find(digest));
    }
  }
}

function digestOf(text: string): Uint32Array {
  const bytes = hash('sha256', text, 'buffer');
  return Uint32Array.from({ length: words }, (_, index) => bytes.readUInt32LE(4 * index));
}
