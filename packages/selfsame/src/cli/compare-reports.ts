import { dirname, resolve } from 'node:path';
import type { CompareReport } from '../compare/types.js';
import { compareHtml } from '../report/html/compare-html.js';
import { compareJunit } from '../report/junit/junit.js';
import { compareMarkdown } from '../report/markdown/compare-markdown.js';
import { compareSarif, sarifText } from '../report/sarif/sarif.js';
import type { OptionValues } from './command.js';
import { deepPagesFrom } from './deep-pages.js';
import { examineReportFiles, writeReports, type ReportPlace } from './write-reports.js';

/** Each form, given where its file will be. */
const forms: Readonly<Record<string, (report: CompareReport, directory: string) => string>> = {
  html: (report, directory) => {
    const { deep, contents } = deepPagesFrom(report.deep, directory);
    return compareHtml({ ...report, deep }, contents);
  },
  markdown: (report) => compareMarkdown(report),
  sarif: (report) => sarifText(compareSarif(report)),
  junit: (report) => compareJunit(report),
};

/** Where reports of comparisons are written to. */
export type CompareReportsPlace = Omit<ReportPlace, 'code'>;

const code = 'COMPARE_REPORT_NOT_WRITTEN';

/**
 * Refuses reports that could not be written, before the comparison.
 *
 * @throws SelfsameError COMPARE_REPORT_NOT_WRITTEN, WRONG_USE
 */
export async function examineCompareReports(
  options: OptionValues,
  { cwd, env }: CompareReportsPlace,
): Promise<void> {
  await examineReportFiles(asked(options), { cwd, env, code });
}

/**
 * Writes the reports that options ask for.
 *
 * @throws SelfsameError COMPARE_REPORT_NOT_WRITTEN
 */
export async function writeCompareReports(
  report: CompareReport,
  options: OptionValues,
  { cwd, env }: CompareReportsPlace,
): Promise<void> {
  const files = asked(options).map(({ option, path }) => ({
    option,
    path,
    text: () => forms[option]?.(report, dirname(resolve(cwd, path))) ?? '',
  }));
  await writeReports(files, { cwd, env, code });
}

function asked(options: OptionValues): { readonly option: string; readonly path: string }[] {
  return Object.keys(forms).flatMap((option) => {
    const path = options[option];
    return typeof path === 'string' ? [{ option, path }] : [];
  });
}
