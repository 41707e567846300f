import { ArchiveError } from './entry.js';

/** Reads a stream of chunks in pieces of given lengths. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #buffer: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** Exactly `length` bytes, or undefined at the end of the stream. Rejects when it ends in between. */
  async read(length: number): Promise<Buffer | undefined> {
    const parts: Uint8Array[] = [];
    let missing = length;
    while (missing > 0) {
      const part = await this.some(missing);
      if (part === undefined) {
        if (missing === length) return undefined;
        throw new ArchiveError('damaged', 'it is cut off');
      }
      parts.push(part);
      missing -= part.length;
    }
    const [first] = parts;
    if (parts.length === 1 && first !== undefined) {
      return Buffer.from(first.buffer, first.byteOffset, first.byteLength);
    }
    return Buffer.concat(parts);
  }

  /** Between 1 and `most` bytes, or undefined at the end of the stream. */
  async some(most: number): Promise<Uint8Array | undefined> {
    while (this.#buffer.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return undefined;
      this.#buffer = next.value;
    }
    const part = this.#buffer.subarray(0, most);
    this.#buffer = this.#buffer.subarray(part.length);
    return part;
  }

  /** Reads to the end, so that the checksum of a compressed stream is checked. */
  async drain(): Promise<void> {
    this.#buffer = new Uint8Array(0);
    while ((await this.#chunks.next()).done !== true);
  }

  /** Stops the source. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
