// Specification: DSSE v1.0.2 protocol.md "Protocol".

import type { PrivateKey } from '../keys/private-key.js';
import type { Envelope } from './envelope.js';
import { preAuthenticationEncoding } from './pae.js';

/**
 * An envelope with one signature. Ed25519 is deterministic: the same key over the same payload gives the
 * same envelope, byte for byte.
 */
export function signEnvelope(payloadType: string, payload: Uint8Array, key: PrivateKey): Envelope {
  const signature = key.sign(preAuthenticationEncoding(payloadType, payload));
  return { payloadType, payload, signatures: [{ keyId: key.publicKey.id, signature }] };
}
