import { hash } from 'node:crypto';
import { canonicalJson } from '../json/canonical.js';
import { VerifyError } from '../errors.js';

/** Full lower-case hexadecimal sha256: 64 characters, never truncated. */
export type Sha256Hex = string;

const SHA256 = /^[0-9a-f]{64}$/;

/** sha256 (FIPS 180-4) of bytes, or of a string's UTF-8 bytes. */
export function sha256Hex(data: Uint8Array | string): Sha256Hex {
  return hash('sha256', data, 'hex');
}

/** sha256 of the canonical JSON (RFC 8785) of plain data: how selfsame names every document. */
export function canonicalDigest(value: unknown): Sha256Hex {
  return sha256Hex(canonicalJson(value));
}

/** True when the text is a full lower-case hexadecimal sha256. */
export function isSha256Hex(text: unknown): text is Sha256Hex {
  return typeof text === 'string' && SHA256.test(text);
}

/** Returns the text, or throws `DIGEST_INVALID` naming `what`. */
export function assertSha256Hex(text: unknown, what: string): Sha256Hex {
  if (isSha256Hex(text)) return text;
  throw new VerifyError(
    'DIGEST_INVALID',
    `${what} is not a sha256 of 64 lower-case hexadecimal digits`,
  );
}
