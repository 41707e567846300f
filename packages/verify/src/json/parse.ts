import { hasLoneSurrogate } from '../encoding/unicode.js';
import { VerifyError, type TextPosition, type VerifyErrorCode } from '../errors.js';
import type { JsonObject, JsonValue } from './value.js';

export interface JsonLimits {
  /** Largest document, in UTF-8 bytes (of a string: UTF-16 units). Default 16 MiB. */
  readonly maxBytes?: number;
  /** Deepest nesting of arrays and objects, at most 256. Default 64. */
  readonly maxDepth?: number;
}

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
const DEFAULT_MAX_DEPTH = 64;
const LARGEST_MAX_DEPTH = 256;

/**
 * Reads one JSON document (RFC 8259) so that every reader must see the same data in it.
 *
 * Beyond the grammar it refuses, each with its own code and the position: invalid UTF-8, a byte order
 * mark, lone surrogates (also escaped), a key given twice in one object (compared after escapes), the
 * key `__proto__`, integers beyond ±(2^53-1), numbers that overflow or that underflow to zero, nesting
 * and size beyond the limits. Objects of the result have no prototype.
 */
export function parseJson(input: Uint8Array | string, limits: JsonLimits = {}): JsonValue {
  const maxBytes = limits.maxBytes ?? DEFAULT_MAX_BYTES;
  if (input.length > maxBytes) {
    throw new VerifyError(
      'JSON_TOO_LARGE',
      `the document has ${input.length} bytes, more than the limit of ${maxBytes}`,
    );
  }
  const maxDepth = Math.min(limits.maxDepth ?? DEFAULT_MAX_DEPTH, LARGEST_MAX_DEPTH);
  return new Parser(typeof input === 'string' ? input : decodeUtf8(input), maxDepth).document();
}

/** Decodes UTF-8 without replacing or dropping anything; `JSON_ENCODING` for anything else. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new VerifyError('JSON_ENCODING', 'the bytes are not UTF-8');
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const PLAIN_CHARACTERS = /[^"\\\u0000-\u001f]*/y;
const WHITE_SPACE = /[ \t\n\r]*/y;
const LITERALS: readonly (readonly [string, JsonValue])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class Parser {
  readonly #text: string;
  readonly #maxDepth: number;
  #at = 0;
  #depth = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  document(): JsonValue {
    this.#skipWhiteSpace();
    const value = this.#value();
    this.#skipWhiteSpace();
    if (this.#at < this.#text.length) this.#unexpected('the end of the document');
    return value;
  }

  #value(): JsonValue {
    const character = this.#text[this.#at];
    if (character === '"') return this.#string();
    if (character === '{' || character === '[') {
      this.#enter();
      const value = character === '{' ? this.#object() : this.#array();
      this.#depth -= 1;
      return value;
    }
    for (const [word, value] of LITERALS) {
      if (character === word[0] && this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#number();
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > this.#maxDepth) {
      this.#fail('JSON_TOO_DEEP', `the document nests deeper than ${this.#maxDepth} levels`);
    }
    this.#at += 1;
    this.#skipWhiteSpace();
  }

  #object(): JsonObject {
    const object = Object.create(null) as Record<string, JsonValue>;
    if (this.#take('}')) return object;
    for (;;) {
      const start = this.#at;
      if (this.#text[start] !== '"') this.#unexpected('a key in quotes');
      const key = this.#string();
      if (key === '__proto__') this.#fail('JSON_FORBIDDEN_KEY', 'the key __proto__', start);
      if (key in object) {
        this.#fail('JSON_DUPLICATE_KEY', `the key ${JSON.stringify(key)} is given twice`, start);
      }
      this.#skipWhiteSpace();
      if (!this.#take(':')) this.#unexpected('":"');
      this.#skipWhiteSpace();
      object[key] = this.#value();
      this.#skipWhiteSpace();
      if (this.#take('}')) return object;
      if (!this.#take(',')) this.#unexpected('"," or "}"');
      this.#skipWhiteSpace();
    }
  }

  #array(): JsonValue[] {
    const array: JsonValue[] = [];
    if (this.#take(']')) return array;
    for (;;) {
      array.push(this.#value());
      this.#skipWhiteSpace();
      if (this.#take(']')) return array;
      if (!this.#take(',')) this.#unexpected('"," or "]"');
      this.#skipWhiteSpace();
    }
  }

  #string(): string {
    const start = this.#at;
    this.#at += 1;
    let value = this.#match(PLAIN_CHARACTERS);
    for (;;) {
      const character = this.#text[this.#at];
      if (character === '"') break;
      if (character === '\\') value += this.#escape() + this.#match(PLAIN_CHARACTERS);
      else if (character === undefined) this.#unexpected('the end of a string');
      else this.#fail('JSON_SYNTAX', 'a control character is not escaped');
    }
    this.#at += 1;
    if (hasLoneSurrogate(value)) this.#fail('JSON_ENCODING', 'a lone surrogate in a string', start);
    return value;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    const simple = ESCAPES[letter];
    if (simple !== undefined) {
      this.#at += 2;
      return simple;
    }
    const digits = this.#text.slice(this.#at + 2, this.#at + 6);
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(digits)) {
      this.#fail('JSON_SYNTAX', 'an escape that JSON does not have');
    }
    this.#at += 6;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #number(): number {
    const start = this.#at;
    const literal = this.#match(NUMBER);
    if (literal === '') this.#unexpected('a value');
    const value = Number(literal);
    const isInteger = /^-?[0-9]+$/.test(literal);
    if (!Number.isFinite(value) || (isInteger && !Number.isSafeInteger(value))) {
      this.#fail('JSON_NUMBER', `the number ${shorten(literal)} is too large to be exact`, start);
    }
    if (value === 0 && /[1-9]/.test(literal.replace(/[eE].*/, ''))) {
      this.#fail('JSON_NUMBER', `the number ${shorten(literal)} is too small to be held`, start);
    }
    return value;
  }

  #match(pattern: RegExp): string {
    const start = this.#at;
    pattern.lastIndex = start;
    if (pattern.test(this.#text)) this.#at = pattern.lastIndex;
    return this.#text.slice(start, this.#at);
  }

  #skipWhiteSpace(): void {
    // Canonical documents have none: nothing up to U+0020 comes next.
    if (this.#text.charCodeAt(this.#at) <= 0x20) this.#match(WHITE_SPACE);
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #unexpected(expected: string): never {
    const found = this.#text[this.#at];
    const what = found === undefined ? 'the end of the text' : JSON.stringify(found);
    this.#fail('JSON_SYNTAX', `${what} where ${expected} is expected`);
  }

  #fail(code: VerifyErrorCode, what: string, offset = this.#at): never {
    const position = positionAt(this.#text, offset);
    throw new VerifyError(code, `${what} at line ${position.line}, column ${position.column}`, {
      position,
    });
  }
}

function positionAt(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf('\n');
  return { offset, line: before.split('\n').length, column: offset - lastBreak };
}

function shorten(literal: string): string {
  return literal.length <= 40 ? literal : `${literal.slice(0, 37)}...`;
}
