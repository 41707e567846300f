import { SelfsameError } from '../../errors/selfsame-error.js';
import type { Mount, SandboxRequest } from '../types.js';

/** Where selfsame-ns puts things for the runtime to find (native/src/ns/room.h). */
const room = '/tmp';

/** Descriptor of selfsame-init in the runtime (native/src/ns/room.h). */
const initPath = '/proc/self/fd/8';

/** The container runtime, looked up on the PATH. Why this one: docs/decisions/0010-container-runtime.md. */
export const runtimeProgram = 'bwrap';

/**
 * The argv of bubblewrap for a request. It runs as root of the namespace that selfsame-ns made, so that
 * it makes no user namespace of its own, and starts selfsame-init as process 1. All of its sources are
 * constant names below /tmp.
 */
export function runtimeArguments(request: SandboxRequest): [string, ...string[]] {
  const sharedMemory = Math.floor(request.description.memoryShown / 2);
  return [
    runtimeProgram,
    ...['--bind', `${room}/r`, '/'],
    ...['--proc', '/proc', '--dev', '/dev'],
    ...['--perms', '1777', '--size', String(sharedMemory), '--tmpfs', '/dev/shm'],
    ...(request.machineRoot === undefined ? mountArguments(request.mounts) : []),
    ...['--unshare-pid', '--as-pid-1', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...(request.network === 'none' ? ['--unshare-net'] : []),
    ...['--hostname', request.description.hostname],
    ...['--cap-add', 'ALL', '--clearenv', '--die-with-parent', '--chdir', '/'],
    ...['--', initPath],
  ];
}

/**
 * The mounts, outer ones first. Missing directories above a target are made readable for all: the runtime
 * by itself would make them for root alone.
 */
function mountArguments(mounts: readonly Mount[]): string[] {
  const targets = new Set(mounts.map(({ target }) => checkedTarget(target)));
  const places = mounts.map((mount, index) => ({ ...mount, source: `${room}/m/${index}` }));
  places.sort((a, b) => (a.target < b.target ? -1 : 1));
  const made = new Set<string>();
  return places.flatMap(({ source, target, writable }) => {
    const above = directoriesAbove(target).filter((path) => !targets.has(path) && !made.has(path));
    for (const path of above) made.add(path);
    return [
      ...above.flatMap((path) => ['--perms', '0755', '--dir', path]),
      ...[writable ? '--bind' : '--ro-bind', source, target],
    ];
  });
}

/** `/a` and `/a/b` for `/a/b/c`. */
function directoriesAbove(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

/** Refuses targets that are not plain absolute paths, so that no mount can hide another or `/` itself. */
function checkedTarget(target: string): string {
  const parts = target.split('/').slice(1);
  const plain =
    target.startsWith('/') && parts.every((part) => part !== '' && part !== '.' && part !== '..');
  if (plain && !target.includes('\0')) return target;
  throw new SelfsameError(
    'SANDBOX_REQUEST_INVALID',
    `not a place for a mount in a sandbox: ${JSON.stringify(target)}`,
    {
      hint: 'Give an absolute path without `.`, `..` or empty parts',
    },
  );
}
