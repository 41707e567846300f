import { describe, expect, it } from 'vitest';
import { compareHtml } from './html/compare-html.js';
import { compareMarkdown } from './markdown/compare-markdown.js';
import { compareLines } from './terminal/compare-lines.js';
import { plainStyle } from '../text/style.js';
import { testCompareReport } from './testing-compare.js';
import { compareHeadline } from './headline.js';
import { dependenceWords } from './words.js';

function headline(differing: number, differingDirectories: number, files = 1209): string {
  const report = testCompareReport();
  const totals = { ...report.totals, files, differing, differingDirectories };
  return compareHeadline({ ...report, totals }).text;
}

describe('what was not searched', () => {
  it('names what it can be where that is little', () => {
    const words = (number: number): string => {
      const candidates = Array.from({ length: number }, (_, at) => `v${at}`);
      return dependenceWords({ type: 'unsearched', candidates, quick: true }, (name) => name);
    };
    expect(words(2)).toMatch(/^differs with one or more of: v0 or v1 \(/);
    expect(words(30)).toBe(
      'differs with one or more of 30 variations (without a search, as was asked for)',
    );
  });
});

describe('the headline of a comparison', () => {
  it('counts files among files, and directories apart', () => {
    expect(headline(1202, 0)).toBe('1,202 of 1,209 files differ');
    expect(headline(1202, 50)).toBe('1,202 of 1,209 files differ, and 50 directories');
    expect(headline(1, 1)).toBe('1 of 1,209 files differs, and 1 directory');
    expect(headline(0, 2)).toBe('2 directories differ, and none of 1,209 files');
    expect(headline(0, 1)).toBe('1 directory differs, and none of 1,209 files');
    expect(headline(1, 0, 1)).toBe('They differ');
  });

  it('says which of both is damaged and where, and what kinds they are', () => {
    const report = testCompareReport();
    const damage = {
      reason: 'damaged',
      detail: 'in B it ends in the middle of "x"',
      side: 'b',
    } as const;
    const types = ['gzip', 'data'] as const;
    const { rest } = compareHeadline({
      ...report,
      difference: report.difference && { ...report.difference, types },
      unexamined: [
        { ...damage, place: ['a.deb', 'data.tar.xz', 'x\u001b'] },
        { ...damage, place: ['a.deb'], side: 'both', detail: 'in A so; in B so' },
      ],
    });
    expect(rest).toContain('A and B are of different kinds: gzip and data');
    expect(rest).toContain(
      'B is damaged › data.tar.xz › x\\x1b: in B it ends in the middle of "x"',
    );
    expect(rest).toContain('Both are damaged: in A so; in B so');
  });

  it('says the same on terminals, in Markdown and in HTML', () => {
    const report = testCompareReport();
    const told = { ...report, totals: { ...report.totals, differingDirectories: 50 } };
    const words = '3 of 214 files differ, and 50 directories';
    expect(compareMarkdown(told)).toContain(words);
    expect(compareHtml(told)).toContain(words);
    expect(compareHtml(told)).toContain('directories differ');
    expect(compareLines(told, { style: plainStyle, columns: 100 }).join('\n')).toContain(words);
  });
});
