import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { concatBytes } from '../encoding/bytes.js';
import { decodeHex } from '../encoding/hex.js';
import type { Link } from '../in-toto/link.js';
import { openPgpMetablockSignature, type Metablock } from '../in-toto/metablock.js';
import { sha256Hex } from '../digest/sha256.js';
import { olpcJsonBytes } from '../json/canonical.js';
import type { JsonObject } from '../json/value.js';
import { publicKeyFromSpki, type PublicKey } from '../keys/public-key.js';

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
    const signature = { headers, value, fingerprint, created: undefined };
    return { signed, payload, signatures: [openPgpMetablockSignature(fingerprint, signature)] };
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
