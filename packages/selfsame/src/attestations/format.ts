import type { Envelope, PosixTime, PublicKey, SignatureBudget, Vote } from '@selfsame/verify';
import type { Certificates } from './openpgp/certificates.js';
import type { TrustedRoot } from './sigstore/trusted-root.js';

/** A file of somebody's attestations. */
export interface AttestationFile {
  /**
   * Relative and `/`-separated, beginning with the names of the folders that the judged folder is in, so that
   * `30.0/sipa/all.SHA256SUMS` is seen whole whichever of its folders was named.
   */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface ReadingContext {
  /** What the folder is about, where a format does not say it itself; undefined: a folder's name stands for it. */
  readonly project: string | undefined;
  /** Certificates of OpenPGP signers; they give signatures a key, the roster says whose it is. */
  readonly certificates: Certificates;
  /** Keys of the policy's signers: for signatures that do not name the key that made them. */
  readonly keys: readonly PublicKey[];
  /** Whom to believe about sigstore identities; without it bundles with certificates can not be checked. */
  readonly trustedRoot: TrustedRoot | undefined;
  /** Signatures are judged as of then. */
  readonly at: PosixTime;
  /** Tries of keys that are left, over all files. */
  readonly budget: SignatureBudget;
}

/** A vote with the files it was read from: the document first. */
export interface FiledVote {
  readonly vote: Vote;
  readonly files: readonly string[];
}

/** What is in a file that is worth showing but never counts: provenance, layouts, environments. */
export interface EvidenceNote {
  readonly path: string;
  /** One sentence without a full stop. */
  readonly text: string;
  /** Something is wrong with what was signed, although it counts as it is. */
  readonly isWarning?: boolean;
}

export interface Reading {
  readonly votes: readonly FiledVote[];
  /** Envelopes that may hold result claims: `collectClaims` judges their signatures. */
  readonly envelopes?: readonly { readonly path: string; readonly envelope: Envelope }[];
  readonly notes?: readonly EvidenceNote[];
}

/**
 * A format that people sign already. Each is a folder of this shape; adding one is `docs/adding-a-format.md`.
 * A reader turns files into votes and decides nothing: what is unreadable becomes a vote that does not count, with the reason.
 */
export interface AttestationFormat {
  /** For people: `guix.sigs`. */
  readonly name: string;
  /**
   * Whether the file is one of this format's.
   * @param head its first bytes as text (latin1), at most `headBytes`
   */
  takes(path: string, head: string): boolean;
  /** Of the files that it takes, all together. Never throws for what they hold. */
  read(files: readonly AttestationFile[], context: ReadingContext): Promise<Reading>;
}

/** How much of a file formats are recognised by. */
export const headBytes = 4096;
