import {
  config,
  createMessage,
  enums,
  readCleartextMessage,
  readKeys,
  readSignature,
  verify,
} from 'openpgp';
import type { Key } from 'openpgp';
import { bestVerdict } from './verdict.js';
import type { ClearSignedResult } from './verify.js';
import type { SignatureVerdict } from './verdict.js';

type VerificationResult = Awaited<ReturnType<typeof verify>>['signatures'][number];

const strong = new Set([enums.hash.sha256, enums.hash.sha384, enums.hash.sha512]);

/** As `verifyDetached`, for hosts without gpgv. `signature` and `keyring` are binary. */
export async function verifyDetachedInProcess(
  data: Uint8Array,
  signature: Uint8Array,
  keyring: Uint8Array,
): Promise<SignatureVerdict> {
  try {
    const keys = await readKeys({ binaryKeys: keyring });
    const parsed = await readSignature({ binarySignature: signature });
    const message = await createMessage({ binary: data });
    const result = await verify({ message, signature: parsed, verificationKeys: keys, config });
    return bestVerdict(await Promise.all(result.signatures.map((one) => judge(one, keys))));
  } catch (error) {
    return unreadable(error);
  }
}

/** As `verifyClearSigned`, for hosts without gpgv. `keyring` is binary. */
export async function verifyClearSignedInProcess(
  message: Uint8Array,
  keyring: Uint8Array,
): Promise<ClearSignedResult> {
  try {
    const keys = await readKeys({ binaryKeys: keyring });
    const parsed = await readCleartextMessage({
      cleartextMessage: Buffer.from(message).toString('utf8'),
    });
    const result = await verify({ message: parsed, verificationKeys: keys });
    const all = await Promise.all(result.signatures.map((one) => judge(one, keys)));
    return { verdict: bestVerdict(all), all, content: Buffer.from(`${parsed.getText()}\n`) };
  } catch (error) {
    return { verdict: unreadable(error), all: [], content: undefined };
  }
}

async function judge(one: VerificationResult, keys: readonly Key[]): Promise<SignatureVerdict> {
  const keyId = one.keyID.toHex().toUpperCase();
  const key = keys.find((candidate) => candidate.getKeys(one.keyID).length > 0);
  if (key === undefined) return { result: 'unknown-key', keyId };
  const fingerprint = key.getFingerprint().toUpperCase();
  const signedBy = key.getKeys(one.keyID)[0]?.getFingerprint().toUpperCase() ?? fingerprint;
  const packet = (await one.signature).packets[0];
  const created = packet?.created instanceof Date ? packet.created : undefined;
  const hash = packet?.hashAlgorithm ?? undefined;
  if (hash !== undefined && !strong.has(hash)) {
    return { result: 'weak', reason: `made with hash algorithm ${hash}` };
  }
  try {
    await one.verified;
  } catch (error) {
    if (await key.isRevoked()) return { result: 'revoked', fingerprint };
    const expires = await key.getExpirationTime();
    const message = error instanceof Error ? error.message : '';
    if (/expired/i.test(message) && created !== undefined) {
      const keyExpired = expires instanceof Date ? Math.floor(expires.getTime() / 1000) : undefined;
      const seconds = Math.floor(created.getTime() / 1000);
      return { result: 'expired', fingerprint, signedBy, created: seconds, keyExpired };
    }
    if (/insecure|weak/i.test(message)) return { result: 'weak', reason: message };
    return { result: 'bad', reason: 'what is signed was changed after signing' };
  }
  // The library judges a key at the time of the signature; here it must be good now as well.
  const now = new Date();
  if (await key.isRevoked()) return { result: 'revoked', fingerprint };
  if (created === undefined) return { result: 'bad', reason: 'the signature has no time' };
  const seconds = Math.floor(created.getTime() / 1000);
  const expires = await key.getExpirationTime();
  if (expires instanceof Date && expires < now) {
    const keyExpired = Math.floor(expires.getTime() / 1000);
    return { result: 'expired', fingerprint, signedBy, created: seconds, keyExpired };
  }
  return { result: 'valid', fingerprint, signedBy, created: seconds };
}

function unreadable(error: unknown): SignatureVerdict {
  const reason = error instanceof Error ? error.message : String(error);
  return { result: 'bad', reason };
}
