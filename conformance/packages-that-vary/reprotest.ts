// What reprotest says of one source package, and what diffoscope shows first.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Reprotested } from './results.js';

/** As a Debian package is built; `-d`: its build dependencies were looked for before. */
export const buildCommand = 'dpkg-buildpackage -b -uc -us -d';

const everything = '+all,-user_group';
/** Each of them is compared with a control build that varies nothing. */
const first = [
  ['build_path', '+build_path'],
  ['all', everything],
] as const;
/** Only where the path alone makes no difference. */
const further = [
  ['nothing', '-all'],
  ['all but build_path', `${everything},-build_path`],
] as const;

/** How timeout(1) ends when it had to end the command, and when that needed a second signal. */
const [outOfTime, killed] = [124, 137];

type Experiments = readonly (readonly [name: string, variations: string])[];

/**
 * Builds thrice, and if only the path makes no difference as often as the other experiments need. `seconds` bounds each run of reprotest;
 * undefined where the control build failed or there was no time for it.
 */
export function reprotest(
  source: string,
  store: string,
  seconds: number,
): { readonly answer: Reprotested; readonly binaries: readonly string[] } | undefined {
  const begin = performance.now();
  const all = run(source, store, first, seconds);
  if (all === undefined) return undefined;
  const found = all.differing['all'] ?? [];
  const shown = diffoscope(store, found);
  const answers = [all];
  const pathMatters = (all.differing['build_path']?.length ?? 0) > 0;
  if ((found.length > 0 && !pathMatters) || all.failed.length > 0) {
    const rest = run(source, store, further, seconds);
    if (rest !== undefined) answers.push(rest);
  }
  return {
    binaries: all.binaries,
    answer: {
      differing: Object.assign({}, ...answers.map(({ differing }) => differing)) as Record<
        string,
        string[]
      >,
      failed: answers.flatMap(({ failed }) => failed),
      seconds: Math.round((performance.now() - begin) / 1000),
      diffoscope: shown,
    },
  };
}

function run(
  source: string,
  store: string,
  chosen: Experiments,
  seconds: number,
): (Pick<Reprotested, 'differing' | 'failed'> & { binaries: readonly string[] }) | undefined {
  rmSync(store, { recursive: true, force: true });
  // timeout(1) ends all that it started, not only reprotest.
  const { status } = spawnSync(
    'timeout',
    [
      ...['-k', '5', String(seconds), 'reprotest'],
      ...['--min-cpus=1', '--no-diffoscope', '--store-dir', store],
      ...chosen.map(
        ([, variations], index) => `--${index === 0 ? 'variations' : 'extra-build'}=${variations}`,
      ),
      ...['-c', buildCommand, source, '../*.deb'],
    ],
    { stdio: 'ignore' },
  );
  // What was not built by then has not failed.
  if (status === outOfTime || status === killed) return undefined;
  const control = binaries(join(store, 'control'));
  if (control.size === 0) return undefined;
  const differing: Record<string, string[]> = {};
  const failed: string[] = [];
  chosen.forEach(([name], index) => {
    const other = binaries(join(store, `experiment-${index + 1}`));
    if (other.size === 0) failed.push(name);
    else {
      differing[name] = [...new Set([...control.keys(), ...other.keys()])]
        .filter((path) => control.get(path) !== other.get(path))
        .sort();
    }
  });
  return { differing, failed, binaries: [...control.keys()].sort() };
}

/** sha256 of each binary package. */
export function binaries(directory: string): ReadonlyMap<string, string> {
  if (!existsSync(directory)) return new Map();
  return new Map(
    readdirSync(directory)
      .filter((name) => name.endsWith('.deb'))
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(directory, name)))
          .digest('hex'),
      ]),
  );
}

/** For two packages their innermost heading and the first line of each side; at most 12 lines of 120 characters. */
function diffoscope(store: string, names: readonly string[]): string[] {
  return [...names]
    .reverse()
    .slice(0, 2)
    .flatMap((name) => {
      const { stdout } = spawnSync(
        'diffoscope',
        [
          ...[
            '--no-progress',
            '--text',
            '-',
            '--max-text-report-size',
            '100000',
            '--timeout',
            '30',
          ],
          ...[join(store, 'control', name), join(store, 'experiment-2', name)],
        ],
        { encoding: 'utf8', timeout: 45_000, killSignal: 'SIGKILL', maxBuffer: 1 << 26 },
      );
      return firstLines(stdout)
        .slice(0, 4)
        .map((line) => `${name}: ${line}`.slice(0, 160));
    });
}

/** Of the first difference that is about contents: not a checksum, a size, or a time of a member. */
function firstLines(report: string): string[] {
  const lines = report.split('\n').map((line) => line.replace(/^[│ ]+/u, ''));
  const isHeading = (line: string) => /^(?:[├┄─]+|\+\+\+ )/u.test(line);
  let heading = '';
  const places: { heading: string; a?: string; b?: string }[] = [];
  for (const line of lines) {
    if (isHeading(line)) {
      heading = line.replace(/^(?:[├┄─]+|\+\+\+) ?/u, '').trim();
      places.push({ heading });
      continue;
    }
    const last = places.at(-1);
    if (last === undefined) continue;
    if (/^-(?!-- )/u.test(line)) last.a ??= line;
    if (/^\+(?!\+\+ )/u.test(line)) last.b ??= line;
  }
  const told = places.filter(({ a, b }) => a !== undefined || b !== undefined);
  const best =
    told.find(({ heading }) => !/md5sums|file list|line order|^Files in|\.tar/u.test(heading)) ??
    told[0];
  return best === undefined
    ? []
    : [best.heading, best.a, best.b].filter((line) => line !== undefined);
}
