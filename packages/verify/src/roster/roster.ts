// Specification: docs/rosters.md "What is a roster, and who decides what is in it?".

import type { Sha256Hex } from '../digest/sha256.js';
import type { PosixTime } from '../encoding/time.js';
import type { PublicKey } from '../keys/public-key.js';
import type { RosterKey, TimeWindow } from './roster-key.js';

/**
 * Who a signer is, according to the owner of the roster: a person, organisation or machine whose votes
 * count. However many keys it has, it is one.
 */
export interface RosterSigner extends TimeWindow {
  readonly name: string;
  /** At least one; no key belongs to two signers. */
  readonly keys: readonly RosterKey[];
  /** What policies can ask for as `role:<name>`. Sorted. */
  readonly roles?: readonly string[];
  /**
   * What could be compromised together with others, by attribute: `{organisation: ['acme'], os: ['debian']}`.
   * Several values mean that compromising any one of them is enough. An attribute that is not there is
   * unknown, never "none".
   */
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
}

/** Keys that decide who is in a roster. */
export interface RosterOwners {
  /** How many of `keys` must sign a version. At least 1. */
  readonly threshold: number;
  /** Their public keys: at least `threshold`, each once. */
  readonly keys: readonly PublicKey[];
}

/** One version of a roster. */
export interface Roster {
  /** Counts from 1; the next version is one more. */
  readonly version: number;
  /** sha256 of the payload of the version before; undefined for the first. */
  readonly previous: Sha256Hex | undefined;
  /** From when on it is out of date; undefined: never. */
  readonly expires: PosixTime | undefined;
  readonly owners: RosterOwners;
  /** Sorted by name. */
  readonly signers: readonly RosterSigner[];
}

/** Which rosters a policy believes: where its signers come from when it does not list them itself. */
export interface RosterTrust extends RosterOwners {
  /** The version that these owners signed: nothing older is used, later ones must follow from it. */
  readonly minVersion: number;
  /** sha256 of the payload of version `minVersion`; undefined: any that the owners signed. */
  readonly sha256: Sha256Hex | undefined;
  /** What becomes of a roster that is past its `expires`. */
  readonly expired: 'refuse' | 'warn';
  /** Where the file is, relative to the policy's directory. For whoever reads files: nothing here does. */
  readonly file: string;
}
