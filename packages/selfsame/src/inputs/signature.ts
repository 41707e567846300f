import { readFile } from 'node:fs/promises';
import { SelfsameError } from '../errors/selfsame-error.js';
import { dearmor } from '../download/openpgp/armor.js';
import { verifyDetached } from '../download/openpgp/verify.js';
import { describeVerdict } from '../download/openpgp/verdict.js';
import type { SignatureVerdict } from '../download/openpgp/verdict.js';
import type { InputContext } from './types.js';
import { resolveInWorkspace } from './workspace-path.js';

/** Largest detached signature that is fetched, bytes. */
export const maxSignatureBytes = 1024 ** 2;

export interface SignatureCheck {
  /** What is signed, in words: "the tag v1 of …". */
  readonly what: string;
  /** Absolute path of the signed file, or its bytes. */
  readonly data: string | Uint8Array;
  readonly signature: Uint8Array;
  /** As the recipe names it. */
  readonly keyring: string;
  readonly allowExpiredKeys: boolean;
}

/**
 * Checks a detached OpenPGP signature against a keyring of the workspace. Resolves with the fingerprint of the signer's
 * primary key. Rejects with `SIGNATURE_BAD`, `SIGNATURE_WRONG_KEY`, `SIGNATURE_EXPIRED`, `SIGNATURE_REVOKED`,
 * `SIGNATURE_WEAK`, `KEYRING_UNUSABLE`, `INPUT_NOT_FOUND` or `INPUT_OUTSIDE_WORKSPACE`.
 */
export async function checkSignature(
  check: SignatureCheck,
  context: InputContext,
): Promise<string> {
  const keyring = await readKeyringFile(check.keyring, context);
  const { data, signature } = check;
  const verdict = await verifyDetached({ data, signature, keyring, signal: context.signal });
  if (verdict.result === 'valid') return verdict.fingerprint;
  const madeInTime =
    verdict.result === 'expired' &&
    verdict.keyExpired !== undefined &&
    verdict.created < verdict.keyExpired;
  if (check.allowExpiredKeys && madeInTime) return verdict.fingerprint;
  throw refusal(check, verdict);
}

/** Rejects with `KEYRING_UNUSABLE`, `INPUT_NOT_FOUND` or `INPUT_OUTSIDE_WORKSPACE`. */
async function readKeyringFile(path: string, context: InputContext): Promise<Uint8Array> {
  const absolute = await resolveInWorkspace(path, context);
  const bytes = await readFile(absolute).catch(() => undefined);
  const keys = bytes === undefined ? undefined : dearmor(bytes);
  if (keys !== undefined) return keys;
  throw new SelfsameError('KEYRING_UNUSABLE', `${path} holds no OpenPGP public keys`, {
    hint: `export the signer's key to it: gpg --armor --export FINGERPRINT > ${path}`,
  });
}

function refusal(check: SignatureCheck, verdict: SignatureVerdict): SelfsameError {
  const code = (
    {
      valid: 'SIGNATURE_BAD',
      bad: 'SIGNATURE_BAD',
      'unknown-key': 'SIGNATURE_WRONG_KEY',
      expired: 'SIGNATURE_EXPIRED',
      revoked: 'SIGNATURE_REVOKED',
      weak: 'SIGNATURE_WEAK',
    } as const
  )[verdict.result];
  const hint = {
    valid: '',
    bad: 'nothing was used; get the file and its signature from the project again and compare',
    'unknown-key': `find out whether this key may sign for the project before adding it to ${check.keyring}`,
    expired: `get the renewed key into ${check.keyring}, or, if the signature was made before it expired, set allowExpiredKeys: true`,
    revoked: 'the owner withdrew this key: look for a release signed with another one',
    weak: 'ask the project for a signature made with SHA-256 or better, or rely on the hash alone',
  }[verdict.result];
  const message = `the signature of ${check.what} ${describeVerdict(verdict)}, checked against ${check.keyring}`;
  return new SelfsameError(code, message, { hint, details: { verdict: { ...verdict } } });
}
