import { FormatError } from '../format.js';
import type { Content } from '../format.js';

/** Bytes that are read at once, so that small headers close together cost one read. */
const readAheadBytes = 64 * 1024;

/** Reads small pieces anywhere in a content, fast where they stand close together. */
export class Window {
  readonly content: Content;
  #start = 0;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(content: Content) {
    this.content = content;
  }

  /** Bytes from `offset` on, fewer than `length` only at the end. Valid until the next call is harmless: never reused. */
  async bytes(offset: number, length: number): Promise<Buffer> {
    const inside = offset - this.#start;
    if (inside >= 0 && inside + length <= this.#bytes.length) {
      return this.#bytes.subarray(inside, inside + length);
    }
    const wanted = Math.min(Math.max(length, readAheadBytes), this.content.size - offset);
    if (wanted <= 0) return Buffer.alloc(0);
    const read = await this.content.read(offset, wanted);
    this.#bytes = Buffer.from(read.buffer, read.byteOffset, read.byteLength);
    this.#start = offset;
    return this.#bytes.subarray(0, length);
  }

  /**
   * Exactly `length` bytes.
   *
   * @throws FormatError `damaged`, naming `what`, where the content ends before
   */
  async exactly(offset: number, length: number, what: string): Promise<Buffer> {
    const bytes = await this.bytes(offset, length);
    if (bytes.length < length) throw cutOff(what);
    return bytes;
  }
}

/** The content ends inside of `what`. */
export function cutOff(what: string): FormatError {
  return new FormatError('damaged', `it ends in the middle of ${what}`);
}
