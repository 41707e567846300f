import { performance } from 'node:perf_hooks';
import type { Canaries } from './causes/cause.js';
import { Scratch } from './content/scratch.js';
import type { Shelf } from './content/spool.js';
import { formats } from './formats/formats.js';
import { FormatError, type Content, type Format, type FormatAccess } from './formats/format.js';
import { defaultLimits, shelfBytes } from './limits.js';
import type { ChangedNumbers } from './normalisers/changed-numbers.js';
import type { DifferingSums } from './normalisers/differing-sums.js';
import type { CompareLimits, Difference, FieldDifference, Finding, Place } from './types.js';

/** What a comparison may be told; everything has a default. */
export interface CompareOptions {
  readonly limits?: Partial<CompareLimits>;
  /** Aborted on interruption: the comparison rejects with its reason soon after, and leaves nothing behind. */
  readonly signal?: AbortSignal;
  /** What each side was built under, if we built them. */
  readonly canariesA?: Canaries;
  readonly canariesB?: Canaries;
  /** Compare times and owners of files in trees too: they are not part of what a build hands over. */
  readonly metadata?: boolean;
  /** Readers, for tests. */
  readonly formats?: readonly Format[];
}

/** Sees the two contents of a thing that no reader looks further into, while they are there. */
export type LeafWatcher = (
  difference: Difference,
  place: Place,
  a: Content,
  b: Content,
) => Promise<void>;

/** One comparison: its bounds, what it has used of them, and what it must give back. */
export class Session {
  readonly limits: CompareLimits;
  readonly options: CompareOptions;
  readonly formats: readonly Format[];
  readonly scratch = new Scratch();
  readonly shelf: Shelf;
  /** Ends with the caller's signal and when the time is up. */
  readonly signal: AbortSignal;
  readonly leafWatchers: LeafWatcher[] = [];
  /** What was found of each field, range and order that differs. */
  readonly findingOf = new WeakMap<object, Finding>();
  /** Normalisers by which texts are the same, by their place, as JSON; filled where that was asked. */
  readonly sameTexts = new Map<string, ReadonlySet<string>>();
  /** In what digests and numbers texts differ that differ in nothing else, by their place, as JSON; filled with `sums`. */
  readonly changedNumbers = new Map<string, ChangedNumbers>();
  /** Digests of contents that differ; undefined: nothing is ignored, and nobody asks for them. */
  sums: DifferingSums | undefined;
  /** Fields of parts and of files in trees that their containers have, not they themselves. */
  readonly fieldsAround = new WeakSet<FieldDifference>();
  /** Places, as JSON, of what was seen to follow: parts made from others, and offsets that were all looked up. */
  readonly following = new Set<string>();
  readonly totals = { files: 0, bytes: 0 };
  /** What differs in trees beyond what is described. */
  readonly unshown = { files: 0, directories: 0 };
  /** Names of described differences of a tree that are about directories and nothing else. */
  readonly folders = new Set<string>();
  readonly started = performance.now();
  /** Places, as JSON, of which nobody could see whether they differ. */
  readonly undecided = new Set<string>();
  #expanded = 0;
  #differences = 0;

  constructor(options: CompareOptions = {}) {
    this.options = options;
    this.limits = { ...defaultLimits, ...options.limits };
    this.formats = options.formats ?? formats;
    this.shelf = { scratch: this.scratch, heldBytes: this.limits.heldBytes, free: shelfBytes };
    const time = AbortSignal.timeout(this.limits.milliseconds);
    this.signal = options.signal === undefined ? time : AbortSignal.any([options.signal, time]);
  }

  get isOutOfTime(): boolean {
    return performance.now() - this.started >= this.limits.milliseconds;
  }

  /** @throws the reason of the caller's signal; FormatError `out-of-time` */
  check(): void {
    this.options.signal?.throwIfAborted();
    if (this.isOutOfTime) {
      const seconds = this.limits.milliseconds / 1000;
      throw new FormatError('out-of-time', `the ${seconds} s for this comparison are over`);
    }
  }

  /** Whether one more difference may be described. */
  takeDifference(): boolean {
    this.#differences += 1;
    return this.#differences <= this.limits.differences;
  }

  /** How many more may be. */
  get differencesLeft(): number {
    return Math.max(0, this.limits.differences - this.#differences);
  }

  /** Counts bytes unpacked by anyone. @throws FormatError `too-large` */
  expand(bytes: number): void {
    this.#expanded += bytes;
    if (this.#expanded > this.limits.expandedBytes) {
      throw new FormatError(
        'too-large',
        `more than ${this.limits.expandedBytes} bytes would be unpacked for this comparison`,
      );
    }
  }

  /**
   * What a reader of one container may use. What the reader says it unpacked (`spend`) and what was seen of its
   * parts (`see`) is largely the same: the larger of the two counts.
   */
  access(
    container: Content,
    signal: AbortSignal,
  ): FormatAccess & { readonly see: (bytes: number) => void } {
    const { ratio, freeBytes, parts } = this.limits;
    let spent = 0;
    let seen = 0;
    let counted = 0;
    const count = (): void => {
      this.check();
      signal.throwIfAborted();
      const now = Math.max(spent, seen);
      if (now > freeBytes && now > ratio * container.size) {
        throw new FormatError(
          'too-large',
          `its ${container.size} bytes become more than ${ratio} times as many when they are unpacked`,
        );
      }
      this.expand(now - counted);
      counted = now;
    };
    return {
      signal,
      maximumParts: parts,
      spend: (bytes) => {
        spent += bytes;
        count();
      },
      see: (bytes) => {
        seen += bytes;
        count();
      },
      scratchDirectory: () => this.scratch.emptyDirectory(),
    };
  }

  /**
   * An error of reading one thing as what can be said of that thing. Interruptions and errors that are not about
   * it are thrown on.
   */
  reasonOf(error: unknown): FormatError {
    this.options.signal?.throwIfAborted();
    if (this.isOutOfTime) {
      try {
        this.check();
      } catch (late) {
        return late as FormatError;
      }
    }
    if (error instanceof FormatError) return error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      return new FormatError('too-large', 'there is no space left for what is unpacked');
    }
    return new FormatError('unsupported', `its reader failed: ${message}`, { cause: error });
  }

  async close(): Promise<void> {
    await this.scratch.remove();
  }
}

/** Runs a comparison and removes what it left, however it ends. */
export async function withSession<T>(
  options: CompareOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = new Session(options);
  try {
    options.signal?.throwIfAborted();
    return await work(session);
  } finally {
    await session.close();
  }
}
