import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VerifyError } from '../errors.js';
import { olpcJsonBytes, canonicalJson, canonicalJsonBytes } from './canonical.js';
import { parseJson } from './parse.js';

// RFC 8785 appendix B: IEEE 754 bits and the text they must become.
const NUMBERS: readonly (readonly [string, string])[] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
];

describe('canonicalJson', () => {
  it.each(NUMBERS)('writes the number with bits %s as RFC 8785 appendix B says', (bits, text) => {
    expect(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text);
  });

  it('writes the sample of RFC 8785 §3.2.2', () => {
    const sample = parseJson(
      String.raw`{
        "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]
      }`,
    );
    expect(canonicalJson(sample)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
    // §3.2.4: the same as UTF-8, of which these are the first and last bytes around the euro sign.
    expect(Buffer.from(canonicalJsonBytes(sample)).toString('hex')).toContain('e282ac245c753030');
  });

  it('sorts the keys of RFC 8785 §3.2.3 by UTF-16 code units', () => {
    const sample = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    const values = [...canonicalJson(sample).matchAll(/:"([^"]*)"/g)].map((match) => match[1]);
    expect(values).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it.each([
    ['undefined', undefined],
    ['a property that is undefined', { a: undefined }],
    ['NaN', [Number.NaN]],
    ['infinity', Number.POSITIVE_INFINITY],
    ['negative infinity', { a: { b: Number.NEGATIVE_INFINITY } }],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a symbol as key', { [Symbol('x')]: 1 }],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate in a key', { '\udc00': 1 }],
    ['a hole in an array', [1, , 2]],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['bytes', new Uint8Array(1)],
  ])('refuses %s', (_name, value) => {
    expect(() => canonicalJson(value)).toThrow(
      expect.objectContaining({ code: 'CANONICAL_VALUE' }) as Error,
    );
  });

  it('says where', () => {
    for (const [value, path, place] of [
      [undefined, [], 'the value is'],
      [[[1], { a: [], b: [2, undefined] }], [1, 'b', 1], '1.b.1 is'],
      [{ a: { b: 1 }, c: undefined }, ['c'], 'c is'],
    ] as const) {
      expect(() => canonicalJson(value)).toThrow(
        expect.objectContaining({
          path,
          message: expect.stringMatching(new RegExp(`^${place} undefined`)) as string,
        }) as Error,
      );
    }
  });

  it('goes 256 deep', () => {
    const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
    expect(canonicalJson(nested(256))).toHaveLength(512);
    expect(() => canonicalJson(nested(257))).toThrow(VerifyError);
  });

  it('refuses a cycle instead of running out of stack', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(() => canonicalJson(cycle)).toThrow(VerifyError);
  });

  it('never calls toJSON', () => {
    expect(() => canonicalJson({ toJSON: () => 'other' })).toThrow(VerifyError);
  });

  it('is the same for every order of keys, and reads back to the same data', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reverseKeys(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });
});

function reverseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reverseKeys(item)]),
  );
}

describe('olpcJsonBytes', () => {
  const olpc = (value: unknown) => Buffer.from(olpcJsonBytes(value)).toString();

  it('sorts keys by code point, where RFC 8785 goes by UTF-16 unit', () => {
    const value = { '\u{1F600}': 1, '\uFB33': 2, a: 3, B: 4, 1: 5 };
    expect(olpc(value)).toBe('{"1":5,"B":4,"a":3,"\uFB33":2,"\u{1F600}":1}');
    expect(canonicalJson(value)).toBe('{"1":5,"B":4,"a":3,"\u{1F600}":1,"\uFB33":2}');
  });

  it('escapes quotes and backslashes alone, and leaves control characters raw', () => {
    expect(olpc('a"\\/\n\t\u0000é')).toBe('"a\\"\\\\/\n\t\u0000é"');
  });

  it('writes constants, integers, lists and nothing between them', () => {
    expect(olpc({ b: [null, true, false, -7], a: {} })).toBe('{"a":{},"b":[null,true,false,-7]}');
  });

  it.each([
    ['a fraction', 1.5],
    ['minus zero', -0],
    ['a large number', 2 ** 53],
    ['undefined', undefined],
    ['a lone surrogate', '\ud800'],
    ['a key with a lone surrogate', { '\udc00': 1 }],
    ['a class', new Date(0)],
  ])('refuses %s', (_what, value) => {
    expect(() => olpcJsonBytes({ value })).toThrow(
      expect.objectContaining({ code: 'CANONICAL_VALUE' }) as Error,
    );
  });
});
