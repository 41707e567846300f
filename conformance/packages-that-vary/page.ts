// Writes docs/packages-that-vary.md from results.json and notes.yaml.
// Usage: node tools/run-ts.js conformance/packages-that-vary/page.ts
import { writeFile } from 'node:fs/promises';
import { pageOf } from './page-text.js';
import { pagePath, readNotes, readResults, resultsPath } from './results.js';

await writeFile(pagePath, await pageOf(await readResults(resultsPath), await readNotes()));
