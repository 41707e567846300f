import { sha256Hex, type Sha256Hex } from '../digest/sha256.js';
import { compareBytes } from '../encoding/bytes.js';
import { encodeHex } from '../encoding/hex.js';
import type { Envelope, EnvelopeSignature } from '../dsse/envelope.js';
import { preAuthenticationEncoding } from '../dsse/pae.js';
import { verifyEnvelope, type SignatureBudget } from '../dsse/verify.js';
import type { PublicKey } from '../keys/public-key.js';

/**
 * The set union of envelopes by (payload type, payload) × public key: one envelope per payload, with
 * one signature per trusted key, and the signatures that no trusted key explains kept apart by their
 * bytes (someone else may know the key). The result does not depend on order, repetition or on how
 * signatures were spread over envelopes, so merging in any sequence ends the same.
 *
 * Sorted by sha256 of the signed bytes; signatures by key id and bytes, trusted ones first.
 */
export function mergeEnvelopes(
  envelopes: readonly Envelope[],
  trusted: readonly PublicKey[],
  budget?: SignatureBudget,
): readonly Envelope[] {
  const groups = new Map<Sha256Hex, { first: Envelope; signatures: SignatureSet }>();
  for (const envelope of envelopes) {
    const id = sha256Hex(preAuthenticationEncoding(envelope.payloadType, envelope.payload));
    let group = groups.get(id);
    if (group === undefined) {
      group = { first: envelope, signatures: new SignatureSet() };
      groups.set(id, group);
    }
    const results = verifyEnvelope(envelope, trusted, budget);
    envelope.signatures.forEach((signature, index) => {
      const result = results[index];
      const key = result?.result === 'valid' ? result.key : undefined;
      group.signatures.add(signature, key);
    });
  }
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { first, signatures }]) => ({
      payloadType: first.payloadType,
      payload: first.payload,
      signatures: signatures.sorted(first.signatures[0]),
    }));
}

/** Signatures over one payload. Of equal ones a choice is made that does not depend on their order. */
class SignatureSet {
  readonly #byKey = new Map<string, EnvelopeSignature>();
  readonly #others = new Map<string, EnvelopeSignature>();

  add(entry: EnvelopeSignature, key: PublicKey | undefined): void {
    if (key !== undefined) {
      // A key can sign one payload in several ways on purpose: keep the smallest.
      const known = this.#byKey.get(key.id);
      if (known === undefined || compareBytes(entry.signature, known.signature) < 0) {
        this.#byKey.set(key.id, { keyId: key.id, signature: entry.signature });
      }
      return;
    }
    const bytes = encodeHex(entry.signature);
    const known = this.#others.get(bytes);
    if (known === undefined || entry.keyId < known.keyId) this.#others.set(bytes, entry);
  }

  sorted(fallback: EnvelopeSignature): readonly [EnvelopeSignature, ...EnvelopeSignature[]] {
    const byId = (a: EnvelopeSignature, b: EnvelopeSignature): number => {
      if (a.keyId !== b.keyId) return a.keyId < b.keyId ? -1 : 1;
      return compareBytes(a.signature, b.signature);
    };
    const [first = fallback, ...rest] = [
      ...[...this.#byKey.values()].sort(byId),
      ...[...this.#others.values()].sort(byId),
    ];
    return [first, ...rest];
  }
}
