import { SelfsameError } from '../../errors/selfsame-error.js';
import type { SourceLocation } from '../../errors/selfsame-error.js';
import { didYouMean } from '../../util/did-you-mean.js';
import { filters } from './filters.js';
import { hasExpressions, parseTemplate } from './parse.js';
import type { Expression, FilterCall, Span } from './parse.js';

/** A text with expressions, and where it stands. */
export interface TextSource {
  readonly text: string;
  /** The place of a part of the text in its file. */
  locate(offset: number, length: number): SourceLocation;
}

/** What a name stands for. `unset`: a variable other targets have; `unknown`: nothing has it. */
export type Lookup =
  | { readonly type: 'value'; readonly value: string }
  | { readonly type: 'unset'; readonly why: string }
  | { readonly type: 'unknown'; readonly candidates: readonly string[]; readonly hint?: string };

/** What names mean in a text. `at` places complaints about the name itself. */
export interface Scope {
  lookup(name: string, at: () => SourceLocation): Lookup;
  /** Told of every text that was made, in UTF-16 code units; false: it is too much in all. */
  spend(length: number): boolean;
}

/** The longest text an expression may make, UTF-16 code units. */
export const longestExpansion = 1024 * 1024;

/**
 * Replaces every `${{ … }}` of a text.
 *
 * @throws SelfsameError at the expression: EXPRESSION_SYNTAX, UNKNOWN_NAME, VARIABLE_NOT_SET,
 *   EXPRESSION_FAILED, EXPRESSION_TOO_LONG, and what `scope` throws
 */
export function expand(source: TextSource, scope: Scope): string {
  if (!hasExpressions(source.text)) return source.text;
  const parsed = parseTemplate(source.text);
  if (!parsed.ok) {
    throw new SelfsameError('EXPRESSION_SYNTAX', parsed.message, {
      location: source.locate(parsed.offset, parsed.length),
      ...(parsed.hint === undefined ? {} : { hint: parsed.hint }),
    });
  }
  let length = 0;
  const parts = parsed.parts.map((part) => {
    const text = typeof part === 'string' ? part : evaluate(part, source, scope);
    length += text.length;
    if (length > longestExpansion) {
      const span: Span = typeof part === 'string' ? { offset: 0, length: 1 } : part;
      throw tooLong(source, span);
    }
    return text;
  });
  if (!scope.spend(length)) throw tooMuch(source);
  return parts.join('');
}

function evaluate(expression: Expression, source: TextSource, scope: Scope): string {
  const { subject } = expression;
  const place = (span: Span) => (): SourceLocation => source.locate(span.offset, span.length);
  let value: string;
  if (subject.type === 'text') {
    value = subject.value;
  } else {
    const found = scope.lookup(subject.name, place(subject));
    if (found.type === 'value') {
      value = found.value;
    } else if (found.type === 'unset') {
      if (expression.filters[0]?.name !== 'default') {
        throw new SelfsameError('VARIABLE_NOT_SET', `${subject.name} ${found.why}`, {
          location: place(subject)(),
          hint: `set it, or give a default: ${subject.name} | default("…")`,
        });
      }
      value = '';
    } else {
      const hint = didYouMean(subject.name, found.candidates) ?? found.hint;
      throw new SelfsameError('UNKNOWN_NAME', `there is no ${subject.name}`, {
        location: place(subject)(),
        ...(hint === undefined ? {} : { hint }),
      });
    }
  }
  for (const call of expression.filters) {
    value = applyFilter(call, value, source);
    if (value.length > longestExpansion) throw tooLong(source, call);
  }
  return value;
}

function applyFilter(call: FilterCall, value: string, source: TextSource): string {
  const fail = (code: 'UNKNOWN_NAME' | 'EXPRESSION_FAILED', message: string, hint?: string) =>
    new SelfsameError(code, message, {
      location: source.locate(call.offset, call.length),
      ...(hint === undefined ? {} : { hint }),
    });
  const filter = Object.hasOwn(filters, call.name) ? filters[call.name] : undefined;
  if (filter === undefined) {
    const names = Object.keys(filters);
    const hint = didYouMean(call.name, names) ?? `filters are: ${names.join(', ')}`;
    throw fail('UNKNOWN_NAME', `there is no filter ${call.name}`, hint);
  }
  const { parameters } = filter;
  if (call.args.length !== parameters.length) {
    const usage =
      parameters.length === 0
        ? call.name
        : `${call.name}(${parameters.map((parameter) => `"${parameter}"`).join(', ')})`;
    const count = `${parameters.length} argument${parameters.length === 1 ? '' : 's'}`;
    throw fail(
      'EXPRESSION_FAILED',
      `${call.name} takes ${count}, not ${call.args.length}`,
      `write ${usage}`,
    );
  }
  // A replacement may grow a text by the length of its argument per character: bounded before it happens.
  if (
    call.name === 'replace' &&
    value.length * (call.args[1]?.length ?? 0) > 64 * longestExpansion
  ) {
    throw tooLong(source, call);
  }
  const result = filter.apply(value, ...call.args);
  if (!result.ok)
    throw fail('EXPRESSION_FAILED', `${call.name} cannot be applied: ${result.problem}`);
  return result.value;
}

function tooLong(source: TextSource, span: Span): SelfsameError {
  return new SelfsameError(
    'EXPRESSION_TOO_LONG',
    `the expanded text is longer than ${longestExpansion} characters`,
    {
      location: source.locate(span.offset, span.length),
      hint: 'move large texts into an input file',
    },
  );
}

function tooMuch(source: TextSource): SelfsameError {
  return new SelfsameError(
    'EXPRESSION_TOO_LONG',
    'the texts of this recipe are too long in all once expanded',
    { location: source.locate(0, 1), hint: 'move large texts into an input file' },
  );
}
