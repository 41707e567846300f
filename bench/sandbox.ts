import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInSandbox } from '../packages/selfsame/src/sandbox/run.js';
import type { Mount, SandboxDescription } from '../packages/selfsame/src/sandbox/types.js';
import { runInUserNamespace } from '../packages/selfsame/src/sandbox/user-namespace.js';
import { median } from './median.js';
import type { BenchRow } from './row.js';

const rounds = 40;

const description: SandboxDescription = {
  level: 'fixed',
  hostname: 'selfsame',
  user: { name: 'builder', uid: 1000, gid: 1000 },
  path: '/build',
  cpus: 8,
  memoryShown: 2 ** 33,
  umask: 0o022,
  sourceDateEpoch: 1_700_000_000,
  locale: 'C.UTF-8',
  timezone: 'UTC',
};

/**
 * Start to exit of `true` at level `fixed` with everything a build has (mapped ids, overlay, limits, constants),
 * against bubblewrap alone on the same tree, both started from this process, turn by turn.
 */
export async function run(): Promise<readonly BenchRow[]> {
  const place = await mkdtemp(join(tmpdir(), 'selfsame-bench-sandbox-'));
  try {
    const root = join(place, 'root');
    await makeRoot(root);
    const mounts: Mount[] = [{ source: '/usr', target: '/usr', writable: false }];
    const times = { ours: [] as number[], bare: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      const [scratch, build] = [join(place, `s${round}`), join(place, `b${round}`)];
      await Promise.all([mkdir(scratch), mkdir(build)]);
      times.bare.push(await timed(() => bareRuntime(root)));
      times.ours.push(await timed(() => ourSandbox(root, scratch, build, mounts)));
    }
    const [ours, peer] = [median(times.ours), median(times.bare)];
    return [
      {
        name: 'sandbox, start to exit of `true`',
        ours,
        peer,
        unit: 'ms',
        ratio: ours / peer,
        bar: '≤ 30 ms more than bubblewrap alone',
        met: ours - peer <= 30,
        note: `${(ours - peer).toFixed(1)} ms more; median of ${rounds}, as ${process.getuid?.() === 0 ? 'root' : 'an ordinary user'}`,
      },
    ];
  } finally {
    await runInUserNamespace(['rm', '-rf', '--', place]);
    await rm(place, { recursive: true, force: true });
  }
}

/** A root whose programs are the host's, so that nothing need be downloaded. */
async function makeRoot(root: string): Promise<void> {
  for (const name of ['usr', 'etc', 'tmp', 'proc', 'dev', 'sys', 'build'])
    await mkdir(join(root, name), { recursive: true });
  for (const name of ['bin', 'sbin', 'lib', 'lib64'])
    await symlink(`usr/${name}`, join(root, name));
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  await writeFile(join(root, 'etc/group'), 'root:x:0:\n');
  await runInUserNamespace(['chown', '-Rh', '0:0', root]);
}

async function bareRuntime(root: string): Promise<boolean> {
  const isolation = [
    '--unshare-user',
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
    '--unshare-net',
  ];
  const files = [
    '--ro-bind',
    root,
    '/',
    '--ro-bind',
    '/usr',
    '/usr',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
  ];
  const child = spawn('bwrap', [...files, ...isolation, '--die-with-parent', '--', 'true'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return code === 0;
}

async function ourSandbox(
  root: string,
  scratch: string,
  build: string,
  mounts: readonly Mount[],
): Promise<boolean> {
  const { outcome } = await runInSandbox({
    source: 'bench',
    description,
    rootLayers: [root],
    scratch,
    mounts: [...mounts, { source: build, target: '/build', writable: true }],
    command: ['true'],
    cwd: '/build',
    env: {},
    asRoot: false,
    network: 'none',
    limits: {
      wallSeconds: 30,
      memoryBytes: 2 ** 30,
      processes: 100,
      diskBytes: 2 ** 30,
      outputBytes: 2 ** 20,
    },
    stdio: 'capture',
    signal: new AbortController().signal,
  });
  return outcome.type === 'exited' && outcome.code === 0;
}

/** Milliseconds. */
async function timed(work: () => Promise<boolean>): Promise<number> {
  const before = performance.now();
  if (!(await work())) throw new Error('a measured run failed');
  return performance.now() - before;
}
