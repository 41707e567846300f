import { compareBytewise } from '../encoding/order.js';
import { hasLoneSurrogate } from '../encoding/unicode.js';
import { VerifyError } from '../errors.js';

/** Deepest nesting of a canonical document, which also ends cycles. */
const MAX_DEPTH = 256;

/**
 * The canonical JSON text of plain data (RFC 8785, JCS): keys sorted by UTF-16 code units (§3.2.3),
 * numbers and strings as ECMAScript prints them (§3.2.2), no white space.
 *
 * Stricter than `JSON.stringify`: nothing is dropped, converted or called. Anything that is not
 * exactly JSON data throws `CANONICAL_VALUE` with the path to it: undefined (also as a property
 * value), NaN and infinities, bigints, functions, symbols, lone surrogates, holes in arrays,
 * instances of classes, nesting beyond 256.
 */
export function canonicalJson(value: unknown): string {
  return write(value, [], JCS);
}

/** The same as UTF-8 bytes, which is what digests and signatures are made over. */
export function canonicalJsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(canonicalJson(value));
}

/**
 * The bytes that in-toto links and layouts are signed over: OLPC canonical JSON (in-toto specification
 * 1.0 §4.2; wiki.laptop.org "Canonical JSON"). Keys are sorted by code point, strings escape `\\` and
 * `"` only, so that control characters stay raw and the text need not be JSON; numbers are integers.
 *
 * Throws `CANONICAL_VALUE` for what `canonicalJson` refuses, for fractions, minus zero and integers
 * beyond ±(2^53-1).
 */
export function olpcJsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(write(value, [], OLPC));
}

/** In what the canonical forms differ. */
interface Form {
  readonly string: (text: string) => string;
  readonly isNumber: (value: number) => boolean;
  readonly compareKeys: ((a: string, b: string) => number) | undefined;
}

const JCS: Form = {
  // ECMAScript's QuoteJSONString is the escaping RFC 8785 §3.2.2.2 prescribes, given no lone surrogates.
  string: (text) => JSON.stringify(text),
  isNumber: Number.isFinite,
  // Default sort order of strings is by UTF-16 code units, as RFC 8785 §3.2.3 wants.
  compareKeys: undefined,
};

const OLPC: Form = {
  string: (text) => `"${text.replace(/["\\]/g, '\\$&')}"`,
  isNumber: (value) => Number.isSafeInteger(value) && !Object.is(value, -0),
  compareKeys: compareBytewise,
};

function write(value: unknown, path: (string | number)[], form: Form): string {
  switch (typeof value) {
    case 'string':
      return writeString(value, path, form);
    case 'number':
      if (!form.isNumber(value)) throw refuse(`is ${value}`, path);
      // ECMAScript's Number::toString is the form RFC 8785 §3.2.2.3 prescribes; minus zero is "0".
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (path.length >= MAX_DEPTH) throw refuse(`nests deeper than ${MAX_DEPTH}`, path);
      return Array.isArray(value) ? writeArray(value, path, form) : writeObject(value, path, form);
    default:
      throw refuse(`is ${typeof value}`, path);
  }
}

function writeString(text: string, path: readonly (string | number)[], form: Form): string {
  if (hasLoneSurrogate(text)) throw refuse('has a lone surrogate', path);
  return form.string(text);
}

function writeArray(value: readonly unknown[], path: (string | number)[], form: Form): string {
  const parts: string[] = [];
  for (let index = 0; index < value.length; index += 1) {
    path.push(index);
    // A hole reads as undefined and is refused as such.
    parts.push(write(value[index], path, form));
    path.pop();
  }
  return `[${parts.join(',')}]`;
}

function writeObject(value: object, path: (string | number)[], form: Form): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw refuse('is not a plain object', path);
  }
  if (Object.getOwnPropertySymbols(value).length > 0) throw refuse('has a symbol as key', path);
  const record = value as Readonly<Record<string, unknown>>;
  const parts: string[] = [];
  for (const key of Object.keys(record).sort(form.compareKeys)) {
    path.push(key);
    parts.push(`${writeString(key, path, form)}:${write(record[key], path, form)}`);
    path.pop();
  }
  return `{${parts.join(',')}}`;
}

function refuse(what: string, path: readonly (string | number)[]): VerifyError {
  const place = path.length === 0 ? 'the value' : path.slice(0, 8).map(String).join('.');
  return new VerifyError('CANONICAL_VALUE', `${place} ${what} and has no canonical JSON form`, {
    path: [...path],
  });
}
