/**
 * For tests only: a program that runs the request on its standard input, prints the command's output as it
 * comes and then one line `RESULT {…}`. Lets tests run sandboxes as another user or kill the one who asked.
 */
import { readFileSync } from 'node:fs';

import { runInSandbox } from './run.js';
import type { SandboxRequest } from './types.js';

const request = JSON.parse(readFileSync(0, 'utf8')) as SandboxRequest;
const result = await runInSandbox({
  ...request,
  signal: new AbortController().signal,
  onOutput: (_stream, chunk) => void process.stdout.write(chunk),
});
process.stdout.write(`RESULT ${JSON.stringify(result)}\n`);
