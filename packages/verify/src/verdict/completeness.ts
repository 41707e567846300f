// Specification: docs/policies.md "Ask for a log".

import type { BuildName } from '../claim/result-claim.js';
import type { Sha256Hex } from '../digest/sha256.js';
import type { PosixTime } from '../encoding/time.js';
import type { LogRule } from '../policy/policy.js';
import type { KeyId } from '../roster/roster-key.js';
import { sameBuild } from './other-claims.js';
import type { Vote } from './vote.js';

/** One vote in a list: what was signed, and by which key. */
export interface ListedVote {
  readonly evidence: Sha256Hex;
  readonly key: KeyId;
}

/**
 * Every vote that a log holds for a build, up to a witnessed checkpoint. Whoever hands it in has verified
 * that it is all: this package only reads what is in it.
 */
export interface CompleteList {
  readonly build: BuildName;
  readonly votes: readonly ListedVote[];
  /** Of the checkpoint, as witnesses say. */
  readonly time: PosixTime;
  /** Witnesses of the policy that cosigned the checkpoint, each once. */
  readonly witnesses: readonly string[];
}

/**
 * Whether what is at hand is all that the log lists. `no-list`: none for this build was handed in;
 * `too-few-witnesses`; `stale`: older than the policy allows, or no time was given to judge by;
 * `withheld`: it lists votes that are not at hand.
 */
export interface Completeness {
  readonly state: 'complete' | 'no-list' | 'too-few-witnesses' | 'stale' | 'withheld';
  /** What is not at hand. Sorted. */
  readonly missing: readonly ListedVote[];
}

/**
 * Compares votes with the log's list. This is what makes withholding useless: a vote that is listed can not
 * be left out without the verdict being refused, and one that is not listed has no say either way
 * (`count-votes.ts`). Votes by keys of nobody in the policy are not missed. A log must check signatures
 * before it lists a vote: one with junk in a signer's name makes every verdict incomplete.
 *
 * @param keys of all signers of the policy
 */
export function checkCompleteness(
  votes: readonly Vote[],
  list: CompleteList | undefined,
  rule: LogRule,
  keys: ReadonlySet<KeyId>,
  { build, at }: { readonly build?: BuildName; readonly at?: PosixTime },
): Completeness {
  if (list === undefined || (build !== undefined && !sameBuild(list.build, build))) {
    return { state: 'no-list', missing: [] };
  }
  if (new Set(list.witnesses).size < rule.witnesses.threshold) {
    return { state: 'too-few-witnesses', missing: [] };
  }
  if (at === undefined || at - list.time > rule.maxAge) return { state: 'stale', missing: [] };
  const present = new Set(votes.filter(isByItsKey).map(listedId));
  const missing = list.votes.filter(
    (entry) => keys.has(entry.key) && !present.has(listedId(entry)),
  );
  const sorted = [...new Map(missing.map((entry) => [listedId(entry), entry])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { evidence, key }]) => ({ evidence, key }));
  return { state: sorted.length === 0 ? 'complete' : 'withheld', missing: sorted };
}

/** A vote at hand whose signature its key did make: a broken copy does not stand for the vote. */
function isByItsKey({ signature }: Vote): boolean {
  return !['bad', 'malformed', 'unchecked', 'unknown-key'].includes(signature);
}

/** What tells listed votes apart. */
export function listedId({ evidence, key }: Pick<Vote, 'evidence' | 'key'>): string {
  return `${evidence} ${key ?? ''}`;
}
