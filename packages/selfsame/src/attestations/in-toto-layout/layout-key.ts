import {
  decodeHex,
  encodeHex,
  inTotoKeyIds,
  inTotoKeyObject,
  parsePublicKey,
  publicKeyFromBytes,
  rsaNumbers,
  rsaPublicKey,
  type FieldPath,
  type JsonObject,
  type JsonValue,
  type PosixTime,
  type PublicKey,
  type SignatureScheme,
} from '@selfsame/verify';
import type { InTotoBlock } from './envelope.js';
import { read } from './fields.js';
import type { OpenPgpKeyPacket } from './openpgp.js';
import { verifyInTotoSignature } from './signature.js';

/** A public key as layouts hold it (in-toto specification 1.0 §4.2; OpenPGP: securesystemslib's `GPG_PUBKEY_SCHEMA`). */
export interface InTotoKey {
  /** The name that steps and signatures call it by: opaque, since programs compute it in different ways. */
  readonly id: string;
  readonly key: PublicKey;
  readonly scheme: SignatureScheme | 'openpgp';
  /** From when on its signatures do not count; undefined: never. */
  readonly expires: PosixTime | undefined;
  /** Keys of the same owner (OpenPGP). */
  readonly subkeys: readonly InTotoKey[];
}

const MAX_SUBKEYS = 64;
/** Signatures that are tried for one key: honest programs write one. */
const MAX_TRIES = 4;

const schemes: ReadonlyMap<string, SignatureScheme> = new Map([
  ['ed25519 ed25519', 'ed25519'],
  ['rsa rsassa-pss-sha256', 'rsa-pss-sha256'],
  ['rsa rsa-pkcs1v15-sha256', 'rsa-pkcs1-sha256'],
  ['ecdsa ecdsa-sha2-nistp256', 'ecdsa-p256-sha256'],
  ['ecdsa-sha2-nistp256 ecdsa-sha2-nistp256', 'ecdsa-p256-sha256'],
]);

/**
 * Reads a key object. A private key in it, an unknown kind, field or method is refused.
 * Throws `METABLOCK_INVALID`, `KEY_INVALID` or `HEX_INVALID`.
 */
export function parseInTotoKey(
  value: JsonValue | undefined,
  id: string,
  path: FieldPath,
): InTotoKey {
  const object = read.record(value, path);
  if (object['keyid'] !== undefined && object['keyid'] !== id) {
    read.fail('the key has another name than its entry', [...path, 'keyid']);
  }
  if (Object.hasOwn(object, 'method')) return parseOpenPgpKey(object, id, path);
  read.object(object, path, ['keytype', 'scheme', 'keyval'], ['keyid', 'keyid_hash_algorithms']);
  const scheme = schemes.get(`${String(object['keytype'])} ${String(object['scheme'])}`);
  if (scheme === undefined) read.fail('this kind of key is not read', path);
  const keyval = read.object(object['keyval'], [...path, 'keyval'], ['public'], ['private']);
  checkNoPrivate(keyval, path);
  const text = read.string(keyval['public'], [...path, 'keyval', 'public']);
  const key =
    scheme === 'ed25519' ? publicKeyFromBytes(decodeHex(text, 32)) : parsePublicKey(text).key;
  if (!scheme.startsWith(key.kind)) read.fail('the key is of another kind than it says', path);
  return { id, key, scheme, expires: undefined, subkeys: [] };
}

/** A key object for layouts, under the name that securesystemslib and rebuilderd compute. */
export function inTotoPublicKey(key: PublicKey): JsonObject & { readonly keyid: string } {
  const [keyid] = inTotoKeyIds(key);
  return { ...inTotoKeyObject(key), keyid };
}

/** A key object for an OpenPGP key, as in-toto makes it of what gpg exports. */
export function inTotoOpenPgpKey(
  { fingerprint, created, key }: OpenPgpKeyPacket,
  subkeys: readonly OpenPgpKeyPacket[] = [],
): JsonObject & { readonly keyid: string } {
  const [type, method, value] =
    key.kind === 'rsa'
      ? ['rsa', 'pgp+rsa-pkcsv1.5', hexNumbers(key)]
      : ['eddsa', 'pgp+eddsa-ed25519', { q: encodeHex(key.bytes) }];
  return {
    type,
    method,
    hashes: ['pgp+SHA2'],
    keyid: fingerprint,
    creation_time: created,
    keyval: { private: '', public: value },
    ...(subkeys.length > 0 && {
      subkeys: Object.fromEntries(
        subkeys.map((subkey) => [subkey.fingerprint, inTotoOpenPgpKey(subkey)]),
      ),
    }),
  };
}

/**
 * The key or subkey of `key` that validly signed the block at this time, if any. Only signatures that name it are
 * tried, in envelopes those that name none as well, and of those the first few: honest programs write one.
 */
export function signingKey(
  block: InTotoBlock,
  key: InTotoKey,
  now: PosixTime,
): InTotoKey | undefined {
  const { payload, signatures, isEnvelope = false } = block;
  const unnamed = isEnvelope ? signatures.filter(({ keyId }) => keyId === '') : [];
  return [key, ...key.subkeys].find(
    ({ id, key: publicKey, scheme, expires }) =>
      (expires === undefined || now < expires) &&
      [...signatures.filter(({ keyId }) => keyId === id), ...unnamed]
        .slice(0, MAX_TRIES)
        .some((signature) => verifyInTotoSignature(payload, signature, publicKey, scheme)),
  );
}

function parseOpenPgpKey(object: JsonObject, id: string, path: FieldPath): InTotoKey {
  const optional = ['creation_time', 'validity_period', 'subkeys'];
  read.object(object, path, ['type', 'method', 'hashes', 'keyid', 'keyval'], optional);
  const keyval = read.object(object['keyval'], [...path, 'keyval'], ['public'], ['private']);
  checkNoPrivate(keyval, path);
  const numbers = read.record(keyval['public'], [...path, 'keyval', 'public']);
  const bytes = (name: string): Uint8Array => {
    const text = read.string(numbers[name], [...path, 'keyval', 'public', name]);
    return decodeHex(text.length % 2 === 0 ? text : `0${text}`, Math.ceil(text.length / 2));
  };
  let key: PublicKey;
  if (object['method'] === 'pgp+rsa-pkcsv1.5' && object['type'] === 'rsa') {
    key = rsaPublicKey(bytes('n'), bytes('e'));
  } else if (object['method'] === 'pgp+eddsa-ed25519' && object['type'] === 'eddsa') {
    key = publicKeyFromBytes(bytes('q'));
  } else {
    read.fail('this kind of OpenPGP key is not read', path);
  }
  const [created, validity] = ['creation_time', 'validity_period'].map((name) =>
    object[name] === undefined ? 0 : read.count(object[name], [...path, name]),
  ) as [number, number];
  const subkeys = read.record(object['subkeys'] ?? {}, [...path, 'subkeys']);
  if (Object.keys(subkeys).length > MAX_SUBKEYS) read.fail('too many subkeys', path);
  return {
    id,
    key,
    scheme: 'openpgp',
    expires: created > 0 && validity > 0 ? created + validity : undefined,
    subkeys: Object.entries(subkeys).map(([name, subkey]) => {
      const parsed = parseInTotoKey(subkey, name, [...path, 'subkeys', name]);
      if (parsed.subkeys.length > 0) read.fail('a subkey has subkeys', path);
      return parsed;
    }),
  };
}

function hexNumbers(key: PublicKey): JsonObject {
  const { modulus, exponent } = rsaNumbers(key);
  return { n: encodeHex(modulus), e: encodeHex(exponent) };
}

function checkNoPrivate(keyval: JsonObject, path: FieldPath): void {
  if ((keyval['private'] ?? '') !== '') read.fail('the key object holds a private key', path);
}
