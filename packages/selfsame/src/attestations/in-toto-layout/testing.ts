import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import {
  olpcJsonBytes,
  publicKeyFromSpki,
  sha256Hex,
  type JsonObject,
  type Link,
  type Metablock,
  type PublicKey,
} from '@selfsame/verify';
import { openPgpMetablockSignature, signMetablock } from '../../signing/in-toto.js';
import { PrivateKey } from '../../signing/private-key.js';
import { inTotoOpenPgpKey, inTotoPublicKey, parseInTotoKey, type InTotoKey } from './layout-key.js';
import type { OpenPgpKeyPacket } from './openpgp.js';

/** For tests: somebody who signs links, with a key object for layouts. */
export interface TestFunctionary {
  readonly id: string;
  readonly object: JsonObject & { readonly keyid: string };
  readonly sign: (signed: JsonObject) => Metablock;
  readonly subkeys: readonly TestFunctionary[];
}

/** For tests: a functionary with an Ed25519 key that is the same in every run. */
export function ed25519Functionary(name: string): TestFunctionary {
  const key = new PrivateKey(Buffer.from(sha256Hex(`test key ${name}`), 'hex'));
  const object = inTotoPublicKey(key.publicKey);
  return { id: object.keyid, object, sign: (signed) => signMetablock(signed, [key]), subkeys: [] };
}

/** For tests: a P-256 key or an RSA key with PSS. */
export function plainFunctionary(kind: 'ecdsa-p256' | 'rsa'): TestFunctionary {
  const { privateKey, publicKey } = newPair(kind);
  const object = inTotoPublicKey(publicKey);
  const options = kind === 'rsa' ? { key: privateKey, padding: 6, saltLength: 32 } : privateKey;
  const signBlock = (signed: JsonObject): Metablock => {
    const payload = olpcJsonBytes(signed);
    return {
      signed,
      payload,
      signatures: [{ keyId: object.keyid, value: sign('sha256', payload, options) }],
    };
  };
  return { id: object.keyid, object, sign: signBlock, subkeys: [] };
}

/** For tests: an OpenPGP key with signatures as gpg makes them; the fingerprints are made up. */
export function openPgpFunctionary(
  name: string,
  kind: 'rsa' | 'ed25519',
  subkeys = 0,
): TestFunctionary {
  const below = Array.from({ length: subkeys }, (_, at) =>
    openPgpFunctionary(`${name}/${at}`, kind),
  );
  const { privateKey, publicKey } = newPair(kind);
  const fingerprint = sha256Hex(name).slice(0, 40);
  const packet = (id: string, key: PublicKey): OpenPgpKeyPacket => ({
    fingerprint: id,
    isSubkey: false,
    created: 1_600_000_000,
    key,
  });
  const object = inTotoOpenPgpKey(
    packet(fingerprint, publicKey),
    below.map((subkey) => packet(subkey.id, subkeyKey(subkey))),
  );
  const signBlock = (signed: JsonObject): Metablock => {
    const payload = olpcJsonBytes(signed);
    const headers = openPgpHeaders(kind, fingerprint);
    const value = openPgpSign(privateKey, payload, headers);
    const signature = { headers, value, fingerprint, created: undefined };
    return { signed, payload, signatures: [openPgpMetablockSignature(fingerprint, signature)] };
  };
  return { id: fingerprint, object, sign: signBlock, subkeys: below };
}

/** For tests: signature headers with a time and the fingerprint (RFC 4880 §5.2.3). */
export function openPgpHeaders(kind: 'rsa' | 'ed25519', fingerprint: string): Uint8Array {
  const subpackets = Buffer.from(`0502664ad800162104${fingerprint}`, 'hex');
  const start = [4, 0, kind === 'rsa' ? 1 : 22, 8, 0, subpackets.length];
  return Buffer.concat([Uint8Array.from(start), subpackets]);
}

/** For tests: the signature value over content and headers (RFC 4880 §5.2.4). */
export function openPgpSign(key: KeyObject, content: Uint8Array, headers: Uint8Array): Uint8Array {
  const end = Uint8Array.of(4, 255, 0, 0, 0, headers.length);
  const message = Buffer.concat([content, headers, end]);
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

/** For tests: the functionary's key as it stands in a layout. */
export function keyOf({ id, object }: TestFunctionary): InTotoKey {
  return parseInTotoKey(object, id, []);
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

function subkeyKey(functionary: TestFunctionary): PublicKey {
  return keyOf(functionary).key;
}
