import { describe, expect, it } from 'vitest';
import { areFilledAlike, zerosField } from './trailing.js';

const block = 512;
const fill = (blocks: number, zeros: number): string =>
  zerosField((blocks - zeros) * block, blocks * block).value;

describe('zeros behind archives', () => {
  it('follow where one program would write so many in both', () => {
    // Records of 20 blocks, each with the two that end a tar archive; two blocks and nothing else; blocks of cpio.
    expect(areFilledAlike(fill(20, 2), fill(40, 21))).toBe(true);
    expect(areFilledAlike(fill(9, 2), fill(11, 2))).toBe(true);
    expect(areFilledAlike('300 bytes up to 1024', '4 bytes up to 512')).toBe(true);
  });

  it('do not where it would not', () => {
    // The same archive as two programs write it, or with blocks appended.
    expect(areFilledAlike(fill(9, 2), fill(20, 13))).toBe(false);
    for (let more = 1; more < 20; more++)
      expect(areFilledAlike(fill(20, 5), fill(20 + more, 5 + more)), `${more}`).toBe(false);
    for (let more = 1; more <= 20; more++)
      expect(areFilledAlike(fill(9, 2), fill(9 + more, 2 + more)), `${more}`).toBe(false);
    expect(areFilledAlike(fill(9, 2), undefined)).toBe(false);
    expect(areFilledAlike('0123 other', '0123 other')).toBe(false);
  });

  it('are no filling where they are more, or fill no block', () => {
    expect(zerosField(512, 512 + 23 * 512)).toMatchObject({ name: 'zeros', kind: 'other' });
    expect(zerosField(512, 600)).toMatchObject({ name: 'zeros', kind: 'other' });
  });
});
