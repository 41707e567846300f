// Specification: DSSE v1.0.2 protocol.md "Protocol".

import { verifySignature, type PublicKey } from '../keys/public-key.js';
import type { KnownSignatures } from './check-ahead.js';
import type { Envelope, EnvelopeSignature } from './envelope.js';
import { signedMessage, type SignedMessage } from './pae.js';

/** How many signatures may still be checked; shared by all envelopes of one evaluation. */
export interface SignatureBudget {
  remaining: number;
  /** Answers that need not be computed again. They change how long it takes, and nothing else. */
  readonly known?: KnownSignatures;
}

/**
 * Checks beyond those that key ids hint at: at 0.1 ms each, a few seconds for a folder full of junk.
 */
export const DEFAULT_SIGNATURE_BUDGET = 50_000;

export type SignatureResult =
  /** Made by this trusted key over exactly this payload and type. */
  | { readonly result: 'valid'; readonly key: PublicKey }
  /** Names a trusted key but is not its signature, nor any other trusted key's: altered or forged. */
  | { readonly result: 'invalid'; readonly claimedKey: PublicKey }
  /** By none of the trusted keys. */
  | { readonly result: 'untrusted' }
  /** Not by the key it names, if any; the rest was not tried because the budget was used up. Never counts. */
  | { readonly result: 'unchecked' };

/**
 * What each signature of the envelope is worth, in the order of `envelope.signatures`.
 *
 * A key id is only a hint which key to try first: a signature counts for the key that verifies it,
 * whatever id stands beside it. Several signatures by one key give several `valid` results with the
 * same key: count keys by `key.id`, never results. The first tries do not use up the budget, so that
 * junk cannot crowd out honest signatures.
 */
export function verifyEnvelope(
  envelope: Envelope,
  trusted: readonly PublicKey[] | KeysById,
  budget: SignatureBudget = { remaining: DEFAULT_SIGNATURE_BUDGET },
): readonly SignatureResult[] {
  const keys = 'get' in trusted ? trusted : keysById(trusted);
  return verifySignatures(signedMessage(envelope), envelope.signatures, keys, budget);
}

/** The same for signatures over a message that is at hand. */
export function verifySignatures(
  message: SignedMessage,
  signatures: readonly EnvelopeSignature[],
  trusted: KeysById,
  budget: SignatureBudget,
): readonly SignatureResult[] {
  return signatures.map((entry) => verifyOne(message, entry, trusted, budget));
}

/** Keys by their ids, each once. */
export type KeysById = ReadonlyMap<string, PublicKey>;

export function keysById(keys: readonly PublicKey[]): KeysById {
  return new Map(keys.map((key) => [key.id, key]));
}

function verifyOne(
  message: SignedMessage,
  { keyId, signature }: EnvelopeSignature,
  trusted: KeysById,
  budget: SignatureBudget,
): SignatureResult {
  const hinted = trusted.get(keyId);
  if (hinted !== undefined) {
    const known = budget.known?.get(hinted, message, signature);
    if (known ?? verifySignature(hinted, message.bytes, signature)) {
      return { result: 'valid', key: hinted };
    }
  }
  for (const key of trusted.values()) {
    if (key === hinted) continue;
    if (budget.remaining <= 0) return { result: 'unchecked' };
    budget.remaining -= 1;
    if (verifySignature(key, message.bytes, signature)) return { result: 'valid', key };
  }
  return hinted === undefined ? { result: 'untrusted' } : { result: 'invalid', claimedKey: hinted };
}
