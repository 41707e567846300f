import type { Content, FormatAccess } from '../format.js';
import { checkStopped } from '../reading/limits.js';

const windowBytes = 256 * 1024;

/**
 * Looks for short texts in content of any size. Searches that go forward cost as much as reading the content once
 * for each text that is looked for: what was found, or not, is remembered.
 */
export class Finder {
  readonly #content: Content;
  readonly #access: FormatAccess;
  readonly #found = new Map<string, { readonly from: number; readonly at: number }>();
  #window: { readonly start: number; readonly data: Buffer } = { start: 0, data: Buffer.alloc(0) };

  constructor(content: Content, access: FormatAccess) {
    this.#content = content;
    this.#access = access;
  }

  /** Offset of the first `text` (ASCII) at or behind `from`; the size of the content if there is none. */
  async find(text: string, from: number): Promise<number> {
    const known = this.#found.get(text);
    if (known !== undefined && from >= known.from && from <= known.at) return known.at;
    const at = await this.#search(text, from);
    this.#found.set(text, { from, at });
    return at;
  }

  async #search(text: string, from: number): Promise<number> {
    for (let start = from; start < this.#content.size;) {
      checkStopped(this.#access);
      const data = await this.#at(start);
      const index = data.indexOf(text, 0, 'latin1');
      if (index !== -1) return start + index;
      if (start + data.length >= this.#content.size || data.length < text.length) break;
      start += data.length - text.length + 1;
    }
    return this.#content.size;
  }

  /** Text of `[from, to)`, one character for each byte, at most `windowBytes`. */
  async text(from: number, to: number): Promise<string> {
    const data = await this.#content.read(from, Math.max(0, Math.min(to - from, windowBytes)));
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
  }

  /** Bytes from `start` on, at least 4 KiB unless the content ends. */
  async #at(start: number): Promise<Buffer> {
    const { start: held, data } = this.#window;
    const rest = held + data.length - start;
    if (start >= held && (rest >= 4096 || (rest > 0 && held + data.length === this.#content.size)))
      return data.subarray(start - held);
    this.#window = { start, data: Buffer.from(await this.#content.read(start, windowBytes)) };
    return this.#window.data;
  }
}
