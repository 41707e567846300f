import { VerifyError } from '../errors.js';

/**
 * Decodes hexadecimal (RFC 4648 §8, but lower-case, its one spelling here) of exactly `length` bytes. `Buffer.from(x, 'hex')` stops silently at
 * the first bad digit, so the text is checked before; anything else is `HEX_INVALID`.
 */
export function decodeHex(text: string, length: number): Uint8Array {
  if (text.length !== length * 2 || !/^[0-9a-f]*$/.test(text)) {
    throw new VerifyError('HEX_INVALID', `not ${length} bytes of lower-case hexadecimal`);
  }
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** Lower-case hexadecimal of the bytes. */
export function encodeHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
