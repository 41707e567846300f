import { SelfsameError } from '../../errors/selfsame-error.js';

/** Largest part the C programs accept, bytes (native/src/common/spec.h). */
const partMax = 16 * 1024 * 1024;

/**
 * Collects one part of a request for native/: keys with a fixed number of values each, as a run of
 * NUL-terminated strings. Only NUL cannot be said, and is refused with `SANDBOX_REQUEST_INVALID`.
 */
export class SpecWriter {
  readonly #strings: string[] = [];

  add(key: string, ...values: readonly (string | number)[]): this {
    for (const value of [key, ...values.map(String)]) {
      if (value.includes('\0')) {
        throw new SelfsameError(
          'SANDBOX_REQUEST_INVALID',
          `the sandbox cannot take a ${key} with a NUL character`,
          {
            details: { key, value },
          },
        );
      }
      this.#strings.push(value);
    }
    return this;
  }

  toBuffer(): Buffer {
    const bytes = Buffer.from(this.#strings.map((text) => `${text}\0`).join(''), 'utf8');
    if (bytes.length > partMax) {
      throw new SelfsameError(
        'SANDBOX_REQUEST_INVALID',
        `the sandbox's request takes ${bytes.length} bytes of at most ${partMax}`,
      );
    }
    return bytes;
  }
}

/** The whole request as selfsame-ns reads it: magic, two lengths (32 bits, little-endian), its part, the init's part. */
export function frameRequest(ours: SpecWriter, init: SpecWriter): Buffer {
  const [first, second] = [ours.toBuffer(), init.toBuffer()];
  const header = Buffer.alloc(12, 'SSN1');
  header.writeUInt32LE(first.length, 4);
  header.writeUInt32LE(second.length, 8);
  return Buffer.concat([header, first, second]);
}
