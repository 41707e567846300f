// Specification: docs/claims-and-verdicts.md "What is signed".

import { parseResultClaim, type ResultClaim } from '../claim/result-claim.js';
import { sha256Hex, type Sha256Hex } from '../digest/sha256.js';
import type { Envelope, EnvelopeSignature } from '../dsse/envelope.js';
import { signedMessage } from '../dsse/pae.js';
import {
  DEFAULT_SIGNATURE_BUDGET,
  keysById,
  verifySignatures,
  type SignatureBudget,
  type SignatureResult,
} from '../dsse/verify.js';
import { encodeHex } from '../encoding/hex.js';
import { VerifyError, type VerifyErrorCode } from '../errors.js';
import { policyKeys, type Policy } from '../policy/policy.js';
import type { KeyId } from '../roster/roster-key.js';

/** A claim that at least one trusted signer made, and who did. */
export interface SignedClaim {
  readonly claim: ResultClaim;
  /** sha256 of the payload. */
  readonly payload: Sha256Hex;
  /** Names from the policy, sorted, each once. */
  readonly signers: readonly string[];
  /** Ids of their keys that signed it, sorted, each once. */
  readonly keys: readonly KeyId[];
  /** Each key's signatures over it that were found valid: one, unless its owner made several on purpose. */
  readonly signatures: ReadonlyMap<KeyId, readonly Uint8Array[]>;
}

/** Something found that counts for nothing, and why. Sorted by payload, reason and signer. */
export interface SetAside {
  readonly payload: Sha256Hex;
  readonly reason:
    /** No signature by a key of the policy. */
    | 'untrusted'
    /** Names a key of the policy, but the signature does not fit the bytes. */
    | 'bad-signature'
    /** Not examined: too many signatures that no key explains. */
    | 'unchecked'
    /** Signed by a trusted key, but not a result claim. */
    | 'not-a-claim';
  /** For `bad-signature`: whose key it names. For `not-a-claim`: who signed it. */
  readonly signers: readonly string[];
  /** For `not-a-claim`: what is wrong with it. */
  readonly error?: { readonly code: VerifyErrorCode; readonly message: string };
}

export interface CollectedClaims {
  /** Sorted by payload, each payload once. */
  readonly claims: readonly SignedClaim[];
  readonly setAside: readonly SetAside[];
}

/**
 * Verifies envelopes against the keys of a policy, and only then reads what trusted keys signed. The
 * result depends on the set of (payload, signature) pairs alone: not on their order, on repetitions, or
 * on how signatures were spread over envelopes. (Beyond the budget it depends on the order which
 * signatures with misleading key ids are `unchecked`; honest ones never are.)
 */
export function collectClaims(
  envelopes: readonly Envelope[],
  policy: Policy,
  budget: SignatureBudget = { remaining: DEFAULT_SIGNATURE_BUDGET },
): CollectedClaims {
  const owners = new Map<string, string>();
  for (const { name, keys } of policy.signers) for (const key of keys) owners.set(key.id, name);
  const trusted = keysById(policyKeys(policy));

  const messages = new Map<Sha256Hex, Message>();
  for (const envelope of envelopes) {
    const signed = budget.known?.messageOf(envelope) ?? signedMessage(envelope);
    let message = messages.get(signed.sha256);
    if (message === undefined) {
      message = {
        envelope,
        seen: new Set(),
        signers: new Set(),
        signatures: new Map(),
        failures: new Map(),
      };
      messages.set(signed.sha256, message);
    }
    const fresh = unseen(message, envelope);
    verifySignatures(signed, fresh, trusted, budget).forEach((result, index) => {
      record(message, result, fresh[index]?.signature, owners);
    });
  }

  const claims: SignedClaim[] = [];
  const setAside: SetAside[] = [];
  for (const message of messages.values()) {
    const payload = sha256Hex(message.envelope.payload);
    const signers = [...message.signers].sort();
    if (signers.length > 0) {
      const read = readClaim(message.envelope);
      if (read instanceof VerifyError) {
        const error = { code: read.code, message: read.message };
        setAside.push({ payload, reason: 'not-a-claim', signers, error });
      } else {
        const { signatures } = message;
        claims.push({
          claim: read,
          payload,
          signers,
          keys: [...signatures.keys()].sort(),
          signatures,
        });
      }
    }
    for (const [reason, names] of message.failures) {
      setAside.push({ payload, reason, signers: [...names].sort() });
    }
  }
  return {
    claims: claims.sort((a, b) => (a.payload < b.payload ? -1 : 1)),
    setAside: setAside.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)),
  };
}

interface Message {
  readonly envelope: Envelope;
  /** Signatures examined so far, as key id and hexadecimal: copies cost nothing. */
  readonly seen: Set<string>;
  readonly signers: Set<string>;
  readonly signatures: Map<KeyId, Uint8Array[]>;
  readonly failures: Map<Exclude<SetAside['reason'], 'not-a-claim'>, Set<string>>;
}

function unseen(message: Message, envelope: Envelope): readonly EnvelopeSignature[] {
  return envelope.signatures.filter(({ keyId, signature }) => {
    const id = `${encodeHex(signature)} ${keyId}`;
    if (message.seen.has(id)) return false;
    message.seen.add(id);
    return true;
  });
}

function record(
  message: Message,
  result: SignatureResult,
  signature: Uint8Array | undefined,
  owners: ReadonlyMap<string, string>,
): void {
  if (result.result === 'valid') {
    const name = owners.get(result.key.id);
    if (name !== undefined) {
      message.signers.add(name);
      const known = message.signatures.get(result.key.id) ?? [];
      message.signatures.set(result.key.id, [
        ...known,
        ...(signature === undefined ? [] : [signature]),
      ]);
    }
    return;
  }
  const reason = result.result === 'invalid' ? 'bad-signature' : result.result;
  const names = message.failures.get(reason) ?? new Set<string>();
  message.failures.set(reason, names);
  if (result.result === 'invalid') {
    const name = owners.get(result.claimedKey.id);
    if (name !== undefined) names.add(name);
  }
}

function readClaim(envelope: Envelope): ResultClaim | VerifyError {
  try {
    return parseResultClaim(envelope.payloadType, envelope.payload);
  } catch (error) {
    if (error instanceof VerifyError) return error;
    throw error;
  }
}

function sortKey(entry: SetAside): string {
  return [entry.payload, entry.reason, ...entry.signers].join('\n');
}
