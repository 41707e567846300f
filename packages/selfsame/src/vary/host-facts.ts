import { execFile } from 'node:child_process';
import { accessSync, constants, realpathSync, statfsSync } from 'node:fs';
import { availableParallelism, constants as osConstants, getPriority } from 'node:os';

import { machineUser } from '../sandbox/machine-root/machine-root.js';
import type { Store } from '../store/types.js';
import { tryDeterminizer } from './host-trial.js';
import type { HostFacts } from './types.js';
import { tellingZones } from './variations/timezone/timezone.js';

/** Shells that scripts for sh run in, the commonest first. */
const shells = ['/bin/dash', '/bin/bash', '/bin/busybox', '/bin/mksh'] as const;

/** Magic number of tmpfs in statfs(2). */
const tmpfsMagic = 0x01021994;

/** Most names of locales taken; glibc has about 500. */
const localesMax = 5000;

/** What this machine has of what variations need: found by trying, in about a second. Never rejects for what is missing. */
export async function findHostFacts(context: {
  readonly store: Store;
  readonly signal: AbortSignal;
}): Promise<HostFacts> {
  const [determinizer, locales] = await Promise.all([
    tryDeterminizer(context.store, context.signal),
    listLocales(),
  ]);
  return {
    privileged: machineUser('virtual', 'user').asRoot,
    determinizer,
    fuse: readable('/dev/fuse', constants.R_OK | constants.W_OK),
    cpus: availableParallelism(),
    locales,
    shells: shells.flatMap((path) => executable(path)),
    sh: executable('/bin/sh')[0],
    zones: tellingZones.filter((name) => readable(`/usr/share/zoneinfo/${name}`, constants.R_OK)),
    memoryFileSystem: memoryFileSystem('/dev/shm'),
    niceness: getPriority() < osConstants.priority.PRIORITY_LOW,
  };
}

/** As `locale -a` names them; none where there is no such program (musl). */
async function listLocales(): Promise<readonly string[]> {
  const stdout = await new Promise<string>((resolve) => {
    execFile(
      'locale',
      ['-a'],
      { timeout: 10_000, maxBuffer: 1 << 20, env: { PATH: process.env['PATH'], LC_ALL: 'C' } },
      (error, output) => resolve(error === null ? output : ''),
    );
  });
  return stdout
    .split('\n')
    .filter((name) => /^[A-Za-z][\w.@-]{0,63}$/u.test(name))
    .slice(0, localesMax);
}

function executable(path: string): string[] {
  try {
    accessSync(path, constants.X_OK);
    return [realpathSync(path)];
  } catch {
    return [];
  }
}

function readable(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function memoryFileSystem(path: string): HostFacts['memoryFileSystem'] {
  try {
    const { type, bavail, bsize } = statfsSync(path);
    const works = type === tmpfsMagic && readable(path, constants.W_OK | constants.X_OK);
    return works ? { path, free: bavail * bsize } : undefined;
  } catch {
    return undefined;
  }
}
