import type { Addresses } from './private-addresses.js';
import type { StoredFile } from '../store/types.js';

/** One file to bring into the store. */
export interface DownloadRequest {
  /** What people call it, for events and messages. */
  readonly name: string;
  /** Mirrors of the same bytes, tried in order: http, https or file URLs. */
  readonly urls: readonly string[];
  /** Expected digests, lower-case hexadecimal. With `sha256`, what is already in the store is used. */
  readonly sha256?: string | undefined;
  readonly sha512?: string | undefined;
  /** Expected subresource integrity (`sha512-…` or `sha256-…`, base64). */
  readonly integrity?: string | undefined;
  /** Expected size, bytes. */
  readonly size?: number | undefined;
  /** A reply is cut off and refused beyond this many bytes. */
  readonly maxBytes: number;
}

export interface DownloadedFile extends StoredFile {
  /** Absolute path in the store, read-only. */
  readonly path: string;
  /** True when nothing was transferred. */
  readonly cached: boolean;
}

/** Why one mirror could not deliver. */
export interface MirrorFailure {
  /** Redacted. */
  readonly url: string;
  readonly reason:
    | 'unreachable'
    | 'timed-out'
    | 'not-found'
    | 'status'
    | 'truncated'
    | 'too-large'
    | 'wrong-size'
    | 'wrong-digest'
    | 'redirect-refused'
    | 'bad-reply';
  /** The reason in words, without the URL. */
  readonly message: string;
  /** The digest (`sha256:…`) that arrived instead, for `wrong-digest`. */
  readonly got?: string;
}

/** Reasons that may pass when tried again. */
const passing: ReadonlySet<MirrorFailure['reason']> = new Set([
  'unreachable',
  'timed-out',
  'truncated',
  'status',
]);

export function mayPass(failure: MirrorFailure): boolean {
  return passing.has(failure.reason);
}

/** Thrown inside download/ for one mirror's failure; never leaves the folder. */
export class MirrorError extends Error {
  readonly failure: MirrorFailure;

  constructor(failure: MirrorFailure, options?: ErrorOptions) {
    super(failure.message, options);
    this.failure = failure;
  }
}

/** Times, in milliseconds, and counts of one download; the defaults are `defaultPolicy`. */
export interface DownloadPolicy {
  /** From asking to the reply's headers, name look-up and connection included. */
  readonly headersTimeout: number;
  /** A transfer that brings fewer than `idleBytes` in this time is stopped. */
  readonly idleTimeout: number;
  readonly idleBytes: number;
  /** Waits before each further round over the mirrors; as many rounds as waits, plus the first. */
  readonly retryWaits: readonly number[];
  readonly maxRedirects: number;
  /** Where redirects from the public network may not lead; injected by tests. */
  readonly addresses: Addresses;
  /** Waits; injected by tests. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds of a monotonic clock, to space progress events. */
  readonly now: () => number;
}
