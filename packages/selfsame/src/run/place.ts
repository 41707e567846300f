import { accessSync, constants, realpathSync } from 'node:fs';
import { isAbsolute, normalize } from 'node:path';

import { SelfsameError } from '../errors/selfsame-error.js';
import { isWithin } from '../sandbox/machine-root/mounts.js';

/** The kernel's own trees: nothing is built there. */
const kernelPlaces = ['/proc', '/sys', '/dev'] as const;

/** Where a command runs. */
export interface RunPlace {
  /** The directory on the machine, without links. */
  readonly directory: string;
  /** Where the command sees it. */
  readonly at: string;
}

/**
 * The directory that a command works in, and its path inside: `selfsame run` writes in it, `selfsame check` only
 * copies it.
 *
 * @throws SelfsameError WRONG_USE for `/`, the kernel's trees, the store, directories one may not write (of `run`), and
 * paths that cannot be shown
 */
export function runPlace(
  cwd: string,
  at: string | undefined,
  storePath: string,
  command: 'run' | 'check' = 'run',
): RunPlace {
  const directory = realpathSync(cwd);
  const effect = command === 'run' ? 'only that one is written to' : 'only that one is copied';
  const refuse = (why: string): SelfsameError =>
    new SelfsameError('WRONG_USE', `selfsame ${command} cannot work in ${directory}: ${why}`, {
      hint: `Change to the directory of what you build; ${effect}`,
    });
  if (directory === '/') throw refuse('it is the whole machine');
  if (kernelPlaces.some((one) => isWithin(directory, one)))
    throw refuse('it belongs to the kernel');
  if (isWithin(directory, storePath)) throw refuse("it is in selfsame's store");
  if (command === 'run' && !isWritable(directory)) throw refuse('it is not writable');
  return { directory, at: at === undefined ? directory : checkedAt(at) };
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function checkedAt(at: string): string {
  const path = normalize(at).replace(/\/+$/, '');
  const wrong =
    !isAbsolute(path) || path === '' || at.includes('\0')
      ? 'is not an absolute path below /'
      : [...kernelPlaces, '/tmp', '/var/tmp', '/run'].some((one) => one === path)
        ? "is the sandbox's own"
        : kernelPlaces.some((one) => isWithin(path, one))
          ? 'belongs to the kernel'
          : ['/usr', '/etc', '/bin', '/sbin', '/lib', '/lib64', '/var', '/home', '/root'].includes(
                path,
              )
            ? 'would hide what the command needs'
            : undefined;
  if (wrong === undefined) return path;
  throw new SelfsameError('WRONG_USE', `--at ${JSON.stringify(at)} ${wrong}`, {
    hint: 'For example: --at /build',
  });
}
