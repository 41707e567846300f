import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

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
import type { CheckRequest } from './read-check-options.js';

/**
 * Writes the files that were asked for; a step summary of GitHub is added to, as other programs write there, too.
 *
 * @throws SelfsameError CHECK_REPORT_NOT_WRITTEN, and the reason of the signal
 */
export async function writeCheckReports(
  { files, deep }: CheckRequest,
  answer: Check,
  context: Pick<CommandContext, 'cwd' | 'env' | 'signal'>,
  engine: Pick<Context, 'emit'>,
): Promise<void> {
  const { report } = answer;
  const pages = deep === undefined ? [] : await lookDeep(answer, deep, context, engine);
  if (files.html !== undefined) {
    const folder = dirname(files.html);
    const links = pages.map(({ place, file }) => ({ place, file: relative(folder, file) }));
    await put(files.html, checkHtml(report, { deep: links }));
  }
  if (files.sarif !== undefined) await put(files.sarif, sarifText(checkSarif(report)));
  if (files.junit !== undefined) await put(files.junit, checkJunit(report));
  if (files.markdown !== undefined) {
    const summary = context.env['GITHUB_STEP_SUMMARY'];
    const add = summary !== undefined && resolve(context.cwd, summary) === files.markdown;
    await put(files.markdown, checkMarkdown(report), add);
  }
}

async function put(path: string, text: string, add = false): Promise<void> {
  try {
    await (add ? appendFile(path, text) : writeFile(path, text));
  } catch (error) {
    throw notWritten(path, error);
  }
}

function notWritten(path: string, cause: unknown): SelfsameError {
  return new SelfsameError('CHECK_REPORT_NOT_WRITTEN', `${path} could not be written`, {
    cause,
    hint: 'The check was made; run it again with a file that can be written',
  });
}

/** Artifacts that diffoscope is shown, and milliseconds for each. */
const mostPages = 12;
const pageMilliseconds = 120_000;

/** Causes that name a kind of content, not a reason. */
const saysLittle: ReadonlySet<CauseName> = new Set(['unknown', 'code', 'text']);

/** Has diffoscope look at artifacts in whose bytes no cause was recognised. */
async function lookDeep(
  { report, trees }: Check,
  directory: string,
  { signal }: Pick<CommandContext, 'signal'>,
  { emit }: Pick<Context, 'emit'>,
): Promise<CompareReport['deep']> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw notWritten(directory, error);
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
  { report, trees }: Check,
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
