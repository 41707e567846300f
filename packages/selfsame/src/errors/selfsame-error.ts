import type { ErrorCode } from './codes.js';

/** A place in a file a person wrote. Lines and columns count from 1, columns in UTF-16 code units. */
export interface SourceLocation {
  /** Path as the person would type it: relative to the working directory where that is shorter. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many columns the squiggle covers, at least 1. */
  readonly length: number;
  /** The text of that line, for the squiggle; absent when the file could not be read again. */
  readonly lineText?: string;
}

export interface SelfsameErrorOptions {
  /** What the person can do about it: one imperative sentence, with the exact command where there is one. */
  readonly hint?: string;
  readonly location?: SourceLocation;
  readonly cause?: unknown;
  /** Further facts for `--json`: only plain JSON values. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * Every failure a user can reach. The message says what failed, where and why, in one sentence
 * without a full stop; the hint says what to do. A plain `Error` is a bug in selfsame.
 */
export class SelfsameError extends Error {
  override readonly name = 'SelfsameError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly location: SourceLocation | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: SelfsameErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.location = options.location;
    this.details = options.details;
  }
}

/** Several complaints about one file or workspace, reported together rather than one per run. */
export class SelfsameErrors extends Error {
  override readonly name = 'SelfsameErrors';
  readonly errors: readonly [SelfsameError, ...SelfsameError[]];

  constructor(errors: readonly [SelfsameError, ...SelfsameError[]]) {
    super(errors.length === 1 ? errors[0].message : `${errors.length} problems`);
    this.errors = errors;
  }
}
