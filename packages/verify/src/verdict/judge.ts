import type { Envelope } from '../dsse/envelope.js';
import type { SignatureBudget } from '../dsse/verify.js';
import { checkPolicy } from '../policy/check-policy.js';
import type { Policy } from '../policy/policy.js';
import { collectClaims, type SignedClaim } from './collect-claims.js';
import { judgeVotes } from './judge-votes.js';
import type { Question, Verdict } from './verdict.js';
import type { Vote } from './vote.js';

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
  checkPolicy(policy);
  const { claims, setAside } = collectClaims(envelopes, policy, budget);
  const votes = [...claims.flatMap(claimVotes), ...others];
  return { ...judgeVotes(votes, policy, question), setAside };
}

/** A claim as votes: one for each key that signed it. */
export function claimVotes({ claim, payload, keys }: SignedClaim): readonly Vote[] {
  return keys.map((key) => ({
    key,
    signature: 'valid',
    evidence: payload,
    format: 'claim',
    build: claim.build,
    inputs: claim.definition,
    outcome: claim.outcome,
    artifacts: claim.artifacts,
  }));
}
