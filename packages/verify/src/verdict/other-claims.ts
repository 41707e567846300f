// Specification: docs/claims-and-verdicts.md "What a verdict says".

import type { BuildName } from '../claim/result-claim.js';
import { compareBytewise } from '../encoding/order.js';
import { canonicalJson } from '../json/canonical.js';
import type { CountedVote } from './count-votes.js';
import { INPUTS_NOT_STATED, type OtherClaim } from './verdict.js';

/** Whether two names are of the same build. */
export function sameBuild(a: BuildName, b: BuildName): boolean {
  return a.project === b.project && a.version === b.version && a.target === b.target;
}

/** Votes that are about something else, put together by what they say, sorted. */
export function otherClaims(votes: readonly CountedVote[]): readonly OtherClaim[] {
  const claims = new Map<string, { claim: Omit<OtherClaim, 'signers'>; signers: Set<string> }>();
  for (const { vote, signer } of votes) {
    const { build, inputs = INPUTS_NOT_STATED, outcome } = vote;
    const claim = { build, definition: inputs, outcome };
    const id = canonicalJson({ ...claim, evidence: vote.evidence });
    const found = claims.get(id) ?? { claim, signers: new Set<string>() };
    claims.set(id, found);
    found.signers.add(signer.name);
  }
  return [...claims.entries()]
    .map(([, { claim, signers }]) => ({ ...claim, signers: [...signers].sort() }))
    .sort((a, b) => compareBytewise(canonicalJson(a), canonicalJson(b)));
}
