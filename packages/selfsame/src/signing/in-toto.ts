// Specification: in-toto specification 1.0 §4.1, §4.4.

import {
  canonicalJson,
  encodeHex,
  inTotoKeyIds,
  olpcJsonBytes,
  type InTotoSignature,
  type JsonObject,
  type Link,
  type Metablock,
} from '@selfsame/verify';
import type { PrivateKey } from './private-key.js';

/** The `signed` part of a link, in a form that stock in-toto reads. */
export function linkDocument(link: Link): JsonObject {
  return { _type: 'link', ...link };
}

/** A link or layout as a file. */
export function formatMetablock({ signed, signatures }: Metablock): string {
  const list = signatures.map(({ keyId, value, openPgp }) =>
    openPgp === undefined
      ? { keyid: keyId, sig: encodeHex(value) }
      : { keyid: keyId, other_headers: encodeHex(openPgp.headers), signature: encodeHex(value) },
  );
  return `${canonicalJson({ signatures: list, signed })}\n`;
}

/** Signs a link or layout with Ed25519, under the key id that securesystemslib and rebuilderd compute. */
export function signMetablock(signed: JsonObject, keys: readonly PrivateKey[]): Metablock {
  const payload = olpcJsonBytes(signed);
  const signatures = keys.map((key) => {
    const [keyId] = inTotoKeyIds(key.publicKey);
    return { keyId, value: key.sign(payload) };
  });
  return { signed, payload, signatures };
}

/** A detached OpenPGP signature over `payload` as in-toto writes it. @param fingerprint of the key that signed. */
export function openPgpMetablockSignature(
  fingerprint: string,
  { headers, value }: { readonly headers: Uint8Array; readonly value: Uint8Array },
): InTotoSignature {
  return { keyId: fingerprint, value, openPgp: { headers } };
}
