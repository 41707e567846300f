import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { ExitCode } from '../errors/error-code.js';
import { jsonReport } from '../report/json/json-report.js';
import { checkLines } from '../report/terminal/check-lines.js';
import { printable } from '../text/printable.js';
import { shellWords } from '../text/shell-words.js';
import { check } from '../vary/check.js';
import type { Check } from '../vary/check.js';
import { readWishes, selectVariations } from '../vary/select-variations.js';
import type { CheckVerdict } from '../vary/types.js';
import { againCommands } from './check-again.js';
import { openCheckBuilder } from './check-builder.js';
import { examineCheckReports, writeCheckReports } from './check-reports.js';
import type { CommandContext, CommandResult } from './command.js';
import type { CheckRequest } from './read-check-options.js';

const exitCodes: Readonly<Record<CheckVerdict, ExitCode>> = {
  reproducible: 0,
  differs: 1,
  'fails-when-varied': 1,
  'does-not-build': 4,
  'no-artifacts': 1,
};

/** Runs a check from the request to the answer; everything it made but what was asked for is removed. */
export async function runCheck(
  request: CheckRequest,
  context: CommandContext,
): Promise<CommandResult> {
  readWishes(request.wishes);
  await examineCheckReports(request, context);
  const engine = await context.engine();
  await using opened = await openCheckBuilder(request, context, engine);
  const { builder, subject, directory } = opened;
  const variations = selectVariations(request.wishes, builder.host);
  const answer = await check({
    ...{ subject, directory, builder, variations },
    host: builder.host,
    seed: request.seed,
    runs: request.runs,
    quick: request.quick,
    confirm: request.confirm,
    jobs: request.jobs,
    builds: request.builds,
    milliseconds: request.seconds === undefined ? undefined : request.seconds * 1000,
    emit: engine.emit,
    signal: context.signal,
  });
  if (request.keep !== undefined) await keepTrees(answer, request.keep);
  await writeCheckReports(request, answer, context, engine);
  const { report } = answer;
  const again = againCommands(report, { ...request, seed: answer.seed });
  const lines = checkLines(report, {
    style: context.style,
    columns: context.columns,
    ...(request.files.html !== undefined && { rest: printable(request.files.html) }),
  });
  return {
    exitCode: exitCodes[report.verdict],
    data: { ...jsonReport(report), again },
    text: [...lines, ...againLines(again, context)],
  };
}

function againLines(again: ReturnType<typeof againCommands>, { style }: CommandContext): string[] {
  if (again.length === 0) return [];
  return [
    '',
    style.bold('To see one of them again:'),
    ...again.slice(0, 3).map(({ command }) => `  ${shellWords(command)}`),
  ];
}

/** Copies of what builds made, by id, as they are: links stay links. */
async function keepTrees({ trees }: Check, keep: string): Promise<void> {
  await mkdir(keep);
  for (const [id, tree] of trees)
    await cp(tree, join(keep, id), {
      recursive: true,
      verbatimSymlinks: true,
      errorOnExist: true,
      force: false,
    });
}
