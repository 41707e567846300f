// Runs `selfsame check` on every project and judges its answers (README.md).
// Usage: node tools/run-ts.js conformance/causes/run.ts [options] [projects...]
//   --quick         one project for each cause, and the controls
//   --results FILE  write the answers there, as JSON
//   --keep DIR      keep each report as DIR/<project>.json
//   --program FILE selfsame, where it is not the one of this checkout
//   --judge DIR     judge reports that were kept, without checking again
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, exit, stdout } from 'node:process';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { CheckReport } from '../../packages/selfsame/src/vary/types.js';
import { readCases } from './cases.js';
import type { Case } from './cases.js';
import { judge, questions } from './judge.js';
import type { Answer } from './judge.js';
import { readOracle } from './oracle-file.js';

const { values: options, positionals } = parseArgs({
  args: argv.slice(2),
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    results: { type: 'string' },
    keep: { type: 'string' },
    judge: { type: 'string' },
    program: { type: 'string', default: join('node_modules', '.bin', 'selfsame') },
  },
});

/** A check of one small project, with all its builds. */
const limitSeconds = 300;
/** Of the copies: a Monday morning, in the past of every variation. */
const sourceTime = new Date('2026-03-02T09:30:00Z');

type Outcome =
  | { readonly type: 'judged'; readonly answers: readonly Answer[]; readonly builds: number }
  | { readonly type: 'left-out'; readonly why: string }
  | { readonly type: 'failed'; readonly why: string };

const cases = await readCases(positionals);
const chosen = options.quick ? quickOnes(cases) : cases;
const { projects: oracle } = await readOracle();
const area = await mkdtemp(join(tmpdir(), 'selfsame-causes-'));
const outcomes = new Map<string, Outcome>();
try {
  if (options.keep !== undefined) await mkdir(options.keep, { recursive: true });
  for (const one of chosen) {
    const begin = performance.now();
    const outcome = await run(one);
    outcomes.set(one.name, outcome);
    print(one, outcome, (performance.now() - begin) / 1000);
  }
} finally {
  await rm(area, { recursive: true, force: true });
}
exit(summarise());

/** The first project of each first cause, those that fail, and those that are reproducible. */
function quickOnes(all: readonly Case[]): readonly Case[] {
  const seen = new Set<string>();
  return all.filter((one) => {
    const first = Object.values(one.artifacts)[0];
    if (first === undefined || first.condition === 'none') return true;
    const cause = first.cause?.[0] ?? '';
    return !seen.has(cause) && seen.add(cause);
  });
}

async function run(one: Case): Promise<Outcome> {
  const missing = one.needs.filter((program) => !isThere(program));
  if (missing.length > 0) return { type: 'left-out', why: `no ${missing.join(', ')} here` };
  const kept = join(options.judge ?? options.keep ?? area, `${one.name}.json`);
  const output =
    options.judge === undefined ? await check(one) : await readFile(kept, 'utf8').catch(() => '');
  if (options.keep !== undefined) await writeFile(kept, output);
  const report = reportIn(output);
  if (report === undefined) return { type: 'failed', why: output.trim().slice(-1500) };
  const answers = judge(one, report, oracle[one.name]);
  return { type: 'judged', answers, builds: report.builds.length };
}

function isThere(program: string): boolean {
  if (program.startsWith('/')) return existsSync(program);
  try {
    execFileSync('sh', ['-c', 'command -v -- "$1"', 'sh', program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What the command says on standard output, and behind it on standard error. */
async function check(one: Case): Promise<string> {
  const directory = join(area, one.name);
  await cp(one.directory, directory, { recursive: true });
  await rm(join(directory, 'case.json'));
  await settle(directory);
  const child = spawn(
    options.program,
    ['--json', '-C', directory, 'check', ...(one.options ?? []), '--', ...one.command],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const timer = setTimeout(() => child.kill('SIGTERM'), limitSeconds * 1000);
  const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
  clearTimeout(timer);
  await rm(directory, { recursive: true, force: true });
  return `${said}${complained}`;
}

/** Modes and times do not depend on how these sources came here. */
async function settle(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const below = join(path, entry.name);
    if (entry.isDirectory()) await settle(below);
    else {
      await chmod(below, 0o644);
      await utimes(below, sourceTime, sourceTime);
    }
  }
  await chmod(path, 0o755);
  await utimes(path, sourceTime, sourceTime);
}

/** The last line that is a report, or a result with one in it. */
function reportIn(output: string): CheckReport | undefined {
  for (const line of output.split('\n').reverse()) {
    if (!line.startsWith('{')) continue;
    const value = JSON.parse(line) as Record<string, unknown>;
    const data = (value['type'] === 'result' ? (value['data'] ?? value) : value) as Record<
      string,
      unknown
    >;
    const report = (data['report'] ?? data) as Partial<CheckReport>;
    if (report.verdict !== undefined && report.artifacts !== undefined)
      return report as CheckReport;
  }
  return undefined;
}

function print(one: Case, outcome: Outcome, seconds: number): void {
  const time = `${seconds.toFixed(1)} s`;
  if (outcome.type !== 'judged') {
    stdout.write(
      `${outcome.type === 'failed' ? 'NOT OK' : 'left out'} ${one.name}: ${outcome.why}\n`,
    );
    return;
  }
  const wrong = outcome.answers.filter(({ isRight }) => isRight === false);
  const unknown = outcome.answers.filter(({ isRight }) => isRight === undefined);
  stdout.write(
    `${wrong.length === 0 ? 'ok' : 'NOT OK'} ${one.name} (${one.language}, ${outcome.builds} builds, ${time})\n`,
  );
  for (const { question, path, expected, got } of [...wrong, ...unknown]) {
    stdout.write(`    ${question} ${path}: expected ${expected}; got ${got}\n`);
  }
}

/** A line for each question; the exit code. */
function summarise(): number {
  const all = [...outcomes.values()];
  const answers = all.flatMap((outcome) => (outcome.type === 'judged' ? outcome.answers : []));
  for (const question of questions) {
    const asked = answers.filter((one) => one.question === question);
    const right = asked.filter(({ isRight }) => isRight === true).length;
    const impossible = asked.filter(({ isRight }) => isRight === undefined).length;
    if (asked.length > 0) {
      const rest = impossible > 0 ? `, ${impossible} not possible here` : '';
      stdout.write(`${question.padEnd(12)} ${right} of ${asked.length - impossible}${rest}\n`);
    }
  }
  const failed = all.filter(({ type }) => type === 'failed').length;
  const leftOut = all.filter(({ type }) => type === 'left-out').length;
  const wrong = answers.filter(({ isRight }) => isRight === false).length;
  stdout.write(
    `${all.length} projects: ${wrong} wrong answers, ${failed} without a report, ${leftOut} left out\n`,
  );
  if (options.results !== undefined) {
    writeFileSync(
      options.results,
      `${JSON.stringify(Object.fromEntries(outcomes), undefined, 2)}\n`,
    );
  }
  return wrong + failed === 0 ? 0 : 1;
}
