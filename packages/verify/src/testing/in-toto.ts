import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { concatBytes } from '../encoding/bytes.js';
import { decodeHex, encodeHex } from '../encoding/hex.js';
import { inTotoKeyIds } from '../in-toto/key-ids.js';
import type { Link } from '../in-toto/link.js';
import type { Metablock } from '../in-toto/metablock.js';
import { sha256Hex } from '../digest/sha256.js';
import { canonicalJson, olpcJsonBytes } from '../json/canonical.js';
import type { JsonObject } from '../json/value.js';
import { publicKeyFromSpki, type PublicKey } from '../keys/public-key.js';
import type { TestKey } from './sign.js';

/** For tests: somebody who signs links as gpg does; the fingerprint is made up. */
export function openPgpSigner(name: string): {
  readonly fingerprint: string;
  readonly key: PublicKey;
  readonly sign: (signed: JsonObject) => Metablock;
} {
  const { privateKey, publicKey } = newPair('rsa');
  const fingerprint = sha256Hex(name).slice(0, 40);
  const signBlock = (signed: JsonObject): Metablock => {
    const payload = olpcJsonBytes(signed);
    const headers = openPgpHeaders('rsa', fingerprint);
    const value = openPgpSign(privateKey, payload, headers);
    return { signed, payload, signatures: [{ keyId: fingerprint, value, openPgp: { headers } }] };
  };
  return { fingerprint, key: publicKey, sign: signBlock };
}

/** For tests: signature headers with a time and the fingerprint (RFC 4880 §5.2.3). */
export function openPgpHeaders(kind: 'rsa' | 'ed25519', fingerprint: string): Uint8Array {
  const time = decodeHex('0502664ad800', 6);
  const issuer = concatBytes(decodeHex('162104', 3), decodeHex(fingerprint, 20));
  const subpackets = concatBytes(time, issuer);
  return concatBytes(
    Uint8Array.of(4, 0, kind === 'rsa' ? 1 : 22, 8, 0, subpackets.length),
    subpackets,
  );
}

/** For tests: the signature value over content and headers (RFC 4880 §5.2.4). */
export function openPgpSign(key: KeyObject, content: Uint8Array, headers: Uint8Array): Uint8Array {
  const message = concatBytes(content, headers, Uint8Array.of(4, 255, 0, 0, 0, headers.length));
  return key.asymmetricKeyType === 'rsa'
    ? sign('sha256', message, key)
    : sign(null, createHash('sha256').update(message).digest(), key);
}

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
