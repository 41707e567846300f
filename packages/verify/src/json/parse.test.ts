import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VerifyError } from '../errors.js';
import { canonicalJson } from './canonical.js';
import { parseJson } from './parse.js';

function refusal(input: string | Uint8Array, limits = {}): VerifyError {
  try {
    parseJson(input, limits);
  } catch (error) {
    if (error instanceof VerifyError) return error;
    throw error;
  }
  throw new Error(`accepted ${String(input)}`);
}

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat(4), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        // Keys called __proto__ and integers beyond 2^53 are the documented differences.
        fc.pre(!text.includes('__proto__') && !/\d{16}/.test(text));
        expect(canonicalJson(parseJson(text))).toBe(canonicalJson(JSON.parse(text)));
      }),
    );
  });

  it('refuses whatever JSON.parse refuses', () => {
    const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value));
    const characters = fc.constantFrom(...'{}[]",:\\ \n\t0123456789eE+-.truefalsn\u0000\u00a0/');
    fc.assert(
      fc.property(json, fc.nat(), characters, fc.boolean(), (text, where, character, insert) => {
        const at = where % (text.length + 1);
        const mutated = text.slice(0, at) + character + text.slice(insert ? at : at + 1);
        let expected: unknown;
        try {
          expected = JSON.parse(mutated);
        } catch {
          expect(refusal(mutated).code).toMatch(/^JSON_/);
          return;
        }
        let read: unknown;
        try {
          read = parseJson(mutated);
        } catch (error) {
          expect(error).toBeInstanceOf(VerifyError);
          return;
        }
        expect(canonicalJson(read)).toBe(canonicalJson(expected));
      }),
      { numRuns: 1000 },
    );
  });

  it('never throws anything but its own error, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          parseJson(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(VerifyError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['{"a":1,"a":2}', 'JSON_DUPLICATE_KEY'],
    [String.raw`{"a":1,"\u0061":2}`, 'JSON_DUPLICATE_KEY'],
    ['{"__proto__":{}}', 'JSON_FORBIDDEN_KEY'],
    [String.raw`{"__pr\u006fto__":{}}`, 'JSON_FORBIDDEN_KEY'],
    [String.raw`"\ud800"`, 'JSON_ENCODING'],
    [String.raw`{"\udc00":1}`, 'JSON_ENCODING'],
    ['"\ud800"', 'JSON_ENCODING'],
    ['9007199254740992', 'JSON_NUMBER'],
    ['-9007199254740993', 'JSON_NUMBER'],
    ['1e400', 'JSON_NUMBER'],
    ['1e-400', 'JSON_NUMBER'],
    ['[1,]', 'JSON_SYNTAX'],
    ['{"a":1,}', 'JSON_SYNTAX'],
    ['{a:1}', 'JSON_SYNTAX'],
    ["{'a':1}", 'JSON_SYNTAX'],
    ['01', 'JSON_SYNTAX'],
    ['+1', 'JSON_SYNTAX'],
    ['.5', 'JSON_SYNTAX'],
    ['1.', 'JSON_SYNTAX'],
    ['NaN', 'JSON_SYNTAX'],
    ['"a\nb"', 'JSON_SYNTAX'],
    [String.raw`"\x41"`, 'JSON_SYNTAX'],
    [String.raw`"\u12g4"`, 'JSON_SYNTAX'],
    ['"open', 'JSON_SYNTAX'],
    ['', 'JSON_SYNTAX'],
    ['1 2', 'JSON_SYNTAX'],
    ['// note\n1', 'JSON_SYNTAX'],
    ['\ufeff{}', 'JSON_SYNTAX'],
    ['\u00a01', 'JSON_SYNTAX'],
  ])('refuses %j as %s', (text, code) => {
    expect(refusal(text).code).toBe(code);
  });

  it('refuses bytes that are not UTF-8, and a byte order mark', () => {
    expect(refusal(Uint8Array.of(0x22, 0xff, 0x22)).code).toBe('JSON_ENCODING');
    // An overlong form of "/" and an encoded surrogate.
    expect(refusal(Uint8Array.of(0x22, 0xc0, 0xaf, 0x22)).code).toBe('JSON_ENCODING');
    expect(refusal(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)).code).toBe('JSON_ENCODING');
    expect(refusal(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31)).code).toBe('JSON_SYNTAX');
  });

  it('refuses depth and size beyond the limits, and accepts them exactly', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseJson(nested(64))).toBeDefined();
    expect(refusal(nested(65)).code).toBe('JSON_TOO_DEEP');
    expect(refusal(nested(100_000)).code).toBe('JSON_TOO_DEEP');
    expect(refusal(nested(300), { maxDepth: 1000 }).code).toBe('JSON_TOO_DEEP');
    expect(parseJson('"123"', { maxBytes: 5 })).toBe('123');
    expect(refusal('"1234"', { maxBytes: 5 }).code).toBe('JSON_TOO_LARGE');
  });

  it('passes over white space wherever it may be, and nothing else there', () => {
    const spaced = ' \t\r\n{ "a" : [ 1 , [ ] ] , "b" : { } } \n';
    expect(canonicalJson(parseJson(spaced))).toBe('{"a":[1,[]],"b":{}}');
    expect(parseJson('\n1\t')).toBe(1);
    for (const other of ['\f1', '1\v', '[\u00001]', '{"a"\u001f:1}', '[1\u00a0]']) {
      expect(refusal(other).code).toBe('JSON_SYNTAX');
    }
  });

  it('refuses escapes that JSON does not have, also with four digits', () => {
    for (const escape of ['x0041', 'U0041', 'u004', 'u00g1', 'u']) {
      expect(refusal(`"\\${escape}"`).message).toMatch(/an escape that JSON does not have/);
    }
  });

  it('says what it found', () => {
    const digits = (count: number) => '9'.repeat(count);
    for (const [text, message] of [
      ['"open', 'the end of the text where the end of a string is expected'],
      ['"a\u0001"', 'a control character is not escaped'],
      ['[1;2]', '";" where "," or "]" is expected'],
      ['', 'the end of the text where a value is expected'],
      [digits(40), `the number ${digits(40)} is too large`],
      [digits(41), `the number ${digits(37)}... is too large`],
      ['1e-999', 'the number 1e-999 is too small'],
    ] as const) {
      expect(refusal(text).message).toContain(message);
    }
  });

  it('says where', () => {
    const error = refusal('{\n  "a": 1,\n  "a": 2\n}');
    expect(error.position).toEqual({ offset: 14, line: 3, column: 3 });
    expect(error.message).toBe('the key "a" is given twice at line 3, column 3');
  });

  it('gives objects without a prototype, so that inherited names are not found', () => {
    const value = parseJson('{"a":1}') as Record<string, unknown>;
    expect(value['constructor']).toBeUndefined();
    expect('toString' in value).toBe(false);
    expect(parseJson('{"constructor":1,"hasOwnProperty":2}')).toBeDefined();
  });
});
