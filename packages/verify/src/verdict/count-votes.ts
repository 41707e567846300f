// Specification: docs/claims-and-verdicts.md "What a verdict says", docs/rosters.md "Keys that change", docs/policies.md "Ask for a log".

import type { Sha256Hex } from '../digest/sha256.js';
import type { PosixTime } from '../encoding/time.js';
import type { Policy } from '../policy/policy.js';
import { isWithin, type KeyId, type RosterKey } from '../roster/roster-key.js';
import type { RosterSigner } from '../roster/roster.js';
import { attributeValues } from '../strength/domains.js';
import { listedId, type CompleteList } from './completeness.js';
import type { SignatureState, Vote } from './vote.js';

/**
 * Why a vote does not count: its signature is not valid, or
 * - `not-in-roster`: by a key that no signer of the policy has;
 * - `outside-window`: the roster says that the key, or the signer, was not valid then;
 * - `time-unknown`: the key is valid for a time only, and nothing says when it signed;
 * - `contradicts-roster`: the evidence shows another attribute than the roster gives the signer;
 * - `not-logged`: the policy wants a log proof with more witnesses than there are;
 * - `not-listed`: it is not in the log's list of all votes for the build.
 */
export type NotCountedReason =
  | Exclude<SignatureState, 'valid'>
  | 'not-in-roster'
  | 'outside-window'
  | 'time-unknown'
  | 'contradicts-roster'
  | 'not-logged'
  | 'not-listed';

/** A vote that does not count, and why. */
export interface NotCounted {
  /** Whose key it is; undefined when nobody's in the roster. */
  readonly signer: string | undefined;
  readonly key: KeyId | undefined;
  readonly reason: NotCountedReason;
  /** In words: one sentence without a full stop. */
  readonly why: string;
  readonly evidence: Sha256Hex;
  readonly format: string;
  /** Names in it, sorted: where it would have counted. */
  readonly paths: readonly string[];
}

export interface CountedVote {
  readonly vote: Vote;
  readonly signer: RosterSigner;
}

/** What the checks of a vote may look at. */
interface Circumstances {
  readonly policy: Policy;
  readonly at: PosixTime | undefined;
  /** Ids of listed votes; undefined where the policy does not ask for a list. */
  readonly listed: ReadonlySet<string> | undefined;
}

type Problem = { readonly reason: NotCountedReason; readonly why: string } | undefined;

/** Every check a vote must pass, in the order in which the first failure is named. */
const checks: readonly ((
  vote: Vote,
  circumstances: Circumstances,
  signer: RosterSigner,
  key: RosterKey,
) => Problem)[] = [checkLogged, checkListed, checkWindow, checkAttributes];

/**
 * Parts votes into those that count, with their signers, and those that do not, with reasons. A copy that
 * counts stands for all copies of a vote. Both lists depend on the set of votes alone.
 *
 * @param list what a log lists, believed; undefined where the policy does not ask for it
 */
export function countVotes(
  votes: readonly Vote[],
  policy: Policy,
  at: PosixTime | undefined,
  list: CompleteList | undefined,
): { readonly counted: readonly CountedVote[]; readonly notCounted: readonly NotCounted[] } {
  const listed = list && new Set(list.votes.map(listedId));
  const circumstances = { policy, at, listed };
  const owners = new Map(
    policy.signers.flatMap((signer) =>
      signer.keys.map((key) => [key.id, { signer, key }] as const),
    ),
  );
  const counted: CountedVote[] = [];
  const failed: NotCounted[] = [];
  for (const vote of votes) {
    const owner = vote.key === undefined ? undefined : owners.get(vote.key);
    const problem = checkSignature(vote) ?? problemOf(vote, circumstances, owner);
    if (problem === undefined && owner !== undefined) counted.push({ vote, signer: owner.signer });
    else failed.push(notCounted(vote, owner?.signer, problem));
  }
  const passed = new Set(counted.map(({ vote }) => listedId(vote)));
  const unique = new Map(
    failed.filter((one) => !passed.has(listedId(one))).map((one) => [JSON.stringify(one), one]),
  );
  return {
    counted,
    notCounted: [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one),
  };
}

function problemOf(
  vote: Vote,
  circumstances: Circumstances,
  owner: { readonly signer: RosterSigner; readonly key: RosterKey } | undefined,
): Problem {
  if (owner === undefined) {
    return { reason: 'not-in-roster', why: 'no signer of the policy has this key' };
  }
  for (const check of checks) {
    const problem = check(vote, circumstances, owner.signer, owner.key);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function checkSignature({ signature, reason }: Vote): Problem {
  return signature === 'valid'
    ? undefined
    : { reason: signature, why: reason ?? `its signature is ${signature}` };
}

/** A key is judged at the time that witnesses vouch for; the signer's own word for it is worth nothing. */
function checkWindow(
  vote: Vote,
  { policy, at }: Circumstances,
  signer: RosterSigner,
  key: RosterKey,
): Problem {
  const windows = [key, signer].filter(
    ({ since, until }) => since !== undefined || until !== undefined,
  );
  if (windows.length === 0) return undefined;
  const time = isWitnessed(vote, policy) ? vote.witnessed?.time : at;
  if (time === undefined) {
    const why = 'its key is valid for a time only, and nothing says when it signed';
    return { reason: 'time-unknown', why };
  }
  if (windows.every((window) => isWithin(window, time))) return undefined;
  const when = time === at ? 'now, and no witness saw it earlier' : 'when it was witnessed';
  return { reason: 'outside-window', why: `its key is not valid ${when}` };
}

function checkAttributes(
  { attributes = {} }: Vote,
  _: Circumstances,
  signer: RosterSigner,
): Problem {
  for (const [name, shown] of Object.entries(attributes)) {
    const known = attributeValues(signer.attributes, name);
    if (known.length === 0 || known.includes(shown)) continue;
    const why = `it shows ${name} ${shown}, but the roster says ${known.join(', ')}`;
    return { reason: 'contradicts-roster', why };
  }
  return undefined;
}

function checkLogged(vote: Vote, { policy }: Circumstances): Problem {
  if (policy.log?.votes !== 'required' || isWitnessed(vote, policy)) return undefined;
  const found = new Set(vote.witnessed?.witnesses ?? []).size;
  const wanted = policy.log.witnesses.threshold;
  return { reason: 'not-logged', why: `its log proof has ${found} of ${wanted} witnesses needed` };
}

function checkListed(vote: Vote, { listed }: Circumstances): Problem {
  if (listed === undefined || listed.has(listedId(vote))) return undefined;
  return { reason: 'not-listed', why: "the log's list of votes does not have it" };
}

/** Whether enough different witnesses of the policy saw the vote. Without a log rule, nobody is a witness. */
function isWitnessed({ witnessed }: Vote, { log }: Policy): boolean {
  if (witnessed === undefined || log === undefined) return false;
  return new Set(witnessed.witnesses).size >= log.witnesses.threshold;
}

function notCounted(vote: Vote, signer: RosterSigner | undefined, problem: Problem): NotCounted {
  return {
    signer: signer?.name,
    key: vote.key,
    reason: problem?.reason ?? 'not-in-roster',
    why: problem?.why ?? '',
    evidence: vote.evidence,
    format: vote.format,
    paths: [...new Set(vote.artifacts.map(({ path }) => path))].sort(),
  };
}
