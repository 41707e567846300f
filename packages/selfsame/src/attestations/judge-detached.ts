import { VerifyError, verifyMinisign, verifySshSignature } from '@selfsame/verify';
import type { Vote } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { ReadingContext } from './format.js';
import { judgeDetached } from './openpgp/judge-signature.js';
import { parseBundle } from './sigstore/bundle.js';
import { verifyBundle } from './sigstore/verify-bundle.js';

/** What a vote says of its signature. */
export type Judged = Pick<Vote, 'key' | 'signature' | 'reason'>;

/** Longest signature file, bytes. */
const maxSignatureBytes = 1024 ** 2;
/** What `ssh-keygen -Y sign` is told for files (ssh-keygen(1)): signatures for other purposes do not count. */
export const sshNamespace = 'file';

/** How the files of signatures beside a document end. What is in them is found by looking. */
export const signatureSuffix = /\.(?:asc|sig|gpg|sign|minisig|sshsig|sigstore(?:\.json)?)$/;

/**
 * Judges the signatures of a file over `data`, whichever program made it: OpenPGP, SSH, minisign, signify or
 * sigstore. At least one. Never throws for what the files hold.
 */
export async function judgeSignatureFile(
  data: Uint8Array,
  signature: Uint8Array,
  context: ReadingContext,
): Promise<readonly Judged[]> {
  if (signature.length > maxSignatureBytes) return [malformed('the signature is too large')];
  const text = Buffer.from(signature).toString('latin1');
  if (text.startsWith('-----BEGIN SSH SIGNATURE-----')) return [ssh(text, data)];
  if (text.startsWith('untrusted comment:')) return [minisign(text, data, context)];
  if (text.startsWith('{')) return [sigstore(signature, data, context)];
  const judged = await judgeDetached(data, signature, context.certificates, context.at);
  return judged.map(({ key, state, reason }) => ({
    key,
    signature: state,
    ...(reason !== undefined && { reason }),
  }));
}

function ssh(text: string, data: Uint8Array): Judged {
  return caught(() => ({
    key: verifySshSignature(text, data, sshNamespace).id,
    signature: 'valid',
  }));
}

/** The files name their key by a number that anyone can choose: the keys of the policy are tried. */
function minisign(text: string, data: Uint8Array, { keys, budget }: ReadingContext): Judged {
  for (const key of keys) {
    if (key.kind !== 'ed25519') continue;
    if (budget.remaining <= 0) {
      const reason = 'too many signatures that no key explains';
      return { key: undefined, signature: 'unchecked', reason };
    }
    budget.remaining -= 1;
    const judged = caught(() => {
      verifyMinisign(text, data, key);
      return { key: key.id, signature: 'valid' };
    });
    if (judged.signature !== 'bad') return judged;
  }
  const reason = 'no key of the policy made this signature over these bytes';
  return { key: undefined, signature: 'unknown-key', reason };
}

function sigstore(signature: Uint8Array, message: Uint8Array, context: ReadingContext): Judged {
  const { trustedRoot, at } = context;
  return caught(() => {
    const bundle = parseBundle(signature);
    if (trustedRoot === undefined) {
      const reason = 'a sigstore bundle can only be checked with a trusted root';
      return { key: undefined, signature: 'unchecked', reason };
    }
    const verified = verifyBundle(bundle, { root: trustedRoot, message, logs: 1, now: at });
    if (verified.content.kind === 'message') {
      return { key: verified.signer.keyId, signature: 'valid' };
    }
    return malformed('the bundle signs a statement, not this file');
  });
}

/** What the errors of the trust core, and of what reads bundles, are for a vote. */
export function caught(check: () => Judged): Judged {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof VerifyError || error instanceof SelfsameError)) throw error;
    const isBad = /^(?:SIGNATURE_INVALID|PROOF_INVALID|CERTIFICATE_INVALID)$/.test(error.code);
    const isUnsupported = error.code === 'BUNDLE_UNSUPPORTED';
    const state = isBad ? 'bad' : isUnsupported ? 'unchecked' : 'malformed';
    return { key: undefined, signature: state, reason: error.message };
  }
}

export function malformed(reason: string): Judged {
  return { key: undefined, signature: 'malformed', reason };
}
