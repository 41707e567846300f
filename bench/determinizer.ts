import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { median } from './median.js';
import { peersOf, type Way } from './peers/ways.js';
import type { BenchRow } from './row.js';

const repository = join(import.meta.dirname, '..');
const program = join(repository, 'native/build/selfsame-determinizer');
const cases = join(repository, 'native/determinizer/bench/cases');

/** The most that a build may take under the determinizer, as a multiple of its native time; what is not named: the C and C++ builds' bar. */
const bars: Readonly<Record<string, number>> = {
  'hello-configure': 1.2,
  go: 1.05,
  typescript: 1.05,
};
const usualBar = 1.1;

/** Pairs of a native and a virtual run of each case. */
const rounds = Number(env.SELFSAME_BENCH_PAIRS ?? 5);
const startRounds = 40;
const processes = 10_000;
/** Memory bar of the supervisor, kilobytes. */
const memoryBar = 30_000;

/**
 * What determinism costs: builds natively and under the determinizer in turn (medians of the pairs' ratios), and beside
 * them, once, what else there is: a plain container, faketime with disorderfs, strace, DetTrace. Then its start, and its memory.
 * The cases' sources come from the Debian archive; without it there are no rows for them.
 */
export async function run(): Promise<readonly BenchRow[]> {
  // Not below /tmp: DetTrace puts a directory of its own there.
  const place = await mkdtemp('/var/tmp/selfsame-bench-determinizer-');
  try {
    const configuration = join(place, 'configuration.json');
    // As many processors as there are, or what runs in parallel natively would not under the determinizer.
    await writeFile(
      configuration,
      JSON.stringify({ version: 1, epoch: 1_700_000_000, cpus: cpus().length, log: '/dev/null' }),
    );
    const virtual = [program, '--config', configuration, '--'];
    const rows: BenchRow[] = [];
    const sources = join(place, 'sources');
    await mkdir(sources);
    const fetched = spawnSync('sh', [join(cases, '../fetch.sh'), sources], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (fetched.status === 0) {
      const peers = await peersOf(place);
      for (const name of (await readdir(cases)).sort()) {
        const row = await measure({ name, place, sources, virtual, peers });
        if (row !== undefined) rows.push(row);
      }
    }
    rows.push(start(virtual), await memory(place));
    return rows;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

interface Case {
  readonly name: string;
  readonly place: string;
  readonly sources: string;
  readonly virtual: readonly string[];
  readonly peers: readonly Way[];
}

async function measure(which: Case): Promise<BenchRow | undefined> {
  const native: Way = { name: 'native', prefix: [] };
  const ours: Way = { name: 'virtual', prefix: which.virtual };
  const pairs: { native: number; virtual: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const pair = { native: 0, virtual: 0 };
    for (const way of round % 2 === 0 ? [native, ours] : [ours, native]) {
      const seconds = await once(which, way);
      if (seconds === 'skipped') return undefined;
      if (typeof seconds === 'string') throw new Error(`${which.name}, ${way.name}: ${seconds}`);
      pair[way === native ? 'native' : 'virtual'] = seconds;
    }
    pairs.push(pair);
  }
  const plain = median(pairs.map((pair) => pair.native));
  const ratio = median(pairs.map((pair) => pair.virtual / pair.native));
  const beside: string[] = [];
  for (const peer of which.peers) {
    const seconds = await once(which, peer);
    beside.push(
      `${peer.name} ${typeof seconds === 'number' ? `${(seconds / plain).toFixed(2)}×` : seconds}`,
    );
  }
  const bar = bars[which.name] ?? usualBar;
  return {
    name: `${which.name} at level virtual (peer: native)`,
    ours: median(pairs.map((pair) => pair.virtual)),
    peer: plain,
    unit: 's',
    ratio,
    bar: `≤ ${bar.toFixed(2)}× native`,
    met: ratio <= bar,
    note: [`median of ${rounds} pairs`, ...beside].join('; '),
  };
}

/** Seconds of one run in a fresh directory, or in words why there are none. */
async function once(which: Case, way: Way): Promise<number | string> {
  const directory = await mkdtemp(join(which.place, `${which.name}-`));
  try {
    const work = join(directory, 'work');
    await mkdir(work);
    const environment = { ...env, SOURCES: which.sources, REPOSITORY: repository };
    const quiet = { stdio: 'ignore' as const, env: environment };
    const prepared = spawnSync('sh', ['-e', join(cases, which.name, 'prepare.sh')], {
      ...quiet,
      cwd: work,
    });
    if (prepared.status === 77) return 'skipped';
    if (prepared.status !== 0) return 'could not be prepared';
    const place = way.enter?.(work) ?? work;
    try {
      const began = performance.now();
      const { status } = spawnSync(
        'timeout',
        ['--kill-after=5', '600', ...way.prefix, 'sh', '-e', join(cases, which.name, 'command.sh')],
        { ...quiet, cwd: place },
      );
      if (status === 124 || status === 137) return 'did not end in 10 minutes';
      return status === 0 ? (performance.now() - began) / 1000 : `failed (${String(status)})`;
    } finally {
      way.leave?.(place);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function start(virtual: readonly string[]): BenchRow {
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < startRounds; round++) {
    times.bare.push(timed(['true']));
    times.ours.push(timed([...virtual, 'true']));
  }
  const [ours, peer] = [median(times.ours), median(times.bare)];
  return {
    name: 'determinizer, start to exit of `true`',
    ours,
    peer,
    unit: 'ms',
    ratio: ours / peer,
    bar: '≤ 15 ms more than `true` alone',
    met: ours - peer <= 15,
    note: `${(ours - peer).toFixed(1)} ms more; median of ${startRounds}`,
  };
}

function timed([command = '', ...rest]: readonly string[]): number {
  const began = performance.now();
  const { status } = spawnSync(command, rest, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${command} ended with ${String(status)}`);
  return performance.now() - began;
}

/** The supervisor's highest memory while one shell starts ten thousand processes. */
async function memory(place: string): Promise<BenchRow> {
  const log = join(place, 'log.jsonl');
  const loop = `i=0; while [ $i -lt ${processes} ]; do /bin/true; i=$((i+1)); done`;
  const { status } = spawnSync(
    program,
    ['--epoch', '1700000000', '--log', log, '--', 'sh', '-c', loop],
    { stdio: 'ignore' },
  );
  if (status !== 0) throw new Error(`${processes} processes: ended with ${String(status)}`);
  const last = (await readFile(log, 'utf8')).trim().split('\n').at(-1) ?? '';
  const { memoryKilobytes } = JSON.parse(last) as { memoryKilobytes: number };
  return {
    name: `memory of the determinizer, ${processes} processes`,
    ours: memoryKilobytes / 1000,
    peer: memoryBar / 1000,
    unit: 'MB',
    ratio: memoryKilobytes / memoryBar,
    bar: '< 30 MB',
    met: memoryKilobytes < memoryBar,
  };
}
