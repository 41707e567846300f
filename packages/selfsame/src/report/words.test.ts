import { describe, expect, it } from 'vitest';
import { compareHtml } from './html/compare-html.js';
import { compareMarkdown } from './markdown/compare-markdown.js';
import { compareLines } from './terminal/compare-lines.js';
import { plainStyle } from '../text/style.js';
import { testCompareReport } from './testing-compare.js';
import { compareHeadline } from './words.js';

function headline(differing: number, differingDirectories: number, files = 1209): string {
  const report = testCompareReport();
  const totals = { ...report.totals, files, differing, differingDirectories };
  return compareHeadline({ ...report, totals }).text;
}

describe('the headline of a comparison', () => {
  it('counts files among files, and directories apart', () => {
    expect(headline(1202, 0)).toBe('1,202 of 1,209 files differ');
    expect(headline(1202, 50)).toBe('1,202 of 1,209 files differ, and 50 directories');
    expect(headline(1, 1)).toBe('1 of 1,209 files differs, and 1 directory');
    expect(headline(0, 2)).toBe('2 directories differ, and none of 1,209 files');
    expect(headline(0, 1)).toBe('1 directory differs, and none of 1,209 files');
    expect(headline(1, 0, 1)).toBe('They differ');
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
