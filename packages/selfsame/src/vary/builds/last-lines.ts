import { printableLines } from '../../text/printable.js';

/** Most bytes of the end of the output that are held. */
const heldBytes = 64 * 1024;

/** Most lines reported, and characters of each. */
const shownLines = 40;
const lineLength = 500;

/** Keeps the end of what a build prints, in bounded memory. */
export class LastLines {
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  take(chunk: Uint8Array): void {
    // A copy: the chunk may be a view of a larger buffer that would be kept.
    this.#chunks.push(Buffer.from(chunk.subarray(-heldBytes)));
    this.#size += Math.min(chunk.length, heldBytes);
    while (this.#size - (this.#chunks[0]?.length ?? 0) >= heldBytes)
      this.#size -= this.#chunks.shift()?.length ?? 0;
  }

  /** At most 40 lines of at most 500 characters, safe for a terminal. */
  lines(): readonly string[] {
    const text = Buffer.concat(this.#chunks).subarray(-heldBytes).toString('utf8').trimEnd();
    if (text === '') return [];
    return printableLines(text)
      .slice(-shownLines)
      .map((line) => (line.length > lineLength ? `${line.slice(0, lineLength)}…` : line));
  }
}
