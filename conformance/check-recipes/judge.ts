// Holds what checks of recipes reported against what is known of the recipes, and against builds at both levels.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';

import type { CheckReport, Dependence } from '../../packages/selfsame/src/vary/types.js';

const [area = ''] = argv.slice(2);
const wrong: string[] = [];
let right = 0;

function expectSame(what: string, found: unknown, expected: unknown): void {
  if (JSON.stringify(found) === JSON.stringify(expected)) right++;
  else wrong.push(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
}

/** The last line of a command's JSON. */
function lastLine(name: string): Record<string, unknown> {
  const text = readFileSync(join(area, name), 'utf8').trimEnd();
  return JSON.parse(text.split('\n').at(-1) ?? '') as Record<string, unknown>;
}

const reportOf = (name: string): CheckReport => lastLine(`${name}.json`)['data'] as CheckReport;

const setsOf = (dependence: Dependence | undefined): unknown =>
  dependence?.type === 'with' ? dependence.sets.map((set) => set.join('+')).sort() : dependence;

function expectReport(
  name: string,
  level: CheckReport['level'],
  artifacts: Readonly<Record<string, readonly [sets: readonly string[], vanishesAt: string]>>,
): void {
  const report = reportOf(name);
  expectSame(`${name}, level`, report.level, level);
  expectSame(`${name}, outside`, report.wroteOutside, []);
  expectSame(
    `${name}, what differs`,
    report.artifacts.map(({ path }) => path).sort(),
    Object.keys(artifacts).sort(),
  );
  for (const { path, dependence, vanishesAt } of report.artifacts) {
    const [sets, level] = artifacts[path] ?? [];
    expectSame(`${name}, ${path} differs with`, setsOf(dependence), sets);
    expectSame(`${name}, ${path} is the same at`, vanishesAt, level);
  }
}

const careless = {
  'copy.gz': [['time', 'time-of-day'], 'virtual'],
  date: [['time', 'time-of-day'], 'virtual'],
  month: [['timezone'], 'fixed'],
  order: [['file-order'], 'virtual'],
  processors: [['cpu-count'], 'fixed'],
} as const;

expectReport('steady', 'fixed', {});
expectSame('steady, files', reportOf('steady').identical, 2);
// Without, with all, and with all to other values.
expectSame('steady, builds', reportOf('steady').builds.length, 3);
expectReport('careless', 'fixed', careless);
expectReport('careless-virtual', 'virtual', careless);
expectReport('user', 'fixed', { signed: [['host-name'], 'fixed'] });
expectReport('command', undefined, {
  date: [['time', 'time-of-day'], 'virtual'],
  full: [['domain-name'], 'virtual'],
  group: [['user-group'], 'fixed'],
});
expectSame('slow', reportOf('slow').verdict, 'does-not-build');
expectSame(
  'slow, why',
  reportOf('slow').failures.map(({ why }) => why),
  ['step "second": the command ran longer than 2 s and was stopped'],
);

// The same recipe, really built twice at level fixed: what was said to be the same there is.
const again = readFileSync(join(area, 'careless-again.log'), 'utf8');
const differing = [...again.matchAll(/"path":"([^"]+)","before"/gu)].map(([, path]) => path);
expectSame('built twice at level fixed, the date differs', differing.includes('date'), true);
for (const { path, vanishesAt } of reportOf('careless').artifacts)
  if (vanishesAt === 'fixed')
    expectSame(`built twice at level fixed, ${path} differs`, differing.includes(path), false);

for (const line of wrong) console.log(line);
console.log(`${right} right, ${wrong.length} wrong`);
process.exitCode = wrong.length === 0 ? 0 : 1;
