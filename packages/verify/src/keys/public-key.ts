import { constants, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { sha256Hex, type Sha256Hex } from '../digest/sha256.js';
import { concatBytes, equalBytes } from '../encoding/bytes.js';
import { decodeHex } from '../encoding/hex.js';
import { VerifyError } from '../errors.js';
import { publicKeyProblem } from './ed25519-point.js';

/** SubjectPublicKeyInfo of Ed25519 before the 32 bytes of the key (RFC 8410 §4). */
const SPKI_PREFIX = decodeHex('302a300506032b6570032100', 12);
/** The same with a NULL parameter, against RFC 8410 §3 but written and required by rebuilderd's programs. */
const SPKI_NULL_PREFIX = decodeHex('302c300706032b65700500032100', 14);
/** SubjectPublicKeyInfo of P-256 before the 65 bytes of the uncompressed point (RFC 5480 §2). */
const P256_PREFIX = decodeHex('3059301306072a8648ce3d020106082a8648ce3d030107034200', 26);

/** Smallest and largest RSA modulus, in bits: NIST SP 800-131A's lower bound, and a bound on time. */
const RSA_BITS = { min: 2048, max: 8192 } as const;

export const keyKinds = ['ed25519', 'ecdsa-p256', 'rsa'] as const;
export type KeyKind = (typeof keyKinds)[number];

/** A public key. Two of them are the same key exactly when their ids are equal, whatever file they came in. */
export interface PublicKey {
  readonly kind: KeyKind;
  /** sha256 of the key's SubjectPublicKeyInfo DER: `openssl pkey -pubin -outform DER | sha256sum`. */
  readonly id: Sha256Hex;
  /**
   * Ed25519: 32 bytes (RFC 8032 §5.1.5). P-256: 65 bytes, the uncompressed point (SEC 1 §2.3.3).
   * RSA: RSAPublicKey DER (RFC 8017 §A.1.1).
   */
  readonly bytes: Uint8Array;
}

/**
 * How a signature is made: Ed25519 (RFC 8032 §5.1, not prehashed); ECDSA over SHA-256 with the pair (r, s)
 * as DER (RFC 3279 §2.2.3) or as 64 raw bytes; RSASSA-PSS (32 bytes of salt) and PKCS#1 v1.5 (RFC 8017 §8).
 */
export type SignatureScheme =
  | 'ed25519'
  | 'ecdsa-p256-sha256'
  | 'ecdsa-p256-sha256-raw'
  | 'rsa-pss-sha256'
  | 'rsa-pkcs1-sha256'
  | 'rsa-pkcs1-sha512';

/** The scheme of a key whose use is not said elsewhere. */
const defaultScheme = {
  ed25519: 'ed25519',
  'ecdsa-p256': 'ecdsa-p256-sha256',
  rsa: 'rsa-pkcs1-sha256',
} as const satisfies Record<KeyKind, SignatureScheme>;

const handles = new WeakMap<PublicKey, KeyObject>();

/**
 * An Ed25519 public key from its 32 bytes. `KEY_INVALID` for another length, a non-canonical encoding, a
 * point that is not on the curve, or one of small order.
 */
export function publicKeyFromBytes(bytes: Uint8Array): PublicKey {
  if (bytes.length !== 32) {
    throw new VerifyError('KEY_INVALID', `an Ed25519 public key has 32 bytes, not ${bytes.length}`);
  }
  const problem = publicKeyProblem(bytes);
  if (problem !== undefined) throw new VerifyError('KEY_INVALID', `the public key ${problem}`);
  const copy = new Uint8Array(bytes);
  return Object.freeze({
    kind: 'ed25519',
    id: sha256Hex(concatBytes(SPKI_PREFIX, copy)),
    bytes: copy,
  });
}

/**
 * A public key from SubjectPublicKeyInfo DER: Ed25519 (also with the NULL parameter), P-256 with named
 * curve and uncompressed point, or RSA of 2048 to 8192 bits without restrictions. Only the one canonical
 * spelling of each is read, so that a key has one id; everything else is `KEY_INVALID`.
 */
export function publicKeyFromSpki(der: Uint8Array): PublicKey {
  for (const prefix of [SPKI_PREFIX, SPKI_NULL_PREFIX]) {
    if (startsWith(der, prefix)) {
      return publicKeyFromBytes(der.subarray(prefix.length));
    }
  }
  if (der.length === P256_PREFIX.length + 65 && startsWith(der, P256_PREFIX)) {
    const point = der.subarray(P256_PREFIX.length);
    return keep('ecdsa-p256', openPoint('ecdsa-p256', point), der, point);
  }
  const handle = openHandle({ key: Buffer.from(der), format: 'der', type: 'spki' });
  if (handle.asymmetricKeyType !== 'rsa') {
    throw new VerifyError('KEY_INVALID', 'the key is not Ed25519, P-256 or RSA in canonical form');
  }
  const bits = handle.asymmetricKeyDetails?.modulusLength ?? 0;
  const exponent = handle.asymmetricKeyDetails?.publicExponent ?? 0n;
  if (bits < RSA_BITS.min || bits > RSA_BITS.max || exponent < 3n || exponent % 2n === 0n) {
    throw new VerifyError('KEY_INVALID', `an RSA key of ${bits} bits or its exponent is refused`);
  }
  if (exponent >= 2n ** 32n || !equalBytes(handle.export({ format: 'der', type: 'spki' }), der)) {
    throw new VerifyError('KEY_INVALID', 'the RSA key is not in canonical form');
  }
  return keep('rsa', handle, der, handle.export({ format: 'der', type: 'pkcs1' }));
}

/** A P-256 key from its uncompressed point of 65 bytes. */
export function p256PublicKey(point: Uint8Array): PublicKey {
  return publicKeyFromSpki(concatBytes(P256_PREFIX, point));
}

/** An RSA key from modulus and exponent, big-endian; leading zero bytes do not matter. */
export function rsaPublicKey(modulus: Uint8Array, exponent: Uint8Array): PublicKey {
  const number = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const jwk = { kty: 'RSA', n: number(modulus), e: number(exponent) };
  return publicKeyFromSpki(
    openHandle({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' }),
  );
}

/** An RSA key from RSAPublicKey DER (RFC 8017 §A.1.1). */
export function publicKeyFromPkcs1(der: Uint8Array): PublicKey {
  const handle = openHandle({ key: Buffer.from(der), format: 'der', type: 'pkcs1' });
  const key = publicKeyFromSpki(handle.export({ format: 'der', type: 'spki' }));
  if (!equalBytes(key.bytes, der))
    throw new VerifyError('KEY_INVALID', 'the RSA key is not in canonical form');
  return key;
}

/** Modulus and exponent of an RSA key, big-endian without leading zeros. */
export function rsaNumbers(key: PublicKey): { modulus: Uint8Array; exponent: Uint8Array } {
  const { n = '', e = '' } = handleOf(key).export({ format: 'jwk' });
  const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));
  return { modulus: bytes(n), exponent: bytes(e) };
}

/** The key's SubjectPublicKeyInfo DER in its canonical form. */
export function publicKeyToSpki(key: PublicKey): Uint8Array {
  return new Uint8Array(handleOf(key).export({ format: 'der', type: 'spki' }));
}

/**
 * True when `signature` is one of `message` by `key` in this scheme; false for a scheme of another kind
 * of key. Never throws.
 *
 * Ed25519 is checked as OpenSSL does: without cofactor (RFC 8032 §5.1.7 allows both), S below the group
 * order. So a signature with a part of small order is refused, which some other programs accept.
 */
export function verifySignature(
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
  scheme: SignatureScheme = defaultScheme[key.kind],
): boolean {
  if (!scheme.startsWith(key.kind)) return false;
  const handle = handleOf(key);
  switch (scheme) {
    case 'ed25519':
      return signature.length === 64 && verify(null, message, handle, signature);
    case 'ecdsa-p256-sha256':
      return verify('sha256', message, { key: handle, dsaEncoding: 'der' }, signature);
    case 'ecdsa-p256-sha256-raw':
      return verify('sha256', message, { key: handle, dsaEncoding: 'ieee-p1363' }, signature);
    case 'rsa-pss-sha256': {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      return verify('sha256', message, { key: handle, padding, saltLength: 32 }, signature);
    }
    case 'rsa-pkcs1-sha256':
      return verify('sha256', message, handle, signature);
    case 'rsa-pkcs1-sha512':
      return verify('sha512', message, handle, signature);
  }
}

/**
 * What `verifySignature` says of an Ed25519 signature, found on one of the threads that Node.js keeps for such
 * work; undefined for other keys. Never rejects.
 */
export async function verifyOnPool(
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean | undefined> {
  if (key.kind !== 'ed25519') return undefined;
  if (signature.length !== 64) return false;
  return new Promise((resolve) => {
    try {
      verify(null, message, handleOf(key), signature, (error, isValid) => {
        resolve(error === null ? isValid : undefined);
      });
    } catch {
      resolve(undefined);
    }
  });
}

function handleOf(key: PublicKey): KeyObject {
  let handle = handles.get(key);
  if (handle === undefined) {
    // Others than Ed25519 were opened when they were read, unless the object was copied since.
    handle =
      key.kind === 'rsa'
        ? openHandle({ key: Buffer.from(key.bytes), format: 'der', type: 'pkcs1' })
        : openPoint(key.kind, key.bytes);
    handles.set(key, handle);
  }
  return handle;
}

/** Opens a point of a curve as JWK (RFC 7517, RFC 8037 §2), which takes OpenSSL 3 a sixth of the time of DER. */
function openPoint(kind: 'ed25519' | 'ecdsa-p256', bytes: Uint8Array): KeyObject {
  const text = (from: number, to: number): string =>
    Buffer.from(bytes.subarray(from, to)).toString('base64url');
  if (kind === 'ed25519') {
    return openHandle({ key: { kty: 'OKP', crv: 'Ed25519', x: text(0, 32) }, format: 'jwk' });
  }
  // 0x04 says that both coordinates follow (SEC 1 §2.3.3).
  if (bytes[0] !== 4) throw new VerifyError('KEY_INVALID', 'the bytes are not a public key');
  const key = { kty: 'EC', crv: 'P-256', x: text(1, 33), y: text(33, 65) };
  return openHandle({ key, format: 'jwk' });
}

function openHandle(input: Parameters<typeof createPublicKey>[0]): KeyObject {
  try {
    return createPublicKey(input);
  } catch {
    throw new VerifyError('KEY_INVALID', 'the bytes are not a public key');
  }
}

function keep(kind: KeyKind, handle: KeyObject, spki: Uint8Array, bytes: Uint8Array): PublicKey {
  const key = Object.freeze({ kind, id: sha256Hex(spki), bytes: new Uint8Array(bytes) });
  handles.set(key, handle);
  return key;
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, prefix.length), prefix);
}
