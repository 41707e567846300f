// Asks reprotest, and of what varies there `selfsame check`, about Debian source packages (README.md).
// Usage: node tools/run-ts.js conformance/packages-that-vary/study.ts --area DIR --results FILE [options] NAMES...
//   --only reprotest|check  leave out the other
//   --again                 also those that have an answer
//   --seconds N             after which check starts no further build (150)
//   --slowest N             seconds that two or three builds of reprotest may take (100)
//   --program FILE          selfsame, where it is not the one of this checkout
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { argv, exit, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { check } from './check.js';
import { reprotest } from './reprotest.js';
import { readResults, writeResults } from './results.js';
import type { Result } from './results.js';
import { unpack } from './sources.js';

const { values: options, positionals } = parseArgs({
  args: argv.slice(2),
  allowPositionals: true,
  options: {
    area: { type: 'string' },
    results: { type: 'string' },
    only: { type: 'string' },
    again: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '150' },
    slowest: { type: 'string', default: '100' },
    program: { type: 'string', default: join('node_modules', '.bin', 'selfsame') },
  },
});
if (options.area === undefined || options.results === undefined) {
  stderr.write('--area and --results are needed\n');
  exit(2);
}
const area = resolve(options.area);
const file = resolve(options.results);
const seconds = Number(options.seconds);
await mkdir(area, { recursive: true });
for (const name of positionals) {
  const begin = performance.now();
  const said = await study(name, join(area, name));
  stdout.write(`${name}: ${said} (${((performance.now() - begin) / 1000).toFixed(0)} s)\n`);
}

/** In a few words, for the log. */
async function study(name: string, place: string): Promise<string> {
  const before = (await readResults(file))[name];
  const source = unpack(name, place);
  if (source.type !== 'unpacked') return `${source.type}: ${source.why}`;
  let result = before;
  if (options.only !== 'check' && (options.again || result?.reprotest === undefined)) {
    const asked = reprotest(source.directory, join(place, 'store'), Number(options.slowest));
    if (asked === undefined) return 'fails, or takes too long';
    const { answer, binaries } = asked;
    const varies = Object.values(answer.differing).some(({ length }) => length > 0);
    result = {
      version: source.version,
      binaries: [...binaries],
      outcome: varies ? 'varies' : answer.failed.length > 0 ? 'build-fails' : 'same',
      reprotest: answer,
      ...(result?.check === undefined ? {} : { check: result.check }),
    };
    await record(name, result);
  }
  if (options.only === 'reprotest' || result?.outcome !== 'varies') return result?.outcome ?? 'new';
  if (!options.again && result.check !== undefined) return 'has an answer';
  const answer = await check(resolve(options.program), source.directory, place, seconds);
  if (answer === undefined) return 'check gave no report';
  await record(name, { ...result, check: answer });
  return `varies; check: ${answer.artifacts
    .map((one) => `${one.path} with ${one.differsWith}`)
    .join('; ')}, ${answer.builds} builds`;
}

async function record(name: string, result: Result): Promise<void> {
  await writeResults(file, { ...(await readResults(file)), [name]: result });
}
