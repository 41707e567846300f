// Specification: docs/claims-and-verdicts.md "What a verdict says".

import type { Envelope } from '../dsse/envelope.js';
import type { SignatureBudget } from '../dsse/verify.js';
import type { Policy } from '../policy/policy.js';
import { collectClaims, type SignedClaim } from './collect-claims.js';
import { judgeVotes } from './judge-votes.js';
import type { Question, Verdict } from './verdict.js';
import type { Vote, WitnessedEntry } from './vote.js';
import { formatLogEntry } from '../log/entry.js';
import { leafHash } from '../log/merkle.js';
import { encodeHex } from '../encoding/hex.js';

/**
 * The verdict of a policy over a pile of envelopes with result claims, and over votes that came in other
 * formats: `judgeVotes` says what it means.
 *
 * Throws `POLICY_*` for a policy that is not sound; never for anything in an envelope.
 */
export function judge(
  envelopes: readonly Envelope[],
  policy: Policy,
  question: Question = {},
  budget?: SignatureBudget,
  others: readonly Vote[] = [],
): Verdict {
  const { claims, setAside } = collectClaims(envelopes, policy, budget);
  const votes = [...claims.flatMap((one) => witnessedVotes(one, question.witnessed)), ...others];
  return { ...judgeVotes(votes, policy, question), setAside };
}

/** A claim as votes: one for each key that signed it. */
export function claimVotes(claim: SignedClaim): readonly Vote[] {
  return witnessedVotes(claim, undefined);
}

/** @param witnessed what logs hold, by the hash of the leaf (`verifyLogs`) */
function witnessedVotes(
  { claim, payload, keys, signatures }: SignedClaim,
  witnessed: ReadonlyMap<string, WitnessedEntry> | undefined,
): readonly Vote[] {
  return keys.map((key) => {
    const { build, definition, outcome, artifacts } = claim;
    const entries = (witnessed === undefined ? [] : (signatures.get(key) ?? [])).flatMap(
      (signature) => {
        const entry = formatLogEntry({ build, definition, outcome, payload, key, signature });
        return witnessed?.get(encodeHex(leafHash(entry))) ?? [];
      },
    );
    // Whoever signs twice made the claim with the first one.
    const [first] = entries.sort(
      (a, b) => a.time - b.time || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1),
    );
    return {
      key,
      signature: 'valid',
      evidence: payload,
      format: 'claim',
      build,
      inputs: definition,
      outcome,
      artifacts,
      ...(first !== undefined && { witnessed: first }),
    };
  });
}
