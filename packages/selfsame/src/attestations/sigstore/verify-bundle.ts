import { X509Certificate } from 'node:crypto';
import {
  preAuthenticationEncoding,
  publicKeyToSpki,
  sha256Hex,
  VerifyError,
  verifySignature,
} from '@selfsame/verify';
import type { KeyId, PosixTime, PublicKey } from '@selfsame/verify';
import { SelfsameError } from '../../errors/selfsame-error.js';
import type { Bundle } from './bundle.js';
import { certifiedKey } from './certificate.js';
import { verifyLogEntry } from './log-entry.js';
import type { TrustedRoot } from './trusted-root.js';

export interface BundleQuestion {
  /** Whom to believe; not needed for a bundle signed with a key when no log entry is asked for. */
  readonly root: TrustedRoot;
  /** For bundles without certificate: the key that must have signed. */
  readonly key?: PublicKey;
  /** For message signatures: the bytes that were signed. */
  readonly message?: Uint8Array;
  /** From how many different logs entries must be there. A certificate needs at least one, for the time. */
  readonly logs: number;
  readonly now: PosixTime;
}

export interface VerifiedBundle {
  readonly signer:
    | { readonly kind: 'key'; readonly keyId: KeyId; readonly key: PublicKey }
    | {
        readonly kind: 'certificate';
        readonly keyId: KeyId;
        readonly identity: string;
        readonly issuer: string;
      };
  readonly content:
    | { readonly kind: 'envelope'; readonly payloadType: string; readonly payload: Uint8Array }
    | { readonly kind: 'message'; readonly sha256: string };
  /** Logs whose entries were verified, each once. Sorted. */
  readonly logs: readonly string[];
  /** Earliest time that a log signed for. */
  readonly time: PosixTime | undefined;
  /** What stock verifiers check and this does not; to be shown with the result. */
  readonly notChecked: readonly 'certificate-transparency'[];
}

/**
 * Verifies a bundle offline: the signature, who made it, and every log entry it shows, each of which must
 * be right. Entries of logs that are not in the root do not count. Throws `SIGNATURE_INVALID`,
 * `CERTIFICATE_INVALID`, `PROOF_INVALID`, `BUNDLE_INVALID`; and `BUNDLE_UNSUPPORTED` for certificates whose
 * time is shown by RFC 3161 timestamps, and for log entries of other kinds (Rekor version 2).
 */
export function verifyBundle(bundle: Bundle, question: BundleQuestion): VerifiedBundle {
  const { signed, payload, signature, content } = signedPart(bundle, question);
  const { certificate } = bundle;
  if (certificate !== undefined && bundle.hasTimestamps) {
    throw new SelfsameError('BUNDLE_UNSUPPORTED', 'RFC 3161 timestamps are not read');
  }
  const holder = certificate ?? question.key;
  if (holder === undefined)
    throw new SelfsameError('BUNDLE_INVALID', 'no key was given for this bundle');
  const verifier = holder instanceof X509Certificate ? holder.raw : publicKeyToSpki(holder);

  const logs = new Set<string>();
  const times: PosixTime[] = [];
  for (const entry of bundle.entries) {
    const log = question.root.logs.find(
      ({ id, since, until = Infinity }) =>
        id === entry.logId && since <= entry.integratedTime && entry.integratedTime <= until,
    );
    if (log === undefined) continue;
    verifyLogEntry(entry, log, { signed, payload, signature, verifier });
    if (entry.integratedTime > question.now) {
      throw new SelfsameError('BUNDLE_INVALID', 'the log entry is from the future');
    }
    // Logs are told apart by their keys: one shown twice is one.
    logs.add(log.key.id);
    times.push(entry.integratedTime);
  }
  if (!Number.isSafeInteger(question.logs) || logs.size < question.logs) {
    throw new SelfsameError(
      'BUNDLE_INVALID',
      `entries of ${logs.size} known logs, not ${question.logs}`,
    );
  }
  const time = times.length === 0 ? undefined : Math.min(...times);

  let key: PublicKey;
  let signer: VerifiedBundle['signer'];
  if (holder instanceof X509Certificate) {
    if (time === undefined)
      throw new SelfsameError('BUNDLE_INVALID', 'no known log says when this was signed');
    const certified = certifiedKey(holder, question.root.authorities, time);
    const { identity, issuer } = certified;
    key = certified.key;
    signer = { kind: 'certificate', keyId: `sigstore:${issuer} ${identity}`, identity, issuer };
  } else {
    key = holder;
    signer = { kind: 'key', keyId: key.id, key };
  }
  if (!verifySignature(key, signed, signature)) {
    throw new VerifyError('SIGNATURE_INVALID', 'the signature is not by this key over these bytes');
  }
  const notChecked = certificate === undefined ? [] : (['certificate-transparency'] as const);
  return { signer, content, logs: [...logs].sort(), time, notChecked };
}

function signedPart({ content }: Bundle, { message }: BundleQuestion) {
  if (content.kind === 'envelope') {
    const { payloadType, payload, signatures } = content.envelope;
    return {
      signed: preAuthenticationEncoding(payloadType, payload),
      payload,
      signature: signatures[0].signature,
      content: { kind: 'envelope', payloadType, payload } as const,
    };
  }
  if (message === undefined)
    throw new SelfsameError('BUNDLE_INVALID', 'the signed file was not given');
  const sha256 = sha256Hex(message);
  if (content.sha256 !== undefined && content.sha256 !== sha256) {
    throw new SelfsameError('BUNDLE_INVALID', 'the bundle is about another file');
  }
  return {
    signed: message,
    payload: undefined,
    signature: content.signature,
    content: { kind: 'message', sha256 } as const,
  };
}
