// Specification: docs/evidence-files.md "What you trust comes from you".

import type { BuildName } from '../claim/result-claim.js';
import { canonicalDigest, type Sha256Hex } from '../digest/sha256.js';
import type { Envelope } from '../dsse/envelope.js';
import { KnownSignatures } from '../dsse/check-ahead.js';
import { DEFAULT_SIGNATURE_BUDGET, keysById, type SignatureBudget } from '../dsse/verify.js';
import { compareBytewise } from '../encoding/order.js';
import type { PosixTime } from '../encoding/time.js';
import { VerifyError } from '../errors.js';
import { canonicalJson } from '../json/canonical.js';
import { listVotes, verifyLogs, type LoggedClaims } from '../log/logged-claims.js';
import { withRoster } from '../policy/check-policy.js';
import { parsePolicy } from '../policy/parse-policy.js';
import { policyKeys, type Policy } from '../policy/policy.js';
import { openRoster, type OpenedRoster } from '../roster/signed-roster.js';
import { judge } from '../verdict/judge.js';
import type { Verdict } from '../verdict/verdict.js';
import type { EvidenceFile, EvidenceBuild } from './evidence.js';

/**
 * What the person who verifies brings: without it, evidence would vouch for itself.
 * - `policy`: their own policy, which may wait for the roster; the one in the file is not looked at;
 * - `policyDigest`: which policy the file must carry, by the digest that `EvidenceVerdict.policyDigest` gives;
 * - `policyOfFile`: the policy is taken from the file, for showing and never for deciding alone.
 */
export type EvidenceTrust =
  | { readonly policy: Policy }
  | { readonly policyDigest: Sha256Hex }
  | { readonly policyOfFile: true };

export interface JudgedBuild {
  readonly build: BuildName;
  readonly verdict: Verdict;
}

export interface EvidenceVerdict {
  /** There is a build, and all are accepted. */
  readonly accepted: boolean;
  readonly policy: Policy;
  /** sha256 of the canonical JSON of the policy *in the file*. */
  readonly policyDigest: Sha256Hex;
  readonly roster: OpenedRoster | undefined;
  /** Sorted by name. */
  readonly builds: readonly JudgedBuild[];
  /** Undefined where the policy names no log. */
  readonly logs: LoggedClaims | undefined;
}

/**
 * The verdict from one evidence file, the same as from the folder it was packed from. It depends on the set of
 * its parts alone, not on their order.
 *
 * Throws `POLICY_*` and `ROSTER_*` where the policy or its roster can not be used, `EVIDENCE_INVALID` for another
 * policy than the digest says.
 *
 * @param at as in `Question`: never taken from the file
 */
export function judgeEvidence(
  evidence: EvidenceFile,
  trust: EvidenceTrust,
  at?: PosixTime,
): EvidenceVerdict {
  const opened = openTrust(evidence, trust, at);
  const logs = openLogs(evidence, opened.policy);
  const budget = { remaining: DEFAULT_SIGNATURE_BUDGET };
  const builds = joined(evidence.builds).map((one) => judgeBuild(one, opened, logs, at, budget));
  return conclude(opened, logs, builds);
}

/** The same, sooner: signatures are checked on all processors meanwhile. Rejects where `judgeEvidence` throws. */
export async function judgeEvidenceInParallel(
  evidence: EvidenceFile,
  trust: EvidenceTrust,
  at?: PosixTime,
): Promise<EvidenceVerdict> {
  const opened = openTrust(evidence, trust, at);
  const keys = keysById(policyKeys(opened.policy));
  const known = new KnownSignatures();
  const parts = joined(evidence.builds).map((one) => ({
    one,
    checked: known.checkEnvelopes(one.attestations, keys),
  }));
  const logs = openLogs(evidence, opened.policy);
  const budget = { remaining: DEFAULT_SIGNATURE_BUDGET, known };
  const builds: JudgedBuild[] = [];
  for (const { one, checked } of parts) {
    // Those of the builds behind it go on being checked while this one is judged.
    await checked;
    builds.push(judgeBuild(one, opened, logs, at, budget));
  }
  return conclude(opened, logs, builds);
}

/** By what is judged. */
type Opened = Pick<EvidenceVerdict, 'policy' | 'policyDigest' | 'roster'>;

function openTrust(
  evidence: EvidenceFile,
  trust: EvidenceTrust,
  at: PosixTime | undefined,
): Opened {
  const policyDigest = canonicalDigest(evidence.policy);
  if ('policyDigest' in trust && trust.policyDigest !== policyDigest) {
    const what = `the file carries the policy ${policyDigest}, not ${trust.policyDigest}`;
    throw new VerifyError('EVIDENCE_INVALID', what, { path: ['policy'] });
  }
  const base = 'policy' in trust ? trust.policy : parsePolicy(evidence.policy);
  const needsRoster = base.roster !== undefined && base.signers.length === 0;
  const roster = needsRoster ? openRoster(evidence.roster, base.roster, undefined, at) : undefined;
  const policy = roster === undefined ? base : withRoster(base, roster.roster);
  return { policy, policyDigest, roster };
}

function openLogs({ proofs, logs }: EvidenceFile, { log }: Policy): LoggedClaims | undefined {
  return log && verifyLogs(log, proofs, logs);
}

function judgeBuild(
  { build, attestations }: Pick<EvidenceBuild, 'build' | 'attestations'>,
  { policy }: Opened,
  logs: LoggedClaims | undefined,
  at: PosixTime | undefined,
  budget: SignatureBudget,
): JudgedBuild {
  const complete = policy.log && logs && listVotes(logs, policy.log, build);
  const question = {
    build,
    ...(at !== undefined && { at }),
    ...(complete !== undefined && { complete }),
    ...(logs !== undefined && { witnessed: logs.witnessed }),
  };
  return { build, verdict: judge(attestations, policy, question, budget) };
}

function conclude(
  opened: Opened,
  logs: LoggedClaims | undefined,
  builds: readonly JudgedBuild[],
): EvidenceVerdict {
  const accepted = builds.length > 0 && builds.every(({ verdict }) => verdict.accepted);
  return { accepted, ...opened, builds, logs };
}

/** Parts of one build that were packed apart are one, and every build comes in the order of names. */
function joined(builds: readonly EvidenceBuild[]) {
  const byName = new Map<string, { readonly build: BuildName; attestations: Envelope[] }>();
  for (const { build, attestations } of builds) {
    const { project, version, target } = build;
    const id = canonicalJson([project, version, target]);
    const known = byName.get(id) ?? { build, attestations: [] };
    byName.set(id, known);
    for (const one of attestations) known.attestations.push(one);
  }
  return [...byName].sort(([a], [b]) => compareBytewise(a, b)).map(([, one]) => one);
}
