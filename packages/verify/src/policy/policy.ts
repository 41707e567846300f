import type { Sha256Hex } from '../digest/sha256.js';
import type { PosixTime } from '../encoding/time.js';
import type { PublicKey } from '../keys/public-key.js';
import type { RosterSigner, RosterTrust } from '../roster/roster.js';
import type { DomainRules } from '../strength/domains.js';

/** A signer that a policy lists itself or takes from its roster. */
export type PolicySigner = RosterSigner;

/**
 * What a trusted signer's other result does. `block`: an artifact with two results by trusted signers
 * is refused until somebody looked. `note`: it is reported, and the other rules alone decide.
 */
export type DissentRule = 'block' | 'note';
export const dissentRules: readonly DissentRule[] = ['block', 'note'];

/**
 * What a refusal leads to. The verdict is the same in all of them: `observe` and `warn` are for finding
 * out what would be refused before it is.
 */
export type PolicyMode = 'observe' | 'warn' | 'enforce';
export const policyModes: readonly PolicyMode[] = ['observe', 'warn', 'enforce'];

/** Bits that are accepted although the rules do not: until a day, for a reason that is shown. */
export interface PolicyException {
  readonly sha256: Sha256Hex;
  readonly until: PosixTime;
  readonly why: string;
}

/** What must be in a transparency log. */
export interface LogRule {
  /** C2SP note verifier keys of the logs: `<name>+<hash>+<base64 key>`. */
  readonly logs: readonly string[];
  readonly witnesses: {
    /** How many different witnesses must have cosigned. At least 1. */
    readonly threshold: number;
    /** Their note verifier keys. */
    readonly keys: readonly string[];
  };
  /** `required`: votes without a verified proof do not count. `optional`: proofs only say since when. */
  readonly votes: 'required' | 'optional';
  /** Nothing is accepted unless every vote that the log lists for the build is at hand. */
  readonly complete: boolean;
  /** Oldest list that is believed to be complete, in seconds. */
  readonly maxAge: number;
}

/** What is accepted. Every rule must hold for the signers that agree. */
export interface Policy {
  /** How many different signers: at least 2, at most the number of signers. */
  readonly threshold: number;
  /** Signers without whom nothing is accepted: names, or `role:<role>` for any one that has it. */
  readonly required: readonly string[];
  /** How much must have to be compromised to forge the result; undefined: not asked. */
  readonly strength: (DomainRules & { readonly atLeast: number }) | undefined;
  /** By attribute: how many different known values. Sorted by attribute. */
  readonly distinct: readonly { readonly attribute: string; readonly atLeast: number }[];
  readonly dissent: DissentRule;
  /** Who can block; undefined: every signer. The dissent of others is noted. */
  readonly blockers: readonly string[] | undefined;
  /** How many of those must dissent to block. */
  readonly blockAt: number;
  /** Sorted by digest. */
  readonly exceptions: readonly PolicyException[];
  readonly log: LogRule | undefined;
  readonly mode: PolicyMode;
  /**
   * `compare`: only votes on the same inputs are held against each other. `ignore`: bits alone count, for
   * votes in formats that do not all say what was built.
   */
  readonly inputs: 'compare' | 'ignore';
  readonly roster: RosterTrust | undefined;
  /** Sorted by name. Empty before a roster was put in (`withRoster`). */
  readonly signers: readonly PolicySigner[];
}

/** The public keys of all signers: those whose signatures can be checked here. */
export function policyKeys({ signers }: Pick<Policy, 'signers'>): readonly PublicKey[] {
  return signers.flatMap(({ keys }) => keys.flatMap(({ publicKey }) => publicKey ?? []));
}

/** Names of the signers that a requirement, `alice` or `role:maintainer`, is met by. Sorted. */
export function signersMeeting(
  requirement: string,
  signers: readonly PolicySigner[],
): readonly string[] {
  const role = requirement.startsWith('role:') ? requirement.slice('role:'.length) : undefined;
  return signers
    .filter(({ name, roles = [] }) =>
      role === undefined ? name === requirement : roles.includes(role),
    )
    .map(({ name }) => name);
}

/** Format version, which a policy may state as `policy: 1`. */
export const POLICY_VERSION = 1;
/** One signature proves that one builder, or whoever broke into it, said so. Agreement starts at two. */
export const SMALLEST_THRESHOLD = 2;
