// Switches off one check after another and sees that a test notices. README.md says how, and in which folders.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, exit, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { Worker } from './pool.js';
import { prepare } from './prepare.js';
import { planFor, type FileRecord } from './protocol.js';
import type { Mutant } from './schemata.js';
import { listProblems, type Equivalents } from './equivalents.js';

const here = import.meta.dirname;
const { values: options } = parseArgs({
  args: argv.slice(2),
  options: {
    only: { type: 'string', multiple: true, default: [] },
    tests: { type: 'string', multiple: true, default: [] },
    part: { type: 'string', default: '1/1' },
    workers: { type: 'string', default: '2' },
    json: { type: 'string' },
  },
});
const [part = 1, parts = 1] = options.part.split('/').map(Number);

const workers = Number(options.workers);
/** Milliseconds for one mutant besides ten times what its tests took: a loop without end is noticed, too. */
const patience = 10_000;

const scratch = await mkdtemp(join(tmpdir(), 'selfsame-mutation-'));
let pool: readonly Worker[] = [];
let failed = true;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    void cleanUp().then(() => exit(143));
  });
}
try {
  failed = !(await run());
} finally {
  await cleanUp();
}
exit(failed ? 1 : 0);

async function cleanUp(): Promise<void> {
  await Promise.all(pool.map((worker) => worker.stop()));
  await rm(scratch, { recursive: true, force: true });
}

async function run(): Promise<boolean> {
  const start = Date.now();
  const isWanted = (file: string): boolean => startsWith(file, options.tests);
  const { mutants, chosen, tests, worker } = await prepare(
    scratch,
    isChosen,
    options.tests.length > 0 ? isWanted : undefined,
  );
  pool = Array.from({ length: workers }, () => new Worker(worker, scratch));
  const records = await recordAll(pool, tests);
  const found = `${mutants.length} mutants, ${chosen.length} tried`;
  say(`${found}; ${records.length} test files, recorded in ${seconds(start)}`);
  return await report(mutants, await tryAll(pool, chosen, records), start);
}

async function recordAll(
  pool: readonly Worker[],
  tests: readonly string[],
): Promise<readonly FileRecord[]> {
  const records: FileRecord[] = [];
  await inTurn(pool, tests, async (worker, file) => {
    const reply = await worker.do({ do: 'record', file }, 300_000);
    if (reply.did !== 'record')
      throw new Error(`the tests fail as they are: ${JSON.stringify(reply)}`);
    records.push(reply.record);
  });
  // In the order in which they will run, with nothing switched off, nothing may be noticed.
  await inTurn(pool, records, async (worker, { file, tests: all }) => {
    const order = all.map(({ ms }, index) => ({ ms, index })).sort((a, b) => a.ms - b.ms);
    const files = [{ file, tests: order.map(({ index }) => index) }];
    const reply = await worker.do({ do: 'try', id: 0, files }, 300_000);
    if (reply.did !== 'try' || reply.noticed !== undefined) {
      throw new Error(`the tests depend on their order: ${JSON.stringify(reply)}`);
    }
  });
  return records;
}

interface Result {
  readonly mutant: Mutant;
  readonly state: 'killed' | 'time-out' | 'survived' | 'not-reached';
  readonly by?: string;
  readonly ms: number;
}

async function tryAll(
  pool: readonly Worker[],
  mutants: readonly Mutant[],
  records: readonly FileRecord[],
): Promise<readonly Result[]> {
  const results: Result[] = [];
  await inTurn(pool, mutants, async (worker, mutant) => {
    const { files, ms } = planFor(mutant.id, records);
    const start = Date.now();
    const add = (state: Result['state'], by?: string): void => {
      results.push({ mutant, state, ms: Date.now() - start, ...(by !== undefined && { by }) });
    };
    if (files.length === 0) {
      add('not-reached');
      return;
    }
    const reply = await worker.do({ do: 'try', id: mutant.id, files }, patience + 10 * ms);
    if (reply.did === 'time-out') add('time-out');
    // Out of memory is noticed as well.
    else if (reply.did === 'end') add('killed', reply.why);
    else if (reply.did !== 'try') throw new Error(`${mutant.key}: ${JSON.stringify(reply)}`);
    else add(reply.noticed === undefined ? 'survived' : 'killed', reply.noticed);
    if (results.length % 200 === 0) say(`${results.length} of ${mutants.length}`);
  });
  return results;
}

async function report(
  mutants: readonly Mutant[],
  results: readonly Result[],
  start: number,
): Promise<boolean> {
  const list = parse(await readFile(join(here, 'equivalents.yaml'), 'utf8')) as Equivalents;
  const survived = results.filter(({ state }) => state === 'survived' || state === 'not-reached');
  const { unlisted, stale } = listProblems(
    list,
    mutants.map(({ key }) => key),
    results.map(({ mutant }) => mutant.key),
    survived.map(({ mutant }) => mutant.key),
  );
  if (options.json !== undefined)
    await writeFile(options.json, JSON.stringify(results, undefined, 1));
  for (const { mutant, state } of survived) {
    if (unlisted.includes(mutant.key)) say(`${state}: ${mutant.key} (line ${mutant.line})`);
  }
  for (const line of stale) say(`equivalents.yaml: ${line}`);
  const count = (state: Result['state']): number =>
    results.filter((one) => one.state === state).length;
  say(
    `${results.length} mutants in ${seconds(start)}: ${count('killed')} killed, ${count('time-out')} timed out, ` +
      `${survived.length - unlisted.length} survived for a reason that is listed, ${unlisted.length} without`,
  );
  return unlisted.length === 0 && stale.length === 0;
}

/** The same mutants are in the same part, whatever others there are. */
function isChosen({ file, key }: Mutant): boolean {
  if (!startsWith(file, options.only)) return false;
  return createHash('sha256').update(key).digest().readUInt32BE(0) % parts === part - 1;
}

/** Without wishes, everything is wanted. */
function startsWith(file: string, wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((start) => file.startsWith(start));
}

async function inTurn<T>(
  pool: readonly Worker[],
  items: readonly T[],
  action: (worker: Worker, item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    pool.map(async (worker) => {
      for (let item = items[next++]; item !== undefined; item = items[next++])
        await action(worker, item);
    }),
  );
}

function say(line: string): void {
  stdout.write(`${line}\n`);
}

function seconds(start: number): string {
  return `${((Date.now() - start) / 1000).toFixed(0)} s`;
}
