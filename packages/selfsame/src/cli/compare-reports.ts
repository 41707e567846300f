import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CompareReport } from '../compare/types.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { compareHtml } from '../report/html/compare-html.js';
import { compareJunit } from '../report/junit/junit.js';
import { compareMarkdown } from '../report/markdown/compare-markdown.js';
import { compareSarif, sarifText } from '../report/sarif/sarif.js';
import type { OptionValues } from './command.js';

const forms: Readonly<Record<string, (report: CompareReport) => string>> = {
  html: compareHtml,
  markdown: compareMarkdown,
  sarif: (report) => sarifText(compareSarif(report)),
  junit: compareJunit,
};

/**
 * Writes the reports that options ask for.
 *
 * @throws SelfsameError COMPARE_REPORT_NOT_WRITTEN
 */
export async function writeCompareReports(
  report: CompareReport,
  options: OptionValues,
  cwd: string,
): Promise<void> {
  for (const [name, make] of Object.entries(forms)) {
    const path = options[name];
    if (typeof path !== 'string') continue;
    const text = make(report);
    try {
      await writeFile(resolve(cwd, path), text);
    } catch (cause) {
      const message = `the report cannot be written to ${path}`;
      const hint = `give --${name} a file in a directory that can be written`;
      throw new SelfsameError('COMPARE_REPORT_NOT_WRITTEN', message, { hint, cause });
    }
  }
}
