import { sha256Hex, type Sha256Hex } from '../digest/sha256.js';
import { concatBytes } from '../encoding/bytes.js';
import type { Envelope } from './envelope.js';

/**
 * What a DSSE signature is made over (DSSE protocol v1.0.2, "pre-authentication encoding"):
 * `DSSEv1 SP LEN(type) SP type SP LEN(payload) SP payload`, lengths as decimal counts of bytes.
 */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const length = Buffer.byteLength(payloadType);
  const head = `DSSEv1 ${length} ${payloadType} ${payload.length} `;
  return concatBytes(Buffer.from(head), payload);
}

/** What the signatures of an envelope are made over, and what tells it from other messages. */
export interface SignedMessage {
  readonly bytes: Uint8Array;
  readonly sha256: Sha256Hex;
}

/** The message of an envelope, whose signatures may be over something else. */
export function signedMessage({ payloadType, payload }: Envelope): SignedMessage {
  const bytes = preAuthenticationEncoding(payloadType, payload);
  return { bytes, sha256: sha256Hex(bytes) };
}
