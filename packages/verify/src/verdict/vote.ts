// Specification: docs/claims-and-verdicts.md "What a verdict says".

import type { BuildName, ClaimOutcome } from '../claim/result-claim.js';
import type { Sha256Hex } from '../digest/sha256.js';
import type { PosixTime } from '../encoding/time.js';
import type { KeyId } from '../roster/roster-key.js';

/**
 * What checking a signature said. Only `valid` can count; every other one is shown with its reason and
 * never dropped.
 *
 * - `valid`: by this key over exactly these bytes, and the key's own rules allowed it at the time of judgement;
 * - `expired-at-signing`: the key had expired, or did not exist yet, when it signed;
 * - `expired-now`: good when made, but the key has expired since, and no witness says it was made before;
 * - `revoked`: by its owner, according to the key itself;
 * - `unknown-key`: by a key that is not at hand;
 * - `weak`: an algorithm, key or binding that no longer proves anything (SHA-1, short RSA);
 * - `bad`: not a signature over these bytes by the key it names;
 * - `malformed`: the file cannot be read as what it should be (an error page, a cut download);
 * - `unchecked`: a limit was reached, or what checks this kind is not there.
 */
export const signatureStates = [
  'valid',
  'expired-at-signing',
  'expired-now',
  'revoked',
  'unknown-key',
  'weak',
  'bad',
  'malformed',
  'unchecked',
] as const;
export type SignatureState = (typeof signatureStates)[number];

/** One name and the bits a signer got for it. */
export interface VotedArtifact {
  readonly path: string;
  readonly sha256: Sha256Hex;
}

/** That a vote was in a witnessed log: made by the verifier of log proofs, never read from a vote. */
export interface WitnessedEntry {
  /** Earliest time a quorum of witnesses vouches for. */
  readonly time: PosixTime;
  /** Origin of the log. */
  readonly log: string;
  /** Names of the policy's witnesses that cosigned, sorted, each once. */
  readonly witnesses: readonly string[];
}

/**
 * What every format becomes before it is judged: who says that which names are which bits, built from
 * what. One signature over one document is one vote. Readers of formats fill in what was *verified* and
 * leave out what the document merely says of itself.
 */
export interface Vote {
  /** The key that verified, or that a failed signature names. Never a name out of the document. */
  readonly key: KeyId | undefined;
  readonly signature: SignatureState;
  /** For everything but `valid`: why, for people; one sentence without a full stop. */
  readonly reason?: string;
  /** Where the vote comes from: sha256 of the signed bytes, so that copies of it are one. */
  readonly evidence: Sha256Hex;
  /** Name of the format, for people: `claim`, `in-toto link`, `SHA256SUMS`, `buildinfo`, … */
  readonly format: string;
  /** What was built, by name. Formats that state less leave parts empty. */
  readonly build: BuildName;
  /**
   * Identity of everything it was built from: the build id of a claim, or a digest over the inputs that a
   * format lists. Undefined where the format does not say: such votes can not be told apart by source.
   */
  readonly inputs: string | undefined;
  readonly outcome: ClaimOutcome;
  /**
   * What the signer got; only part of a build is no mismatch. A name listed twice with different bits is
   * kept twice: the signer contradicts itself.
   */
  readonly artifacts: readonly VotedArtifact[];
  /** Present when a log proof for exactly this vote was verified. */
  readonly witnessed?: WitnessedEntry;
  /**
   * Attributes the evidence itself shows (`builder_software: rebuilderd`). A vote that contradicts what
   * the roster says of its signer does not count.
   */
  readonly attributes?: Readonly<Record<string, string>>;
}
