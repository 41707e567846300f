import { FormatError } from '../format.js';

/** Longest name or value that a reader gives, in characters. */
export const maximumText = 4096;

/** Numbers and text out of bytes. Every read is checked: one beyond the end is a `FormatError` `damaged`. */
export class Bytes {
  readonly data: Uint8Array;
  readonly little: boolean;
  readonly #view: DataView;

  constructor(data: Uint8Array, little: boolean) {
    this.data = data;
    this.little = little;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  get size(): number {
    return this.data.length;
  }

  u8(at: number): number {
    this.#check(at, 1);
    return this.#view.getUint8(at);
  }

  u16(at: number): number {
    this.#check(at, 2);
    return this.#view.getUint16(at, this.little);
  }

  /** Three bytes, as DWARF's `strx3`. */
  u24(at: number): number {
    const [first, second, third] = [this.u8(at), this.u8(at + 1), this.u8(at + 2)];
    return this.little
      ? first + second * 0x100 + third * 0x10000
      : third + second * 0x100 + first * 0x10000;
  }

  u32(at: number): number {
    this.#check(at, 4);
    return this.#view.getUint32(at, this.little);
  }

  /** Rounded above 2^53, where nothing that a file can hold lies. */
  u64(at: number): number {
    this.#check(at, 8);
    return Number(this.#view.getBigUint64(at, this.little));
  }

  /** `size` bytes from `at` on. */
  slice(at: number, size: number): Uint8Array {
    this.#check(at, size);
    return this.data.subarray(at, at + size);
  }

  /** Text up to a NUL, the end, or `maximumText` bytes. */
  text(at: number, longest: number = maximumText): string {
    this.#check(at, 0);
    return textUntilNul(this.data.subarray(at, at + longest));
  }

  /** An unsigned LEB128 number of at most 10 bytes. */
  uleb(at: number): { readonly value: number; readonly next: number } {
    let value = 0;
    let scale = 1;
    for (let index = 0; index < 10; index++) {
      const byte = this.u8(at + index);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return { value, next: at + index + 1 };
      scale *= 128;
    }
    throw new FormatError('damaged', `a number at ${at} does not end`);
  }

  #check(at: number, size: number): void {
    if (!(at >= 0 && size >= 0 && at + size <= this.data.length))
      throw new FormatError(
        'damaged',
        `ends at ${this.data.length}, within ${size} bytes at ${at}`,
      );
  }
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** UTF-8 text up to the first NUL, what is not UTF-8 replaced. */
export function textUntilNul(data: Uint8Array): string {
  const end = data.indexOf(0);
  return utf8.decode(end === -1 ? data : data.subarray(0, end));
}

export function hex(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
}

/** A name that a part may have: of printable length, never empty. */
export function partName(text: string, otherwise: string): string {
  return text === '' ? otherwise : text.slice(0, 256);
}

/** A time as fields show it, or the bare number where no calendar reaches. */
export function timeText(seconds: number): string {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? `${seconds}` : time.toISOString().replace('.000Z', 'Z');
}
