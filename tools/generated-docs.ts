import { format, resolveConfig } from 'prettier';
import { join } from 'node:path';
import { repositoryRoot } from './esbuild-options.js';
import { causeIndex } from './generate-cause-index.js';
import { commandReference } from './generate-command-reference.js';
import { errorIndex } from './generate-error-index.js';

/** The generated pages, formatted as they are committed: path from the root, and text. */
export async function generatedDocs(): Promise<readonly (readonly [string, string])[]> {
  const config = (await resolveConfig(join(repositoryRoot, 'docs/errors.md'))) ?? {};
  const page = async (path: string, text: string): Promise<readonly [string, string]> => [
    path,
    await format(text, { ...config, parser: 'markdown' }),
  ];
  return Promise.all([
    page('docs/errors.md', errorIndex()),
    page('docs/causes.md', causeIndex()),
    page('docs/command-line.md', commandReference()),
  ]);
}
