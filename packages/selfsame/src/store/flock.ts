import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { SelfsameError } from '../errors/selfsame-error.js';
import { errorCodeOf } from './store-errors.js';

/**
 * flock(2) for Node, which has no such call: util-linux's `flock` locks a descriptor it inherits from
 * us. The lock belongs to the open file description, so it stays with our descriptor when that
 * program exits, and the kernel drops it when our process ends, however it ends. Node opens files
 * close-on-exec, so no other child keeps it alive.
 */
export interface HeldFlock {
  /** Changes the kind of lock without giving the descriptor up; false when `wait` is false and others hold it. */
  change(kind: 'shared' | 'exclusive', wait: boolean): Promise<boolean>;
  release(): void;
}

/** Exit status of `flock -n` when the lock is held by others: its documented default conflict code. */
const conflict = 1;

/** Takes a lock on `path` (created if missing). Returns undefined when `wait` is false and others hold it. */
export async function takeFlock(
  path: string,
  kind: 'shared' | 'exclusive',
  options: {
    readonly wait: boolean;
    readonly signal?: AbortSignal | undefined;
    readonly onWait?: (() => void) | undefined;
  },
): Promise<HeldFlock | undefined> {
  const fd = openLockFile(path);
  try {
    let taken = await runFlock(fd, kind, false, options.signal);
    if (!taken && options.wait) {
      options.onWait?.();
      taken = await runFlock(fd, kind, true, options.signal);
    }
    if (!taken) {
      closeSync(fd);
      return undefined;
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  let open = true;
  return {
    change: (newKind, wait) => runFlock(fd, newKind, wait, options.signal),
    release() {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

function openLockFile(path: string): number {
  try {
    return openSync(path, 'a', 0o644);
  } catch (cause) {
    const code = errorCodeOf(cause) ?? String(cause);
    throw new SelfsameError(
      'STORE_UNUSABLE',
      `the store's lock ${path} cannot be written: ${code}`,
      {
        hint: 'A store belongs to one user: set SELFSAME_STORE to a directory of your own (`selfsame doctor` looks at it)',
        cause,
        details: { path, errno: code },
      },
    );
  }
}

function runFlock(
  fd: number,
  kind: 'shared' | 'exclusive',
  wait: boolean,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const interrupted = () =>
    new SelfsameError('INTERRUPTED', 'interrupted while waiting for a lock of the store');
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(interrupted());
      return;
    }
    const child = spawn('flock', [kind === 'shared' ? '-s' : '-x', ...(wait ? [] : ['-n']), '3'], {
      stdio: ['ignore', 'ignore', 'pipe', fd],
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
    });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('latin1')).slice(-500);
    });
    const onAbort = () => child.kill('SIGKILL');
    signal?.addEventListener('abort', onAbort, { once: true });
    child.on('error', (cause) => {
      signal?.removeEventListener('abort', onAbort);
      reject(
        new SelfsameError(
          'STORE_UNUSABLE',
          'the program `flock`, which the store needs for its locks, could not be run',
          {
            hint: 'Install it: apt-get install util-linux',
            cause,
          },
        ),
      );
    });
    child.on('close', (code) => {
      signal?.removeEventListener('abort', onAbort);
      if (signal?.aborted === true) reject(interrupted());
      else if (code === 0) resolve(true);
      else if (code === conflict && !wait && stderr === '') resolve(false);
      else
        reject(
          new SelfsameError(
            'STORE_UNUSABLE',
            `a lock of the store could not be taken: flock ended with ${code ?? 'a signal'}: ${stderr.trim()}`,
          ),
        );
    });
  });
}
