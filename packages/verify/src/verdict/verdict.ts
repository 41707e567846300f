// Specification: docs/claims-and-verdicts.md "What a verdict says".

import type { BuildName, ClaimOutcome } from '../claim/result-claim.js';
import type { Sha256Hex } from '../digest/sha256.js';
import type { PosixTime } from '../encoding/time.js';
import type { Policy, PolicyException } from '../policy/policy.js';
import type { KeyId } from '../roster/roster-key.js';
import type { Strength } from '../strength/strength.js';
import type { SetAside } from './collect-claims.js';
import type { Completeness, CompleteList } from './completeness.js';
import type { NotCounted } from './count-votes.js';
import type { WitnessedEntry } from './vote.js';

/** What a verdict is asked about. Everything left out is not restricted. */
export interface Question {
  /** Only votes about this build count; others are set aside as `otherBuilds`. */
  readonly build?: BuildName;
  /** Only votes on this build definition (these inputs) count; others are reported as `otherDefinitions`. */
  readonly definition?: string;
  /**
   * When the question is asked, for keys, exceptions and lists that are valid for a time only. Without it,
   * whatever has such a limit does not count.
   */
  readonly at?: PosixTime;
  /** What a log says there is for the build: verified, for policies that ask for it. */
  readonly complete?: CompleteList;
  /** Since when which claims were in a log, by the hash of their leaf: verified (`verifyLogs`). */
  readonly witnessed?: ReadonlyMap<string, WitnessedEntry>;
}

/** Stands for the inputs of votes whose format does not say what was built. */
export const INPUTS_NOT_STATED = 'not stated';
/** Stands for all inputs, where the policy does not compare them. */
export const INPUTS_IGNORED = 'any';

/**
 * Why an artifact is accepted or not; the first that applies, in this order:
 * - `excepted`: accepted, because the policy makes an exception for exactly these bits;
 * - `incomplete`: the policy wants every vote that the log lists, and not all of them are at hand;
 * - `contested`: two different results each meet the policy;
 * - `dissent`: one meets it, but a signer who may block got other bits;
 * - `accepted`: the signers that agree meet every rule;
 * - `mismatch`: trusted signers got different bits, and no result meets the policy;
 * - `too-few`: all say the same, but not enough signers;
 * - `required-missing`: enough signers agree, but a required one is not among them;
 * - `not-distinct`: they do not have as many different values of an attribute as asked;
 * - `too-weak`: fewer compromises than asked would be enough to forge their agreement.
 */
export const artifactReasons = [
  'excepted',
  'incomplete',
  'contested',
  'dissent',
  'accepted',
  'mismatch',
  'too-few',
  'required-missing',
  'not-distinct',
  'too-weak',
] as const;
export type ArtifactReason = (typeof artifactReasons)[number];

/** Signers who got the same bits for one path. */
export interface Cluster {
  readonly sha256: Sha256Hex;
  /** Signers who claim it as `built` or `reproduced`: those who count. Sorted. */
  readonly agree: readonly string[];
  /** Signers who got it in a rebuild that as a whole `differs` from what was published: never counted. */
  readonly differs: readonly string[];
  /** Signers who claim other bits for this path. Sorted; a signer may be here and in `agree`. */
  readonly dissent: readonly string[];
  /** Signers of the policy who say nothing about this path. Sorted. */
  readonly absent: readonly string[];
  /** Requirements (`alice`, `role:maintainer`) that none of those who agree meets. Sorted. */
  readonly requiredMissing: readonly string[];
  /** How much must be compromised to forge this agreement; undefined where the policy does not ask. */
  readonly strength: Strength | undefined;
  /** Attributes of which there are not as many different values as asked. */
  readonly notDistinct: readonly {
    readonly attribute: string;
    readonly found: number;
    readonly atLeast: number;
  }[];
  /** Every rule is met. Dissent is not considered here. */
  readonly enough: boolean;
}

export interface ArtifactVerdict {
  readonly path: string;
  readonly accepted: boolean;
  readonly reason: ArtifactReason;
  /** The accepted bits, undefined unless accepted. */
  readonly sha256: Sha256Hex | undefined;
  /** Most agreeing signers first, then by digest. At least one. */
  readonly clusters: readonly Cluster[];
  /** For `excepted`: which exception. */
  readonly exception?: PolicyException;
}

/** All votes on one build definition. */
export interface DefinitionVerdict {
  readonly build: BuildName;
  /** What was built: a build id or another identity of inputs, `INPUTS_NOT_STATED` or `INPUTS_IGNORED`. */
  readonly definition: string;
  /** Every artifact that any trusted signer names is accepted. */
  readonly accepted: boolean;
  /** Sorted by path. At least one. */
  readonly artifacts: readonly ArtifactVerdict[];
}

/** A vote that is not about what was asked. Not a mismatch: nothing was compared. */
export interface OtherClaim {
  readonly build: BuildName;
  readonly definition: string;
  readonly outcome: ClaimOutcome;
  readonly signers: readonly string[];
}

/**
 * One signer, one name, two results. `equivocation`: one key signed both for the same stated inputs, which
 * proves that the signer says two things or that its build is not deterministic; anyone can check it with
 * `evidence`. `two-results`: with two keys, or without saying from what.
 */
export interface Equivocation {
  readonly kind: 'equivocation' | 'two-results';
  readonly signer: string;
  readonly build: BuildName;
  readonly definition: string;
  readonly path: string;
  /** Sorted by digest; at least two. */
  readonly results: readonly {
    readonly sha256: Sha256Hex;
    /** Sorted. */
    readonly keys: readonly KeyId[];
    /** sha256 of what was signed. Sorted. */
    readonly evidence: readonly Sha256Hex[];
  }[];
}

export interface Verdict {
  /**
   * At least one build definition is accepted and, where the policy blocks on dissent, trusted signers
   * do not differ on any other definition in question either.
   */
  readonly accepted: boolean;
  readonly policy: Policy;
  /** When it was asked, as the question says. */
  readonly at: PosixTime | undefined;
  /** What the votes say, by build definition. Sorted by build name and definition. */
  readonly definitions: readonly DefinitionVerdict[];
  /** Trusted votes on another definition than asked: their signers built something else. */
  readonly otherDefinitions: readonly OtherClaim[];
  /** Trusted votes about another build than asked. */
  readonly otherBuilds: readonly OtherClaim[];
  /** Sorted by build, definition, path and signer. */
  readonly equivocations: readonly Equivocation[];
  /** Votes that do not count, with reasons. */
  readonly notCounted: readonly NotCounted[];
  /** Whether all is at hand that the log lists; undefined where the policy does not ask. */
  readonly completeness: Completeness | undefined;
  /** Envelopes that became no votes, with reasons. */
  readonly setAside: readonly SetAside[];
}
