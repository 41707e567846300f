import { describe, expect, it } from 'vitest';
import { codeOf } from '../testing-codes.js';
import { derElements } from './der.js';
import { der } from './testing.js';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const shape = (bytes: Uint8Array) =>
  derElements(bytes).map(({ tag, content }) => [tag, content.length]);

describe('derElements', () => {
  it.each([0, 1, 127, 128, 255, 256, 65_535])('reads an element of %i bytes', (length) => {
    const element = der(4, new Uint8Array(length).fill(7));
    const [found] = derElements(element);
    expect(Buffer.compare(found!.content, new Uint8Array(length).fill(7))).toBe(0);
    expect(shape(Buffer.concat([element, hex('05 00'), element]))).toEqual([
      [4, length],
      [5, 0],
      [4, length],
    ]);
    expect(codeOf(() => derElements(element.subarray(0, -1)))).toBe('CERTIFICATE_INVALID');
  });

  it('reads lengths of up to four bytes', () => {
    expect(shape(Buffer.concat([hex('04 83 01 00 00'), new Uint8Array(65_536)]))).toEqual([
      [4, 65_536],
    ]);
    expect(shape(Buffer.concat([hex('04 84 01 00 00 00'), new Uint8Array(16_777_216)]))).toEqual([
      [4, 16_777_216],
    ]);
  });

  it('is nothing for no bytes', () => {
    expect(derElements(new Uint8Array())).toEqual([]);
  });

  it.each([
    ['an indefinite length', `04 80 ${'00 '.repeat(128)}`],
    ['a short length in long spelling', `04 81 7f ${'00 '.repeat(127)}`],
    ['a length with a zero before it', `04 82 00 ff ${'00 '.repeat(255)}`],
    ['a length of five bytes', '04 85 01 00 00 00 00'],
    ['a length of five bytes that says little', '04 85 00 00 00 00 01 00'],
    ['a tag of several bytes', '1f 01 00'],
    ['a tag alone', '04'],
    ['a length that is cut', '04 82 01'],
    ['fewer bytes than it says', '04 02 00'],
    ['something behind it', '04 01 00 30'],
  ])('refuses %s', (_what, text) => {
    expect(codeOf(() => derElements(hex(text)))).toBe('CERTIFICATE_INVALID');
  });
});
