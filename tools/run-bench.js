// Runs one benchmark in this process and leaves its rows in a file; bench/run.ts starts it once per benchmark.
// Usage: node tools/run-bench.js <name> <answer.json>
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { argv } from 'node:process';
import { repositoryRoot } from './esbuild-options.js';
import { importTypeScript } from './run-ts.js';

const [, , name = '', answer = ''] = argv;
const { run } = await importTypeScript(join(repositoryRoot, 'bench', `${name}.ts`));
if (typeof run !== 'function') throw new Error(`bench/${name}.ts exports no function "run"`);
await writeFile(answer, JSON.stringify(await run()));
