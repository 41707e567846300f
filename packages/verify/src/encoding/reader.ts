import { VerifyError, type VerifyErrorCode } from '../errors.js';

/** Reads big-endian fields one after the other; whatever runs over the end throws the given code. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #code: VerifyErrorCode;
  #at = 0;

  constructor(bytes: Uint8Array, code: VerifyErrorCode) {
    this.#bytes = bytes;
    this.#code = code;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(length: number): Uint8Array {
    if (length > this.left) throw new VerifyError(this.#code, 'the data is cut');
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  /** An unsigned integer of 1 to 4 bytes. */
  uint(length: number): number {
    return this.take(length).reduce((value, byte) => value * 256 + byte, 0);
  }

  /** Bytes after their length in `lengthBytes` bytes. */
  sized(lengthBytes: number): Uint8Array {
    return this.take(this.uint(lengthBytes));
  }

  /** The same as a text of one byte a character. */
  name(lengthBytes: number): string {
    return Buffer.from(this.sized(lengthBytes)).toString('latin1');
  }

  /** Refuses bytes that nobody asked for. */
  end(): void {
    if (this.left > 0) throw new VerifyError(this.#code, 'the data goes on after its end');
  }
}
