import { errorCodes } from '../packages/selfsame/src/errors/codes.js';
import type { ErrorCodeInfo, ExitCode } from '../packages/selfsame/src/errors/error-code.js';

const exitMeanings: Record<ExitCode, string> = {
  0: 'yes',
  1: 'no: differs, refused, not reproducible',
  2: 'wrong use or invalid file',
  3: 'inputs or environment unavailable',
  4: 'the build failed',
  5: 'infrastructure',
  75: 'checkpointed',
  130: 'interrupted',
};

/** docs/errors.md: every error code there is, from the folders' error-codes.ts. */
export function errorIndex(): string {
  const codes = Object.entries(errorCodes as Record<string, ErrorCodeInfo>).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return [
    '# What does this error mean?',
    '',
    'Made from the `error-codes.ts` files by `npm run docs`; do not edit.',
    '',
    'An error shows its code as `error[CODE]`, where it happened, why, and a hint. With `--json` the same is the',
    'last line: `{"type":"error","command":…,"exitCode":…,"errors":[{"code","message","hint","location","causes","details"}]}`.',
    '',
    '| exit code | means |',
    '| ---: | --- |',
    ...Object.entries(exitMeanings).map(([code, meaning]) => `| ${code} | ${meaning} |`),
    '',
    '| error code | exit | means |',
    '| --- | ---: | --- |',
    ...codes.map(([code, { exit, meaning }]) => `| \`${code}\` | ${exit} | ${cell(meaning)} |`),
    '| `INTERNAL_ERROR` | 5 | A bug in selfsame; please report it with the lines it prints. |',
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
