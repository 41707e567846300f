import { appendFile, writeFile } from 'node:fs/promises';

import type { Context } from '../context.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { checkHtml } from '../report/html/check-html.js';
import type { Check } from '../vary/check.js';
import type { CheckRequest } from './read-check-options.js';

/**
 * Writes the files that were asked for.
 *
 * @throws SelfsameError CHECK_REPORT_NOT_WRITTEN
 */
export async function writeCheckReports(
  { files }: CheckRequest,
  { report }: Check,
  _engine: Context,
): Promise<void> {
  if (files.html !== undefined) await put(files.html, checkHtml(report));
}

async function put(path: string, text: string, append = false): Promise<void> {
  try {
    await (append ? appendFile(path, text) : writeFile(path, text));
  } catch (error) {
    throw new SelfsameError(
      'CHECK_REPORT_NOT_WRITTEN',
      `the report could not be written to ${path}`,
      {
        cause: error,
        hint: 'The check was made; run it again with a file that can be written',
      },
    );
  }
}
