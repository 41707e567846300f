import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../testing/codes.js';
import { decodeBase64, decodeStandardBase64, encodeBase64 } from './base64.js';
import { decodeHex, encodeHex } from './hex.js';
import { compareBytewise } from './order.js';

describe('hexadecimal', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(decodeHex(encodeHex(bytes), bytes.length)).toEqual(bytes);
      }),
    );
  });

  it.each(['ab', 'abcdef', 'abcg', 'ABCD', ' abc', 'abc', 'abcd\n'])('refuses %j', (text) => {
    expect(() => decodeHex(text, 2)).toThrow(
      expect.objectContaining({ code: 'HEX_INVALID' }) as Error,
    );
  });
});

describe('base64', () => {
  it('reads the standard and the URL-safe spelling, padded or not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const standard = encodeBase64(bytes);
        const urlSafe = standard.replaceAll('+', '-').replaceAll('/', '_');
        for (const text of [standard, urlSafe, urlSafe.replaceAll('=', '')]) {
          expect(decodeBase64(text, 40)).toEqual(bytes);
        }
      }),
    );
  });

  it.each([
    ['white space', 'aGVs bG8='],
    ['a line feed at the end', 'aGVsbG8=\n'],
    ['both alphabets', '+_8='],
    ['stray bits at the end', 'aGVsbG9='],
    ['padding in the middle', 'aG==VsbG8='],
    ['too much padding', 'aGVsbG8=='],
    ['one character over', 'aGVsb'],
    ['other characters', 'aGVs*bG8='],
  ])('refuses %s', (_name, text) => {
    expect(() => decodeBase64(text, 100)).toThrow(
      expect.objectContaining({ code: 'BASE64_INVALID' }) as Error,
    );
  });

  it('refuses more bytes than allowed before decoding them', () => {
    expect(() => decodeBase64('A'.repeat(1000), 10)).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }) as Error,
    );
  });
});

describe('base64 of limited length', () => {
  it('has at most so many bytes, whatever the spelling', () => {
    for (let max = 0; max < 10; max += 1) {
      for (let size = 0; size < 14; size += 1) {
        const text = encodeBase64(new Uint8Array(size).fill(0xfb));
        const expected = size <= max ? 'accepted' : 'LIMIT_EXCEEDED';
        const urlSafe = text.replaceAll('+', '-').replaceAll('/', '_');
        for (const spelling of [text, urlSafe, urlSafe.replaceAll('=', '')]) {
          expect([max, spelling, codeOf(() => decodeBase64(spelling, max))]).toEqual([
            max,
            spelling,
            expected,
          ]);
        }
        expect(codeOf(() => decodeStandardBase64(text, { max }))).toBe(expected);
      }
    }
  });

  it('has exactly so many bytes where that is said, in the standard spelling only', () => {
    const text = encodeBase64(Uint8Array.of(0xfb, 0xff, 0xbf, 0xff));
    expect(codeOf(() => decodeStandardBase64(text, 4))).toBe('accepted');
    expect(codeOf(() => decodeStandardBase64(text, 5))).toBe('BASE64_INVALID');
    expect(codeOf(() => decodeStandardBase64(text, 3))).toBe('LIMIT_EXCEEDED');
    for (const other of ['-_-__w==', '-_-__w', 'AA', '+/+//w', '++++', '----', '____']) {
      const expected = other === '++++' ? 'accepted' : 'BASE64_INVALID';
      expect(codeOf(() => decodeStandardBase64(other, { max: 4 }))).toBe(expected);
    }
  });
});

describe('compareBytewise', () => {
  it('orders as UTF-8 bytes compare', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        const expected = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(compareBytewise(a, b))).toBe(expected);
      }),
      {
        numRuns: 500,
        examples: [
          ['\u{1f600}', '\ufb33'],
          ['\ufb33', '\u{1f600}'],
          ['a', 'ab'],
          ['\ud800\udc00', '\uffff'],
          ['\uffff', '\ud800\udc00'],
          ['\ud800\udfff', '\ud800\udffe'],
          ['\ud800\udffe', '\ud800\udfff'],
        ],
      },
    );
  });
});
