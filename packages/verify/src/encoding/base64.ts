import { VerifyError } from '../errors.js';

/**
 * Decodes base64 (RFC 4648 §4, padded) or its URL-safe form (§5, padded or not), never a mixture.
 * `Buffer.from(x, 'base64')` drops what it does not know, so the result is encoded again and must
 * give the same text: white space, wrong padding and stray bits are `BASE64_INVALID`.
 *
 * @param maxBytes refuses longer results with `LIMIT_EXCEEDED`, by far longer ones before decoding.
 */
export function decodeBase64(text: string, maxBytes: number): Uint8Array {
  if (text.length > Math.ceil(maxBytes / 3) * 4) throw tooLong(maxBytes);
  const standard = Buffer.from(text, 'base64');
  if (standard.toString('base64') === text) return atMost(maxBytes, standard);
  const bytes = Buffer.from(text, 'base64url');
  const unpadded = bytes.toString('base64url');
  const padded = unpadded.padEnd(Math.ceil(unpadded.length / 4) * 4, '=');
  if (text === unpadded || text === padded) return atMost(maxBytes, bytes);
  throw new VerifyError('BASE64_INVALID', 'not base64 in its canonical spelling');
}

/** The same for standard, padded base64 of exactly `length` bytes, or of at most `maxBytes` where that is given. */
export function decodeStandardBase64(text: string, size: number | { max: number }): Uint8Array {
  const bytes = decodeBase64(text, typeof size === 'number' ? size : size.max);
  // The URL-safe form has other characters, or no padding, or is the same.
  const isOther = text.includes('-') || text.includes('_') || text.length % 4 !== 0;
  if (isOther || (typeof size === 'number' && bytes.length !== size)) {
    throw new VerifyError('BASE64_INVALID', 'not standard base64 of the expected length');
  }
  return bytes;
}

/** Standard base64 (RFC 4648 §4) with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** Up to two bytes more are as many characters. */
function atMost(maxBytes: number, bytes: Uint8Array): Uint8Array {
  if (bytes.length > maxBytes) throw tooLong(maxBytes);
  return new Uint8Array(bytes);
}

function tooLong(maxBytes: number): VerifyError {
  return new VerifyError('LIMIT_EXCEEDED', `base64 of more than ${maxBytes} bytes`);
}
