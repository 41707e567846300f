import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Limits } from '../types.js';

/** A control group made for one run: the kernel's own, exact limits. */
export interface ControlGroup {
  /** Directories the run joins: one in version 2, one per controller in version 1. */
  readonly directories: readonly string[];
  /** True when the kernel enforces the memory limit, so that nobody need poll. */
  readonly limitsMemory: boolean;
  /** The same for the number of processes. */
  readonly limitsProcesses: boolean;
  /** Read after the run. */
  facts(): ControlGroupFacts;
  /** Waits up to 2 seconds for the last process to be gone, then removes the directories. */
  remove(): Promise<void>;
}

export interface ControlGroupFacts {
  /** Processes the kernel killed for want of memory. */
  readonly memoryKills: number;
  /** Bytes, or undefined where the kernel does not say. */
  readonly peakMemoryBytes: number | undefined;
  /** Forks the kernel refused. */
  readonly refusedForks: number;
}

/** A place where we may make control groups. */
interface Place {
  readonly version: 1 | 2;
  readonly controllers: readonly ('memory' | 'pids')[];
  readonly directory: string;
}

/** Processes of ours inside the group beside the command's: runtime, init, a measuring child, and room to spare. */
const ownProcesses = 8;

let counter = 0;
let places: readonly Place[] | undefined;

/**
 * Makes a control group with the limits below the one we are in (version 1) or beside it (version 2, whose
 * inner groups hold no processes). Undefined where the account may not: found by trying, at no cost but
 * two failed calls.
 *
 * @param reserve what programs of ours may take of it beside the command's processes
 */
export function makeControlGroup(
  limits: Limits,
  reserve: Pick<Limits, 'memoryBytes' | 'processes'> = { memoryBytes: 0, processes: 0 },
): ControlGroup | undefined {
  places ??= findPlaces();
  const whole = {
    memoryBytes: limits.memoryBytes + reserve.memoryBytes,
    processes: limits.processes + reserve.processes,
  };
  const made: { place: Place; path: string }[] = [];
  for (const place of places) {
    const path = join(place.directory, `selfsame-${process.pid}-${++counter}`);
    try {
      mkdirSync(path);
      made.push({ place, path });
      for (const controller of place.controllers) setLimit(place.version, controller, path, whole);
    } catch {
      if (made.at(-1)?.path === path) made.pop();
      removeQuietly(path);
    }
  }
  if (made.length === 0) return undefined;
  const find = (controller: 'memory' | 'pids'): { place: Place; path: string } | undefined =>
    made.find(({ place }) => place.controllers.includes(controller));
  const memory = find('memory');
  const pids = find('pids');
  return {
    directories: made.map(({ path }) => path),
    limitsMemory: memory !== undefined,
    limitsProcesses: pids !== undefined,
    facts: () => ({
      memoryKills:
        memory === undefined
          ? 0
          : counted(
              join(
                memory.path,
                memory.place.version === 1 ? 'memory.oom_control' : 'memory.events',
              ),
              'oom_kill',
            ),
      peakMemoryBytes: memory === undefined ? undefined : peak(memory.path, memory.place.version),
      refusedForks: pids === undefined ? 0 : counted(join(pids.path, 'pids.events'), 'max'),
    }),
    remove: async () => {
      for (const { path } of made) {
        for (let tries = 0; !removeQuietly(path) && tries < 100; tries++) await sleep(20);
      }
    },
  };
}

function setLimit(
  version: 1 | 2,
  controller: 'memory' | 'pids',
  path: string,
  limits: Pick<Limits, 'memoryBytes' | 'processes'>,
): void {
  if (controller === 'pids')
    return writeFileSync(join(path, 'pids.max'), String(limits.processes + ownProcesses));
  if (version === 1) {
    writeFileSync(join(path, 'memory.limit_in_bytes'), String(limits.memoryBytes));
    writeIfThere(join(path, 'memory.memsw.limit_in_bytes'), String(limits.memoryBytes));
    return;
  }
  writeFileSync(join(path, 'memory.max'), String(limits.memoryBytes));
  writeIfThere(join(path, 'memory.swap.max'), '0');
}

function writeIfThere(path: string, text: string): void {
  if (existsSync(path)) writeFileSync(path, text);
}

/** The number after `name` in a file of `name number` lines; 0 if it cannot be read. */
function counted(path: string, name: string): number {
  try {
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      const [key, value] = line.split(' ');
      if (key === name) return Number(value);
    }
  } catch {
    // A kernel without the file.
  }
  return 0;
}

function peak(path: string, version: 1 | 2): number | undefined {
  try {
    return Number(
      readFileSync(join(path, version === 1 ? 'memory.max_usage_in_bytes' : 'memory.peak'), 'utf8'),
    );
  } catch {
    return undefined;
  }
}

/** True when the directory is gone. Control groups with processes refuse to be removed. */
function removeQuietly(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return !existsSync(path);
  }
}

/** Reads where we are (cgroups(7)) and keeps the places where a group can be made. */
function findPlaces(): Place[] {
  const found: Place[] = [];
  try {
    const mounts = parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
    for (const line of readFileSync('/proc/self/cgroup', 'utf8').split('\n')) {
      const [, names, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      if (names === undefined || path === undefined) continue;
      const place =
        names === '' ? unifiedPlace(mounts, path) : controllerPlace(mounts, names.split(','), path);
      if (place !== undefined && mayWrite(place.directory)) found.push(place);
    }
  } catch {
    return [];
  }
  for (const place of found) removeLeftovers(place.directory);
  return found;
}

interface CgroupMount {
  readonly root: string;
  readonly at: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** Mounts of control groups in proc_pid_mountinfo(5) text. */
export function parseMounts(text: string): CgroupMount[] {
  return text.split('\n').flatMap((line) => {
    const [front = '', back = ''] = line.split(' - ');
    const [, , , root, at] = front.split(' ');
    const [type, , options] = back.split(' ');
    if ((type !== 'cgroup' && type !== 'cgroup2') || root === undefined || at === undefined)
      return [];
    return [{ root, at, type, options: (options ?? '').split(',') }];
  });
}

function controllerPlace(
  mounts: readonly CgroupMount[],
  names: readonly string[],
  path: string,
): Place | undefined {
  const controllers = (['memory', 'pids'] as const).filter((name) => names.includes(name));
  const mount = mounts.find(
    ({ type, options }) => type === 'cgroup' && names.every((name) => options.includes(name)),
  );
  if (controllers.length === 0 || mount === undefined) return undefined;
  return { version: 1, controllers, directory: join(mount.at, relative(mount.root, path)) };
}

function unifiedPlace(mounts: readonly CgroupMount[], path: string): Place | undefined {
  const mount = mounts.find(({ type }) => type === 'cgroup2');
  if (mount === undefined) return undefined;
  const own = join(mount.at, relative(mount.root, path));
  const directory = own === mount.at ? own : dirname(own);
  const given = readFileSync(join(directory, 'cgroup.subtree_control'), 'utf8').split(/\s+/);
  const controllers = (['memory', 'pids'] as const).filter((name) => given.includes(name));
  return controllers.length === 0 ? undefined : { version: 2, controllers, directory };
}

function mayWrite(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    accessSync(join(directory, 'cgroup.procs'), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Groups of processes of ours that were killed. One still in use cannot be removed. */
function removeLeftovers(directory: string): void {
  for (const name of readdirSync(directory)) {
    const pid = /^selfsame-(\d+)-\d+$/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeQuietly(join(directory, name));
  }
}
