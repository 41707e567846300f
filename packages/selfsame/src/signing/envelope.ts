// Specification: DSSE v1.0.2 protocol.md "Protocol".

import {
  canonicalJson,
  encodeBase64,
  preAuthenticationEncoding,
  type Envelope,
  type JsonObject,
} from '@selfsame/verify';
import type { PrivateKey } from './private-key.js';

/**
 * An envelope with one signature. Ed25519 is deterministic: the same key over the same payload gives the
 * same envelope, byte for byte.
 */
export function signEnvelope(payloadType: string, payload: Uint8Array, key: PrivateKey): Envelope {
  const signature = key.sign(preAuthenticationEncoding(payloadType, payload));
  return { payloadType, payload, signatures: [{ keyId: key.publicKey.id, signature }] };
}

/** The envelope as canonical JSON and a line feed: equal envelopes are equal files. */
export function formatEnvelope(envelope: Envelope): string {
  return `${canonicalJson(envelopeDocument(envelope))}\n`;
}

/** The same as part of another document. */
export function envelopeDocument(envelope: Envelope): JsonObject {
  return {
    payload: encodeBase64(envelope.payload),
    payloadType: envelope.payloadType,
    signatures: envelope.signatures.map(({ keyId, signature }) => ({
      keyid: keyId,
      sig: encodeBase64(signature),
    })),
  };
}
