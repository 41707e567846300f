// Asks reprotest and diffoscope about every project and writes oracle.json (README.md). Takes some ten minutes;
// needs root, reprotest, diffoscope, disorderfs, faketime, and sudo with a second user.
// Usage: node tools/run-ts.js conformance/causes/oracle.ts [--user NAME] [projects...]
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { argv, env, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { readCases } from './cases.js';
import type { Case } from './cases.js';
import { oraclePath, readOracle } from './oracle-file.js';
import type { OracleAnswer } from './oracle-file.js';

const { values: options, positionals } = parseArgs({
  args: argv.slice(2),
  allowPositionals: true,
  options: { user: { type: 'string', default: 'nobody' } },
});
const group = execFileSync('id', ['-gn', options.user], { encoding: 'utf8' }).trim();

/** Each experiment varies this against a control that varies nothing. */
const experiments: readonly (readonly [name: string, variations: string])[] = [
  ...[
    ...['environment', 'build_path', 'kernel', 'aslr', 'num_cpus', 'time', 'fileordering'],
    ...['domain_host', 'home', 'locales', 'exec_path', 'timezone', 'umask'],
  ].map((name) => [name, `+${name}`] as const),
  ['user_group', `+user_group,user_group.available+=${options.user}:${group}`],
  // user_group and domain_host exclude each other.
  ['all', '+all,-user_group'],
];

const scratch = mkdtempSync(join(tmpdir(), 'selfsame-oracle-'));
try {
  chmodSync(scratch, 0o755);
  // reprotest 0.7.23 says `sudo -h localhost COMMAND`, which sudo has refused since 1.9.17: leave that out.
  const sudo = execFileSync('sh', ['-c', 'command -v sudo'], { encoding: 'utf8' }).trim();
  const wrapper = join(scratch, 'sudo');
  writeFileSync(wrapper, `#!/bin/sh\n[ "$1" = -h ] && shift 2\nexec ${sudo} "$@"\n`, {
    mode: 0o755,
  });
  const answers: Record<string, OracleAnswer> = { ...(await readOracle()).projects };
  for (const one of await readCases(positionals)) {
    answers[one.name] = ask(one);
    stdout.write(`${one.name}: ${JSON.stringify(answers[one.name])}\n`);
    write(answers);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function write(answers: Readonly<Record<string, OracleAnswer>>): void {
  const version = (name: string) =>
    execFileSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' });
  const content = {
    madeBy: 'conformance/causes/oracle.ts: each variation alone, and all, against a control',
    versions: Object.fromEntries(
      ['reprotest', 'diffoscope-minimal', 'disorderfs', 'faketime'].map((name) => [
        name,
        version(name),
      ]),
    ),
    processors: availableParallelism(),
    projects: Object.fromEntries(Object.entries(answers).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  writeFileSync(oraclePath, `${JSON.stringify(content, undefined, 2)}\n`);
}

function ask(one: Case): OracleAnswer {
  const together = reprotest(one, experiments);
  if (together !== undefined) return together;
  // One of the builds failed, and reprotest gave up: one after the other.
  const parts = experiments.map(
    (experiment) => [experiment[0], reprotest(one, [experiment])] as const,
  );
  const done = parts.flatMap(([, answer]) => (answer === undefined ? [] : [answer]));
  return {
    unvaried: [...new Set(done.flatMap(({ unvaried }) => unvaried))].sort(),
    variations: Object.fromEntries(done.flatMap(({ variations }) => Object.entries(variations))),
    failed: parts.flatMap(([name, answer]) => (answer === undefined ? [name] : [])),
    diffoscope: done.find(({ diffoscope }) => diffoscope !== undefined)?.diffoscope,
  };
}

/** Undefined when a build failed. */
function reprotest(
  one: Case,
  chosen: readonly (readonly [string, string])[],
): OracleAnswer | undefined {
  const store = join(scratch, 'store');
  rmSync(store, { recursive: true, force: true });
  spawnSync(
    'reprotest',
    [
      ...['--min-cpus=1', '--no-diffoscope', '--variations=-all', '--store-dir', store],
      ...chosen.map(([, variations]) => `--extra-build=${variations}`),
      ...['-c', one.command.join(' '), one.directory, 'out'],
    ],
    {
      env: { ...env, PATH: `${scratch}${delimiter}${env['PATH'] ?? ''}` },
      ...{ timeout: 300_000, killSignal: 'SIGKILL', stdio: 'ignore' },
    },
  );
  // It compares when all are built, and its status says that diff(1) had trouble (a dangling link) as well.
  if (!existsSync(join(store, `experiment-${chosen.length + 1}`))) return undefined;
  const control = tree(join(store, 'control'));
  const differing = (number: number) => {
    const other = tree(join(store, `experiment-${number}`));
    return [...new Set([...control.keys(), ...other.keys()])]
      .filter((path) => control.get(path) !== other.get(path))
      .sort();
  };
  const variations = Object.fromEntries(
    chosen
      .map(([name], index) => [name, differing(index + 2)] as const)
      .filter(([, paths]) => paths.length > 0),
  );
  const best = ['all', ...Object.keys(variations)].find((name) => name in variations);
  const unvaried = differing(1);
  const shown = best === undefined ? 1 : chosen.findIndex(([name]) => name === best) + 2;
  return {
    ...{ unvaried, variations, failed: [] },
    diffoscope:
      best === undefined && unvaried.length === 0
        ? undefined
        : diffoscope(join(store, 'control'), join(store, `experiment-${shown}`)),
  };
}

/** What reprotest compares: names, contents and targets; no modes, no times. */
function tree(root: string): ReadonlyMap<string, string> {
  const top = join(root, 'source-root');
  const found = new Map<string, string>();
  const walk = (directory: string): void => {
    for (const name of readdirSync(join(top, directory))) {
      const path = directory === '' ? name : `${directory}/${name}`;
      const full = join(top, path);
      const info = lstatSync(full);
      if (info.isDirectory()) walk(path);
      else if (info.isSymbolicLink()) found.set(path, `-> ${readlinkSync(full)}`);
      else found.set(path, createHash('sha256').update(readFileSync(full)).digest('hex'));
    }
  };
  if (existsSync(top)) walk('');
  return found;
}

/** Where diffoscope's report leads to first, and the first line of each side there; at most 300 characters. */
function diffoscope(a: string, b: string): string | undefined {
  const { stdout: text } = spawnSync(
    'diffoscope',
    [
      ...['--exclude-directory-metadata=yes', '--no-progress', '--text', '-'],
      ...['--max-text-report-size', '200000', '--timeout', '60', a, b],
    ],
    { encoding: 'utf8', timeout: 90_000, killSignal: 'SIGKILL', maxBuffer: 1 << 26 },
  );
  const lines = text.split('\n').map((line) => line.replace(/^[│ ]+/u, ''));
  const first = lines.findIndex((line) => /^[-+](?![-+][-+] )/u.test(line));
  if (first < 0) return undefined;
  const headings = lines.slice(0, first).filter((line) => /^(?:[├┄─]+|\+\+\+ )/u.test(line));
  const sides = [
    lines.slice(first).find((line) => /^-(?!-- )/u.test(line)),
    lines.slice(first).find((line) => /^\+(?!\+\+ )/u.test(line)),
  ];
  return [...headings.slice(-2), ...sides]
    .filter((line) => line !== undefined)
    .map((line) =>
      line
        .replaceAll(scratch, '')
        .replace(/^(?:[├┄─]+|\+\+\+) ?/u, '')
        .trim()
        .slice(0, 90),
    )
    .join(' | ')
    .slice(0, 300);
}
