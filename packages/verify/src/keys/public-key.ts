import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { sha256Hex, type Sha256Hex } from '../digest/sha256.js';
import { concatBytes } from '../encoding/bytes.js';
import { decodeHex } from '../encoding/hex.js';
import { VerifyError } from '../errors.js';
import { publicKeyProblem } from './ed25519-point.js';

/** SubjectPublicKeyInfo of Ed25519 before the 32 bytes of the key (RFC 8410 §4). */
export const SPKI_PREFIX = decodeHex('302a300506032b6570032100', 12);

const SIGNATURE_BYTES = 64;

/** An Ed25519 public key. Two of them are the same key exactly when their ids are equal. */
export interface PublicKey {
  /** sha256 of the key's SubjectPublicKeyInfo DER: `openssl pkey -pubin -outform DER | sha256sum`. */
  readonly id: Sha256Hex;
  /** The 32 bytes of RFC 8032 §5.1.5. */
  readonly bytes: Uint8Array;
}

const handles = new WeakMap<PublicKey, KeyObject>();

/**
 * A public key from its 32 bytes. `KEY_INVALID` for another length, a non-canonical encoding, a point
 * that is not on the curve, or one of small order.
 */
export function publicKeyFromBytes(bytes: Uint8Array): PublicKey {
  if (bytes.length !== 32) {
    throw new VerifyError('KEY_INVALID', `an Ed25519 public key has 32 bytes, not ${bytes.length}`);
  }
  const problem = publicKeyProblem(bytes);
  if (problem !== undefined) throw new VerifyError('KEY_INVALID', `the public key ${problem}`);
  const copy = new Uint8Array(bytes);
  return Object.freeze({ id: sha256Hex(concatBytes(SPKI_PREFIX, copy)), bytes: copy });
}

/** True when `signature` is an Ed25519 signature (RFC 8032 §5.1.7) of `message` by `key`. Never throws. */
export function verifySignature(
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  let handle = handles.get(key);
  if (handle === undefined) {
    const der = Buffer.from(concatBytes(SPKI_PREFIX, key.bytes));
    handle = createPublicKey({ key: der, format: 'der', type: 'spki' });
    handles.set(key, handle);
  }
  return verify(null, message, handle, signature);
}
