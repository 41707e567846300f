import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generatedDocs } from './generated-docs.js';
import { repositoryRoot } from './esbuild-options.js';

// `npm run docs`: writes the pages of docs/ that are made from the sources.
for (const [path, text] of await generatedDocs()) {
  await writeFile(join(repositoryRoot, path), text);
  process.stdout.write(`${path}\n`);
}
