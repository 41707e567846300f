import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { env, execPath } from 'node:process';

import { median } from '../median.js';
import type { BenchRow } from '../row.js';

/** Pairs of a build outside and one in a check; SELFSAME_BENCH_PAIRS says otherwise. */
const pairs = Number(env['SELFSAME_BENCH_PAIRS'] ?? 5);

/** How often the fixed part is measured. */
const starts = 5;

/** What a build in a check may cost beyond the fixed part, of what it costs outside. */
const bar = 1.05;

/** Seconds. */
interface Cost {
  readonly wall: number;
  /** User and system time of the command and all its children. */
  readonly processor: number;
}

/**
 * A build with nothing varied in a check, beside the same build outside: one pair after another, in turn the one and the
 * other first. Of the check the fixed part is subtracted: the same check, of the same tree, of `true`. Of processor time, which
 * a busy machine changes least, and of wall time. Without the Debian archive there are no rows.
 *
 * @param repository its root, absolute
 */
export async function unvaried(repository: string): Promise<readonly BenchRow[]> {
  const cases = join(repository, 'native/determinizer/bench');
  const selfsame = join(repository, 'packages/selfsame/bin/selfsame.js');
  // Not below /tmp, which a sandbox has of its own.
  const place = await mkdtemp('/var/tmp/selfsame-bench-unvaried-');
  try {
    const sources = join(place, 'sources');
    const tree = join(place, 'tree');
    await mkdir(sources);
    await mkdir(tree);
    const fetched = spawnSync('sh', [join(cases, 'fetch.sh'), sources], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (fetched.status !== 0) return [];
    const prepared = spawnSync('sh', ['-e', join(cases, 'cases/lua/prepare.sh')], {
      cwd: tree,
      stdio: 'ignore',
      env: { ...env, SOURCES: sources },
    });
    if (prepared.status !== 0) return [];
    return rowsOf(await measure({ place, tree, selfsame }));
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

interface Measured {
  readonly outside: Cost;
  readonly inside: Cost;
}

async function measure({
  place,
  tree,
  selfsame,
}: {
  readonly place: string;
  readonly tree: string;
  readonly selfsame: string;
}): Promise<readonly Measured[]> {
  const build = ['make', '-j2', 'linux'];
  const store = join(place, 'store');
  // As many builds as a check makes at least.
  const builds = 2;
  const checked = (command: readonly string[]): Cost => {
    const words = ['check', '--quick', '--vary', 'none', '--runs', String(builds), '--'];
    return costOf([execPath, selfsame, ...words, ...command], tree, { SELFSAME_STORE: store });
  };
  const fixed: Cost[] = [];
  checked(['true']);
  for (let start = 0; start < starts; start++) fixed.push(checked(['true']));
  const start = {
    wall: median(fixed.map(({ wall }) => wall)),
    processor: median(fixed.map(({ processor }) => processor)),
  };
  const outside = async (): Promise<Cost> => {
    const copy = join(place, 'copy');
    await cp(tree, copy, { recursive: true, preserveTimestamps: true });
    try {
      return costOf(build, copy, {});
    } finally {
      await rm(copy, { recursive: true });
    }
  };
  const inside = (): Cost => {
    const whole = checked(build);
    return {
      wall: (whole.wall - start.wall) / builds,
      processor: (whole.processor - start.processor) / builds,
    };
  };
  await outside();
  const measured: Measured[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const first = pair % 2 === 0 ? await outside() : undefined;
    const ours = inside();
    measured.push({ inside: ours, outside: first ?? (await outside()) });
  }
  return measured;
}

function rowsOf(measured: readonly Measured[]): readonly BenchRow[] {
  const note = `lua, medians of ${measured.length} pairs, less the same with \`true\``;
  return (['processor', 'wall'] as const).map((kind) => {
    const ratio = median(measured.map(({ inside, outside }) => inside[kind] / outside[kind]));
    return {
      name: `a build with nothing varied in a check, ${kind} time`,
      ours: median(measured.map(({ inside }) => inside[kind])),
      peer: median(measured.map(({ outside }) => outside[kind])),
      unit: 's',
      ratio,
      bar: `≤ ${bar}× outside`,
      met: ratio <= bar,
      note,
    };
  });
}

/** Runs a command that must do well or find differences. `times` of the shell tells what all of its children took. */
function costOf(command: readonly string[], cwd: string, variables: NodeJS.ProcessEnv): Cost {
  const began = performance.now();
  const { status, stdout } = spawnSync(
    'sh',
    ['-c', '"$@" >/dev/null 2>&1; status=$?; times; exit "$status"', 'sh', ...command],
    { cwd, env: { ...env, ...variables }, encoding: 'utf8' },
  );
  const wall = (performance.now() - began) / 1000;
  const [, children = ''] = stdout.trim().split('\n');
  const parts = [...children.matchAll(/(\d+)m([\d.]+)s/gu)];
  if ((status !== 0 && status !== 1) || parts.length !== 2)
    throw new Error(`${command.join(' ')} ended with ${String(status)}`);
  const processor = parts.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
  return { wall, processor };
}
