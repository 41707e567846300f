import { createHash } from 'node:crypto';
import { decodeStandardBase64 } from '../encoding/base64.js';
import { concatBytes } from '../encoding/bytes.js';
import { VerifyError, type VerifyErrorCode } from '../errors.js';
import { publicKeyFromBytes, verifySignature, type PublicKey } from '../keys/public-key.js';

// minisign (jedisct1.github.io/minisign, "Signature format", "Public key format") and OpenBSD's signify(1),
// of which it is an extension: a comment line, then base64 of algorithm (2 bytes), key number (8), data.

const COMMENT = 'untrusted comment: ';
const TRUSTED = 'trusted comment: ';
/** Ed25519 over the message. */
const PURE = 'Ed';
/** Ed25519 over the BLAKE2b-512 of the message. */
const PREHASHED = 'ED';
const MAX_TEXT = 16_384;

/** A public key of minisign or signify: both write the same file. */
export interface MinisignKey {
  readonly key: PublicKey;
  /** 8 bytes that tell keys of a person apart. Anyone can choose them. */
  readonly number: Uint8Array;
}

/** Reads a public key file, or the line of base64 alone. Throws `KEY_INVALID`. */
export function parseMinisignKey(text: string): MinisignKey {
  const lines = linesOf(text, 'KEY_INVALID');
  if (lines[0]?.startsWith(COMMENT) === true) lines.shift();
  if (lines.length !== 1) throw new VerifyError('KEY_INVALID', 'the text is not one minisign key');
  const bytes = decodeStandardBase64(lines[0] ?? '', 42);
  if (algorithm(bytes) !== PURE) throw new VerifyError('KEY_INVALID', 'the key is not Ed25519');
  return { key: publicKeyFromBytes(bytes.subarray(10)), number: bytes.slice(2, 10) };
}

/**
 * Checks a signature file of minisign (`.minisig`, prehashed or not) or signify (`.sig`) by this key. The
 * result is minisign's trusted comment, which is signed too, or undefined for signify. A key number that
 * differs does not matter: it is only a hint. Throws `SIGNATURE_FORMAT` or `SIGNATURE_INVALID`.
 */
export function verifyMinisign(
  text: string,
  message: Uint8Array,
  key: PublicKey,
): string | undefined {
  const lines = linesOf(text, 'SIGNATURE_FORMAT');
  const [comment, base64 = '', trusted, base64Global = ''] = lines;
  const isMinisign = lines.length === 4 && trusted?.startsWith(TRUSTED) === true;
  if (comment?.startsWith(COMMENT) !== true || (!isMinisign && lines.length !== 2)) {
    throw new VerifyError('SIGNATURE_FORMAT', 'the text is not a minisign or signify signature');
  }
  const bytes = decodeStandardBase64(base64, 74);
  const isPrehashed = algorithm(bytes) === PREHASHED;
  if (!isPrehashed && algorithm(bytes) !== PURE) {
    throw new VerifyError('SIGNATURE_FORMAT', 'the signature is not Ed25519');
  }
  if (isPrehashed && !isMinisign) {
    throw new VerifyError('SIGNATURE_FORMAT', 'signify does not make prehashed signatures');
  }
  const signature = bytes.subarray(10);
  if (!verifySignature(key, isPrehashed ? blake2b(message) : message, signature)) {
    throw new VerifyError('SIGNATURE_INVALID', 'the signature is not by this key over these bytes');
  }
  if (!isMinisign) return undefined;
  const trustedComment = trusted.slice(TRUSTED.length);
  const signed = concatBytes(signature, Buffer.from(trustedComment));
  if (!verifySignature(key, signed, decodeStandardBase64(base64Global, 64))) {
    throw new VerifyError('SIGNATURE_INVALID', 'the trusted comment was altered');
  }
  return trustedComment;
}

function linesOf(text: string, code: VerifyErrorCode): string[] {
  if (text.length > MAX_TEXT) throw new VerifyError(code, 'the text is too long');
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function algorithm(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 2)).toString('latin1');
}

function blake2b(message: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('blake2b512').update(message).digest());
}
