import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { env } from 'node:process';

/** A way to run a build. */
export interface Way {
  readonly name: string;
  /** What is put before the command. */
  readonly prefix: readonly string[];
  /** Makes another view of the directory and returns where. */
  readonly enter?: (directory: string) => string;
  readonly leave?: (directory: string) => void;
}

/**
 * What people use today beside the determinizer, as far as this machine has it. DetTrace is in no distribution: build it from
 * its repository (docs/performance.md says how) and name the program in SELFSAME_BENCH_DETTRACE.
 */
export async function peersOf(scratch: string): Promise<readonly Way[]> {
  const peers: Way[] = [];
  if (has('bwrap'))
    peers.push({
      name: 'container',
      prefix: [
        ...['bwrap', '--bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
        ...['--unshare-all', '--die-with-parent', '--'],
      ],
    });
  if (has('faketime') && has('disorderfs'))
    peers.push({
      name: 'faketime + disorderfs',
      prefix: ['faketime', '@1700000000'],
      enter: mountSorted,
      leave: (directory) => {
        spawnSync('umount', [directory], { stdio: 'ignore' });
      },
    });
  if (has('strace'))
    peers.push({ name: 'strace -f', prefix: ['strace', '-f', '-qq', '-o', '/dev/null', '--'] });
  const dettrace = env.SELFSAME_BENCH_DETTRACE;
  if (dettrace !== undefined) {
    const bin = join(scratch, 'bin');
    await mkdir(bin);
    const old = join(bin, 'old-kernel');
    const source = join(import.meta.dirname, 'old-kernel.c');
    if (spawnSync('cc', ['-O2', '-o', old, source], { stdio: 'inherit' }).status !== 0)
      throw new Error(`could not build ${source}`);
    // Its clock must move a second at each reading, or configure finds new files older than old ones.
    const options = ['--clock-step', '1000000', '--base-env', 'host', '--'];
    peers.push({ name: 'DetTrace', prefix: [old, dettrace, ...options] });
  }
  return peers;
}

function has(command: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$0"', command], { stdio: 'ignore' }).status === 0;
}

function mountSorted(directory: string): string {
  const view = join(dirname(directory), 'sorted');
  mkdirSync(view);
  const { status } = spawnSync('disorderfs', ['--sort-dirents=yes', directory, view], {
    stdio: 'ignore',
  });
  if (status !== 0) throw new Error(`disorderfs could not be mounted (${String(status)})`);
  return view;
}
