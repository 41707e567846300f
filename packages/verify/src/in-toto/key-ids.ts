import { sha256Hex } from '../digest/sha256.js';
import { encodeHex } from '../encoding/hex.js';
import { olpcJsonBytes } from '../json/canonical.js';
import type { JsonObject } from '../json/value.js';
import { publicKeyToPem } from '../keys/key-text.js';
import type { PublicKey } from '../keys/public-key.js';

/** How in-toto names the default scheme of a kind of key. */
const names: Readonly<Record<PublicKey['kind'], readonly [keytype: string, scheme: string]>> = {
  ed25519: ['ed25519', 'ed25519'],
  rsa: ['rsa', 'rsassa-pss-sha256'],
  'ecdsa-p256': ['ecdsa', 'ecdsa-sha2-nistp256'],
};

const computedIds = new WeakMap<PublicKey, readonly [string, string]>();

/**
 * The names that programs give a key: sha256 of its canonical key object with `keyid_hash_algorithms` (what
 * securesystemslib and rebuilderd do) and without (in-toto specification 1.0 §4.2).
 */
export function inTotoKeyIds(key: PublicKey): readonly [string, string] {
  let ids = computedIds.get(key);
  if (ids === undefined) {
    const object = inTotoKeyObject(key);
    const { keyid_hash_algorithms: _, ...without } = object;
    ids = [sha256Hex(olpcJsonBytes(object)), sha256Hex(olpcJsonBytes(without))];
    computedIds.set(key, ids);
  }
  return ids;
}

/** The key object (§4.2) that securesystemslib names a key by. */
export function inTotoKeyObject(key: PublicKey): JsonObject {
  const [keytype, scheme] = names[key.kind];
  // Programs hash the PEM without its last line feed.
  const text = key.kind === 'ed25519' ? encodeHex(key.bytes) : publicKeyToPem(key).trimEnd();
  const keyid_hash_algorithms = ['sha256', 'sha512'];
  return { keytype, scheme, keyid_hash_algorithms, keyval: { public: text } };
}
