import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { encodeHex } from '../encoding/hex.js';
import { inTotoKeyIds } from '../in-toto/key-ids.js';
import type { Link } from '../in-toto/link.js';
import type { Metablock } from '../in-toto/metablock.js';
import { sha256Hex } from '../digest/sha256.js';
import { canonicalJson, olpcJsonBytes } from '../json/canonical.js';
import type { JsonObject } from '../json/value.js';
import { publicKeyFromSpki, type PublicKey } from '../keys/public-key.js';
import type { TestKey } from './sign.js';

/** For tests: a new pair of keys. */
export function newPair(kind: PublicKey['kind']): { privateKey: KeyObject; publicKey: PublicKey } {
  const pair =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : kind === 'ed25519'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
  return { privateKey: pair.privateKey, publicKey: publicKeyFromSpki(spki) };
}

/** For tests: the `signed` part of a link whose files have these contents. */
export function testLink(
  name: string,
  materials: Readonly<Record<string, string>>,
  products: Readonly<Record<string, string>>,
): JsonObject & Link {
  const digests = (files: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(files).map(([path, text]) => [path, { sha256: sha256Hex(text) }]),
    );
  return {
    _type: 'link',
    name,
    command: [],
    materials: digests(materials),
    products: digests(products),
    byproducts: {},
    environment: {},
  };
}

/** For tests: a link signed with Ed25519. */
export function signMetablock(signed: JsonObject, keys: readonly TestKey[]): Metablock {
  const payload = olpcJsonBytes(signed);
  const signatures = keys.map((key) => {
    const [keyId] = inTotoKeyIds(key.publicKey);
    return { keyId, value: key.sign(payload) };
  });
  return { signed, payload, signatures };
}

/** For tests: the file of a link. */
export function formatMetablock({ signed, signatures }: Metablock): string {
  const list = signatures.map(({ keyId, value, openPgp }) =>
    openPgp === undefined
      ? { keyid: keyId, sig: encodeHex(value) }
      : { keyid: keyId, other_headers: encodeHex(openPgp.headers), signature: encodeHex(value) },
  );
  return `${canonicalJson({ signatures: list, signed })}\n`;
}
