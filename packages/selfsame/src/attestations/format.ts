import type { PosixTime, Vote } from '@selfsame/verify';
import type { Certificates } from './openpgp/certificates.js';

/** A file of somebody's attestations, with its path below the folder they were published in: `30.0/sipa/all.SHA256SUMS`. */
export interface AttestationFile {
  /** Relative, `/`-separated. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface ReadingContext {
  /** What the format does not say itself: the project that the folder is about. */
  readonly project: string;
  /** Certificates of OpenPGP signers; they give signatures a key, the roster says whose it is. */
  readonly certificates: Certificates;
  /** Signatures are judged as of then. */
  readonly at: PosixTime;
}

/**
 * A format that people sign already. Each is a folder of this shape; adding one is `docs/adding-a-format.md`.
 * A reader turns files into votes and decides nothing: what is unreadable becomes a vote that does not count, with the reason.
 */
export interface AttestationFormat {
  /** For people: `guix.sigs`. */
  readonly name: string;
  /** Whether the file is one of this format's, by its name alone. */
  takes(path: string): boolean;
  /** Of the files that it takes, all together. Never throws for what they hold. */
  read(files: readonly AttestationFile[], context: ReadingContext): Promise<readonly Vote[]>;
}
