import type { BuildName, ClaimOutcome } from '../claim/result-claim.js';
import type { Sha256Hex } from '../digest/sha256.js';
import type { Policy } from '../policy/policy.js';
import type { SetAside } from './collect-claims.js';

/** What a verdict is asked about. Everything left out is not restricted. */
export interface Question {
  /** Only claims about this build count; others are set aside as `otherBuilds`. */
  readonly build?: BuildName;
  /** Only claims on this build definition count; others are reported as `otherDefinitions`. */
  readonly definition?: Sha256Hex;
}

/**
 * Why an artifact is accepted or not; the first that applies, in this order:
 * - `contested`: two different results are each backed by enough signers;
 * - `dissent`: enough signers agree, but a trusted signer got other bits and the policy blocks on that;
 * - `accepted`: enough different signers agree, all required ones among them;
 * - `mismatch`: trusted signers got different bits, and no result has enough signers;
 * - `required-missing`: enough signers agree, but a required one is not among them;
 * - `too-few`: all say the same, but not enough signers.
 */
export type ArtifactReason =
  'accepted' | 'contested' | 'dissent' | 'mismatch' | 'required-missing' | 'too-few';

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
  /** Required signers who do not agree. Sorted. */
  readonly requiredMissing: readonly string[];
  /** Enough signers, required ones included. Dissent is not considered here. */
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
}

/** All claims on one build definition. */
export interface DefinitionVerdict {
  readonly build: BuildName;
  readonly definition: Sha256Hex;
  /** Every artifact that any trusted signer names is accepted. */
  readonly accepted: boolean;
  /** Sorted by path. At least one. */
  readonly artifacts: readonly ArtifactVerdict[];
}

/** A claim that is not about what was asked. Not a mismatch: nothing was compared. */
export interface OtherClaim {
  readonly build: BuildName;
  readonly definition: Sha256Hex;
  readonly outcome: ClaimOutcome;
  readonly signers: readonly string[];
}

export interface Verdict {
  /**
   * At least one build definition is accepted and, where the policy blocks on dissent, trusted signers
   * do not differ on any other definition in question either.
   */
  readonly accepted: boolean;
  readonly policy: Policy;
  /** What the claims say, by build definition. Sorted by build name and definition. */
  readonly definitions: readonly DefinitionVerdict[];
  /** Trusted claims on another definition than asked: their signers built something else. */
  readonly otherDefinitions: readonly OtherClaim[];
  /** Trusted claims about another build than asked. */
  readonly otherBuilds: readonly OtherClaim[];
  /** Everything that counts for nothing, with reasons. */
  readonly setAside: readonly SetAside[];
}
