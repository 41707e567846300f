// One process that runs tests of instrumented files: first all of them, recording which mutants each reaches,
// then those of one mutant after another, as `run.ts` asks for.
import type { generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { env } from 'node:process';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import type { FileRecord, Order, Reply } from './protocol.js';
import { collector, type Collected } from './vitest-shim.js';

type Load = (
  require: (name: string) => unknown,
  mutant: (id: number) => boolean,
  url: string,
  folder: string,
) => void;

const root = env['MUTATION_ROOT'] ?? '';
const fromRoot = createRequire(`${root}/package.json`);
// The same properties in every run, so that what is reached and what is killed are.
(fromRoot('fast-check') as { configureGlobal: (options: object) => void }).configureGlobal({
  seed: 20250101,
});

// Making RSA keys takes longer than most tests: the nth pair of a kind is made once, and is the same in every run.
const crypto = fromRoot('node:crypto') as { generateKeyPairSync: typeof generateKeyPairSync };
const generate = crypto.generateKeyPairSync as (...input: readonly unknown[]) => unknown;
const pairs = new Map<string, unknown>();
const made = new Map<string, number>();
crypto.generateKeyPairSync = ((...input: readonly unknown[]) => {
  const kind = JSON.stringify(input);
  const count = (made.get(kind) ?? 0) + 1;
  made.set(kind, count);
  const pair = pairs.get(`${kind} ${count}`) ?? generate(...input);
  pairs.set(`${kind} ${count}`, pair);
  return pair;
}) as typeof generateKeyPairSync;

let active = 0;
let reached: Set<number> | undefined;
const mutant = (id: number): boolean => {
  reached?.add(id);
  return id === active;
};

const scripts = new Map<string, Script>();

/** Runs the file anew: nothing that an earlier mutant left behind is in it. */
function load(file: string): Collected {
  let script = scripts.get(file);
  if (script === undefined) {
    const code = readFileSync(file, 'utf8');
    script = new Script(`(function (require, __mutant, __url, __folder) {${code}\n})`, {
      filename: file,
    });
    scripts.set(file, script);
  }
  made.clear();
  const { vitest, collected } = collector();
  const start = script.runInThisContext() as Load;
  const require = (name: string): unknown => (name === 'vitest' ? vitest : fromRoot(name));
  start(require, mutant, pathToFileURL(file).href, dirname(file));
  return collected;
}

async function finish({ last }: Collected): Promise<void> {
  for (const body of last) await body();
}

async function record(file: string): Promise<FileRecord> {
  reached = new Set();
  const start = performance.now();
  const collected = load(file);
  const loading = { reached: [...reached], ms: performance.now() - start };
  const tests: FileRecord['tests'][number][] = [];
  for (const { name, run } of collected.tests) {
    reached = new Set();
    const from = performance.now();
    await run();
    tests.push({ name, reached: [...reached], ms: performance.now() - from });
  }
  reached = undefined;
  await finish(collected);
  return { file, loading, tests };
}

/** The name of the first test that notices; undefined when none does. */
async function firstToNotice({
  id,
  files,
}: Extract<Order, { do: 'try' }>): Promise<string | undefined> {
  active = id;
  for (const { file, tests } of files) {
    let collected: Collected | undefined;
    let at = `${file}: loading`;
    try {
      collected = load(file);
      for (const index of tests) {
        const test = collected.tests[index];
        at = test?.name ?? at;
        if (test === undefined) throw new RangeError(`there is no test ${index}`);
        await test.run();
        process.send?.({ did: 'step' } satisfies Reply);
      }
    } catch (error) {
      return `${at}: ${error instanceof Error ? error.message.split('\n')[0] : 'thrown'}`;
    } finally {
      active = 0;
      if (collected !== undefined) await finish(collected);
      active = id;
    }
  }
  return undefined;
}

process.on('message', (order: Order) => {
  const answer = (reply: Reply): void => void process.send?.(reply);
  if (order.do === 'record') {
    record(order.file).then(
      (recorded) => answer({ did: 'record', record: recorded }),
      (error: unknown) => answer({ did: 'fail', why: `${order.file}: ${String(error)}` }),
    );
  } else {
    firstToNotice(order).then(
      (noticed) => answer({ did: 'try', id: order.id, ...(noticed !== undefined && { noticed }) }),
      (error: unknown) => answer({ did: 'fail', why: `mutant ${order.id}: ${String(error)}` }),
    );
  }
});
