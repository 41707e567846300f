import { inspect } from 'node:util';
import { printable } from '../text/printable.js';
import { plainStyle, type Style } from '../text/style.js';
import { displayWidth } from '../text/width.js';
import { errorCodes } from './codes.js';
import type { ErrorCode } from './codes.js';
import type { ExitCode } from './error-code.js';
import { SelfsameError, SelfsameErrors, type SourceLocation } from './selfsame-error.js';

/** Causes shown below an error; more says little and may be a circle. */
const maxCauses = 8;
/** Columns of a source line that are shown around the place. */
const excerptColumns = 96;
/** Problems shown to a person at once; `--json` has all of them. */
const maxProblems = 20;

/** An error as plain JSON, for `--json` and for other programs. */
export interface ErrorDocument {
  readonly code: ErrorCode | 'INTERNAL_ERROR';
  readonly message: string;
  readonly hint?: string;
  readonly location?: SourceLocation;
  readonly details?: Readonly<Record<string, unknown>>;
  /** What led to it, nearest first. */
  readonly causes?: readonly string[];
  /** Where in selfsame it arose; only for internal errors. */
  readonly stack?: string;
}

/** What was thrown, as a list of errors for a person; anything that is not a `SelfsameError` is a bug. */
export function errorsOf(thrown: unknown): readonly unknown[] {
  return thrown instanceof SelfsameErrors ? thrown.errors : [thrown];
}

/** The exit code for what was thrown: of several problems, that of the first. 5 for internal errors. */
export function exitCodeOf(thrown: unknown): ExitCode {
  const [first] = errorsOf(thrown);
  return first instanceof SelfsameError ? errorCodes[first.code].exit : 5;
}

export function errorDocument(thrown: unknown): ErrorDocument {
  const causes = causesOf(thrown);
  if (thrown instanceof SelfsameError) {
    return {
      code: thrown.code,
      message: thrown.message,
      ...(thrown.hint !== undefined && { hint: thrown.hint }),
      ...(thrown.location !== undefined && { location: thrown.location }),
      ...(thrown.details !== undefined && { details: thrown.details }),
      ...(causes.length > 0 && { causes }),
    };
  }
  return {
    code: 'INTERNAL_ERROR',
    message: thrown instanceof Error ? thrown.message : inspect(thrown, { depth: 2 }),
    ...(causes.length > 0 && { causes }),
    ...(thrown instanceof Error && thrown.stack !== undefined && { stack: thrown.stack }),
  };
}

/** What was thrown, in lines for a terminal or a log: place, squiggle, hint and causes. */
export function renderErrors(thrown: unknown, style: Style = plainStyle): string[] {
  const errors = errorsOf(thrown);
  const lines = errors
    .slice(0, maxProblems)
    .flatMap((error, index) => [...(index > 0 ? [''] : []), ...renderError(error, style)]);
  if (errors.length > maxProblems) lines.push('', `… and ${errors.length - maxProblems} more`);
  if (errors.length > 1) lines.push('', style.bold(`${errors.length} problems`));
  return lines;
}

function renderError(error: unknown, style: Style): string[] {
  const document = errorDocument(error);
  const heading = `${style.red(style.bold(`error[${document.code}]`))}: ${style.bold(printable(document.message))}`;
  const lines = [heading];
  if (document.location !== undefined) lines.push(...renderLocation(document.location, style));
  // What the message quotes already would be read twice.
  for (const cause of document.causes ?? [])
    if (!document.message.includes(cause)) lines.push(`  because: ${printable(cause)}`);
  if (document.hint !== undefined)
    lines.push(`  ${style.cyan('hint')}: ${printable(document.hint)}`);
  if (document.stack !== undefined) {
    lines.push('  This is a bug in selfsame. Please report it with these lines:');
    lines.push(
      ...document.stack
        .split('\n')
        .slice(1, 12)
        .map((line) => `  ${style.dim(printable(line))}`),
    );
  }
  return lines;
}

function renderLocation(location: SourceLocation, style: Style): string[] {
  const place = `${printable(location.file)}:${location.line}:${location.column}`;
  const number = String(location.line);
  const gutter = ' '.repeat(number.length);
  const lines = [`${gutter}${style.cyan('-->')} ${place}`];
  if (location.lineText === undefined) return lines;

  const { before, marked, after } = excerpt(location.lineText, location.column, location.length);
  const bar = style.cyan('|');
  const squiggle = '^'.repeat(Math.max(1, displayWidth(marked)));
  lines.push(`${gutter} ${bar}`);
  lines.push(`${style.cyan(number)} ${bar} ${before}${marked}${after}`);
  lines.push(`${gutter} ${bar} ${' '.repeat(displayWidth(before))}${style.red(squiggle)}`);
  return lines;
}

/** The three parts of a source line around a place, printable and cut to a readable width. */
function excerpt(
  line: string,
  column: number,
  length: number,
): Record<'before' | 'marked' | 'after', string> {
  const start = Math.min(Math.max(0, column - 1), line.length);
  const end = Math.min(line.length, start + Math.max(1, length));
  const from =
    start > excerptColumns / 2 && line.length > excerptColumns ? start - excerptColumns / 2 : 0;
  const to = Math.min(line.length, from + excerptColumns);
  return {
    before: (from > 0 ? '…' : '') + printable(line.slice(from, start)),
    marked: printable(line.slice(start, Math.min(end, to))),
    after: printable(line.slice(Math.min(end, to), to)) + (to < line.length ? '…' : ''),
  };
}

function causesOf(thrown: unknown): string[] {
  const causes: string[] = [];
  const seen = new Set<unknown>([thrown]);
  let cause = thrown instanceof Error ? thrown.cause : undefined;
  while (cause !== undefined && cause !== null && !seen.has(cause) && seen.size <= maxCauses) {
    seen.add(cause);
    const text = cause instanceof Error ? cause.message : inspect(cause, { depth: 1 });
    // A message that quotes its cause says it once.
    if (text !== '' && !causes.includes(text)) causes.push(text);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}
