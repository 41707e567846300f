// What `selfsame check` says of one source package.
import { spawn } from 'node:child_process';
import { cp, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Difference, Finding } from '../../packages/selfsame/src/compare/types.js';
import type { CheckReport, Dependence } from '../../packages/selfsame/src/vary/types.js';
import { buildCommand } from './reprotest.js';
import type { Checked } from './results.js';

/** Findings kept of one artifact; a dozen says what a reader needs. */
const keptFindings = 12;

/**
 * Checks a copy of the unpacked source below `area`; writes `check.json` and `check.html` there. `seconds` is the
 * time after which no build is started. Undefined where it gave no report: what it said is in `check.json`.
 */
export async function check(
  program: string,
  source: string,
  area: string,
  seconds: number,
): Promise<Checked | undefined> {
  // dpkg-buildpackage writes beside the sources, so the tree is what holds them.
  const tree = join(area, 'tree');
  await rm(tree, { recursive: true, force: true });
  await cp(source, join(tree, basename(source)), {
    ...{ recursive: true, preserveTimestamps: true, verbatimSymlinks: true },
  });
  const begin = performance.now();
  const child = spawn(
    program,
    [
      ...['--json', '-C', tree, 'check', '--html', join(area, 'check.html'), '--output', '*.deb'],
      ...['--budget', '24', '--leave-out', 'file-times', '--time-limit', String(seconds)],
      ...['--', 'sh', '-c', `cd '${basename(source)}' && ${buildCommand}`],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  // The build that runs then is still waited for, and what it made is compared.
  const timer = setTimeout(() => child.kill('SIGTERM'), (seconds + 600) * 1000);
  const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
  clearTimeout(timer);
  const took = Math.round((performance.now() - begin) / 1000);
  await writeFile(join(area, 'check.json'), `${said}${complained}`);
  await rm(tree, { recursive: true, force: true });
  const report = reportIn(said);
  return report === undefined
    ? undefined
    : (JSON.parse(JSON.stringify(checked(report, took)).replaceAll(area, '/area')) as Checked);
}

function checked(report: CheckReport, seconds: number): Checked {
  const titles = new Map(report.variations.map(({ name, title }) => [name, title]));
  return {
    verdict: report.verdict,
    builds: report.builds.length,
    seconds,
    budgetSpent: report.budgetSpent,
    artifacts: report.artifacts
      .filter(({ status }) => status === 'differs')
      .map(({ path, dependence, difference, vanishesAt, consequenceOf }) => {
        const all = difference === undefined ? [] : findingsIn(difference);
        const roots = all.filter(({ consequence }) => !consequence);
        const told = roots.length > 0 ? roots : all;
        return {
          path,
          differsWith: inWords(dependence, titles),
          ...(vanishesAt === undefined ? {} : { vanishesAt }),
          consequenceOf: [...consequenceOf],
          findings: told.slice(0, keptFindings).map(kept),
          moreFindings: Math.max(0, told.length - keptFindings),
        };
      }),
    failures: report.failures.map(({ dependence, why }) => ({
      with: inWords(dependence, titles),
      why,
    })),
  };
}

function findingsIn(difference: Difference): readonly Finding[] {
  return [...difference.findings, ...difference.children.flatMap(findingsIn)];
}

function kept({ cause, kind, certainty, place, a, b, remedy, consequence }: Finding) {
  const cut = (value: string) => (value.length > 120 ? `${value.slice(0, 119)}…` : value);
  return {
    ...{ cause, kind, certainty, place: place.slice(1), a: cut(a), b: cut(b), remedy, consequence },
  };
}

function inWords(dependence: Dependence | undefined, titles: ReadonlyMap<string, string>): string {
  const title = (name: string) => titles.get(name) ?? name;
  switch (dependence?.type) {
    case undefined:
      return 'not known';
    case 'always':
      return 'always';
    case 'with':
      return dependence.sets.map((set) => set.map(title).join(' + ')).join(', or ');
    case 'sometimes':
      return `sometimes (${dependence.differed} of ${dependence.builds} builds)`;
    case 'unsearched':
      return dependence.candidates.length > 4
        ? `one or more of ${dependence.candidates.length} variations (builds were spent)`
        : `one or more of ${dependence.candidates.map(title).join(', ')}`;
  }
}

/** The last line that is a result with a report in it. */
function reportIn(output: string): CheckReport | undefined {
  for (const line of output.split('\n').reverse()) {
    if (!line.startsWith('{')) continue;
    const value = JSON.parse(line) as { type?: string; data?: { report?: CheckReport } };
    const data = value.type === 'result' ? value.data : undefined;
    const report = data?.report ?? (data as CheckReport | undefined);
    if (report?.artifacts !== undefined) return report;
  }
  return undefined;
}
