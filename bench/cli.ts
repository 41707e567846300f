import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { BenchRow } from './row.js';

const bin = join(import.meta.dirname, '../packages/selfsame/bin/selfsame.js');
/** Runs of each command; an odd number, so that the median is one of them. */
const runs = 21;

/** How long a person waits for a command that has nothing to do, beside Node starting for nothing. */
export async function run(): Promise<BenchRow[]> {
  const [node, help, version] = await medians([
    ['-e', '0'],
    [bin, '--help'],
    [bin, '--version'],
  ]);
  return [
    startRow('`selfsame --help`', help, node),
    startRow('`selfsame --version`', version, node),
  ];
}

function startRow(name: string, ours = NaN, peer = NaN): BenchRow {
  const ratio = ours / peer;
  return { name, ours, peer, unit: 'ms', ratio, bar: '≤ 3× `node -e 0`', met: ratio <= 3 };
}

/** Median wall times, milliseconds; the commands take turns, so that a busy moment falls on all of them. */
async function medians(commands: readonly (readonly string[])[]): Promise<number[]> {
  const times = commands.map((): number[] => []);
  for (let turn = 0; turn <= runs; turn++) {
    for (const [index, args] of commands.entries()) {
      const start = performance.now();
      const child = spawn(process.execPath, args, { stdio: 'ignore' });
      const [code] = (await once(child, 'close')) as [number | null];
      if (code !== 0) throw new Error(`${args.join(' ')} exits with ${code}`);
      // The first turn warms the page cache.
      if (turn > 0) times[index]?.push(performance.now() - start);
    }
  }
  return times.map((all) => all.toSorted((a, b) => a - b)[(runs - 1) / 2] ?? NaN);
}
