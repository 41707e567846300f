import { concatBytes } from '../encoding/bytes.js';

/**
 * What a DSSE signature is made over (DSSE protocol v1.0.2, "pre-authentication encoding"):
 * `DSSEv1 SP LEN(type) SP type SP LEN(payload) SP payload`, lengths as decimal counts of bytes.
 */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const length = Buffer.byteLength(payloadType);
  const head = `DSSEv1 ${length} ${payloadType} ${payload.length} `;
  return concatBytes(Buffer.from(head), payload);
}
