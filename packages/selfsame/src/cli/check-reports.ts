import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { runDiffoscope } from '../compare/diffoscope/run-diffoscope.js';
import type { CauseName, CompareReport } from '../compare/types.js';
import type { Context } from '../context.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { checkHtml } from '../report/html/check-html.js';
import { checkJunit } from '../report/junit/junit.js';
import { checkMarkdown } from '../report/markdown/check-markdown.js';
import { checkSarif, sarifText } from '../report/sarif/sarif.js';
import type { Check } from '../vary/check.js';
import { findingsIn } from '../vary/checking/findings-in.js';
import type { CommandContext } from './command.js';
import { deepPagesFrom } from './deep-pages.js';
import type { CheckRequest, ReportFiles } from './read-check-options.js';
import { examineReportFiles, writeReports } from './write-reports.js';

const code = 'CHECK_REPORT_NOT_WRITTEN';

/**
 * Refuses reports that could not be written, before anything is built.
 *
 * @throws SelfsameError CHECK_REPORT_NOT_WRITTEN, WRONG_USE
 */
export async function examineCheckReports(
  { files }: Pick<CheckRequest, 'files'>,
  { cwd, env }: Pick<CommandContext, 'cwd' | 'env'>,
): Promise<void> {
  await examineReportFiles(asked(files), { cwd, env, code });
}

/**
 * Writes the files that were asked for; a step summary of GitHub is added to, as other programs write there, too.
 *
 * @throws SelfsameError CHECK_REPORT_NOT_WRITTEN, and the reason of the signal
 */
export async function writeCheckReports(
  { files, deep, subject }: CheckRequest,
  answer: Pick<Check, 'report' | 'trees'>,
  { cwd, env, signal }: Pick<CommandContext, 'cwd' | 'env' | 'signal'>,
  engine: Pick<Context, 'emit'>,
): Promise<void> {
  const { report } = answer;
  const pages = deep === undefined ? [] : await lookDeep(answer, deep, { signal }, engine);
  // What a recipe makes is in no checkout: a remark there is of what says how it is made.
  const location = subject.type === 'project' ? { location: 'selfsame.yaml' } : {};
  const forms: Readonly<Record<keyof ReportFiles, (path: string) => string>> = {
    html: (path) => checkHtml(report, deepPagesFrom(pages, dirname(resolve(cwd, path)))),
    sarif: () => sarifText(checkSarif(report, location)),
    junit: () => checkJunit(report),
    markdown: () => checkMarkdown(report),
  };
  await writeReports(
    asked(files).map(({ option, path }) => ({ option, path, text: () => forms[option](path) })),
    { cwd, env, code },
  );
}

function asked(
  files: ReportFiles,
): { readonly option: keyof ReportFiles; readonly path: string }[] {
  return (['html', 'sarif', 'junit', 'markdown'] as const).flatMap((option) => {
    const path = files[option];
    return path === undefined ? [] : [{ option, path }];
  });
}

/** Artifacts that diffoscope is shown, and milliseconds for each. */
const mostPages = 12;
const pageMilliseconds = 120_000;

/** Causes that name a kind of content, not a reason. */
const saysLittle: ReadonlySet<CauseName> = new Set(['unknown', 'code', 'text']);

/** Has diffoscope look at artifacts in whose bytes no cause was recognised. */
async function lookDeep(
  { report, trees }: Pick<Check, 'report' | 'trees'>,
  directory: string,
  { signal }: Pick<CommandContext, 'signal'>,
  { emit }: Pick<Context, 'emit'>,
): Promise<CompareReport['deep']> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw new SelfsameError(code, `${directory} could not be made`, {
      cause: error,
      hint: 'Give --deep a directory that can be written',
    });
  }
  // Absolute paths are no options, and what its tools leave goes with the directory.
  const scratch = await mkdtemp(join(tmpdir(), 'selfsame-deep-'));
  try {
    return await showDiffoscope({ report, trees }, { directory, scratch, signal }, emit);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function showDiffoscope(
  { report, trees }: Pick<Check, 'report' | 'trees'>,
  where: { readonly directory: string; readonly scratch: string; readonly signal: AbortSignal },
  emit: Context['emit'],
): Promise<CompareReport['deep']> {
  const pages: { place: readonly string[]; file: string }[] = [];
  const left = report.artifacts.filter(
    ({ consequenceOf, difference }) =>
      consequenceOf.length === 0 &&
      difference?.presence === 'both' &&
      difference.types === undefined &&
      findingsIn(difference).every(({ cause }) => saysLittle.has(cause)),
  );
  if (left.length === 0 && report.artifacts.length > 0) {
    const message = '--deep: nothing is left for diffoscope: a cause was found in every file';
    emit({ type: 'notice', level: 'info', message });
  }
  for (const [index, { path, builds }] of left.slice(0, mostPages).entries()) {
    const [one, other] = (builds ?? []).map((id) => trees.get(id));
    if (one === undefined || other === undefined) continue;
    const html = join(where.directory, `${index + 1}.html`);
    const end = await runDiffoscope({
      directory: where.scratch,
      a: join(one, path),
      b: join(other, path),
      html,
      milliseconds: pageMilliseconds,
      signal: where.signal,
    });
    if (end.type === 'page') pages.push({ place: [path], file: html });
    else emit({ type: 'notice', level: 'warning', message: `--deep: ${path}: ${end.detail}` });
    if (end.type === 'none' && end.reason === 'tool-missing') break;
  }
  return pages;
}
