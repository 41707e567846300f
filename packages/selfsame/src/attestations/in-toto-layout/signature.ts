import {
  VerifyError,
  verifySignature,
  type InTotoSignature,
  type PublicKey,
  type SignatureScheme,
} from '@selfsame/verify';
import { parseHeaders, verifyOpenPgp } from './openpgp.js';

/**
 * True when this is a signature of the payload by the key. An OpenPGP signature that says in its signed part which
 * key made it must name the one it stands for; one that is not read counts as none.
 */
export function verifyInTotoSignature(
  payload: Uint8Array,
  { keyId, value, openPgp }: InTotoSignature,
  key: PublicKey,
  scheme?: SignatureScheme | 'openpgp',
): boolean {
  if (scheme !== 'openpgp') {
    return openPgp === undefined && verifySignature(key, payload, value, scheme);
  }
  if (openPgp === undefined) return false;
  try {
    const { fingerprint = keyId } = parseHeaders(openPgp.headers);
    return (
      fingerprint === keyId && verifyOpenPgp(key, payload, { headers: openPgp.headers, value })
    );
  } catch (error) {
    if (error instanceof VerifyError) return false;
    throw error;
  }
}
