import { spawn } from 'node:child_process';
import type { StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { SelfsameError } from '../errors/selfsame-error.js';
import { nativePath } from '../util/native.js';
import { explainStartFailure, ownFailureCode } from './ends/could-not-start.js';

export interface UserNamespaceOptions {
  /** Directory to run in; default: ours. */
  readonly cwd?: string;
  /** The whole environment of the command; default: ours. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Standard input; default: empty. */
  readonly input?: Uint8Array | Readable;
  /** Kills the command; the result then has `signal: 'SIGKILL'`. */
  readonly signal?: AbortSignal;
  /** `capture` (default) returns the output; `inherit` gives the command our terminal. */
  readonly stdio?: 'capture' | 'inherit';
  /** Called with standard output as it comes, which is then not collected. */
  readonly onStdout?: (chunk: Uint8Array) => void;
  /** Most bytes of output kept of each stream, default 256 MiB; more kills the command and rejects. */
  readonly maxOutputBytes?: number;
}

export interface UserNamespaceResult {
  /** Exit status, or null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/**
 * Runs a host command as root of a new user namespace with ids 0 to 65535 (and a private mount namespace):
 * for trees that belong to the ids of sandboxes. As real root, id n is host id 1879048192 + n, and files of
 * the host's root stay reachable (they show as owner 65536). As an ordinary user, 0 is the user and n is the
 * n-th id of their range in /etc/subuid. The command is no sandbox: it sees the whole host with the
 * caller's rights. It dies when we die.
 *
 * Resolves for every exit status and signal of the command. Rejects with `USER_NAMESPACE_UNAVAILABLE`
 * (reason and remedy in it) when it could not be started, `NATIVE_PROGRAM_MISSING`, or
 * `SANDBOX_REQUEST_INVALID` when it printed more than `maxOutputBytes`.
 */
export async function runInUserNamespace(
  argv: readonly [string, ...string[]],
  options: UserNamespaceOptions = {},
): Promise<UserNamespaceResult> {
  options.signal?.throwIfAborted();
  const capture = options.stdio !== 'inherit';
  const stdio: StdioOptions = capture
    ? [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe']
    : [options.input === undefined ? 'inherit' : 'pipe', 'inherit', 'inherit'];
  const child = spawn(nativePath('selfsame-ns'), ['run', '--', ...argv], {
    stdio,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
  });
  const stop = (): void => void child.kill('SIGKILL');
  options.signal?.addEventListener('abort', stop, { once: true });
  const most = options.maxOutputBytes ?? 256 * 1024 * 1024;
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  let overflow = false;
  for (const name of ['stdout', 'stderr'] as const) {
    let size = 0;
    child[name]?.on('data', (chunk: Buffer) => {
      if (name === 'stdout' && options.onStdout !== undefined) return options.onStdout(chunk);
      size += chunk.length;
      if (size <= most) return void output[name].push(chunk);
      overflow = true;
      stop();
    });
  }
  try {
    const feeding = feed(child.stdin, options.input);
    const [exitCode, signal] = (await once(child, 'close')) as [
      number | null,
      NodeJS.Signals | null,
    ];
    await feeding;
    const stdout = Buffer.concat(output.stdout);
    const stderr = Buffer.concat(output.stderr);
    if (overflow) {
      throw new SelfsameError(
        'SANDBOX_REQUEST_INVALID',
        `${argv[0]} printed more than ${most} bytes in a user namespace`,
      );
    }
    if (exitCode === ownFailureCode) {
      const failure = explainStartFailure(stderr.toString('utf8'));
      if (failure !== undefined) {
        throw new SelfsameError(
          'USER_NAMESPACE_UNAVAILABLE',
          `${argv[0]} could not run in a user namespace: ${failure.reason}`,
          {
            ...(failure.hint === undefined ? {} : { hint: failure.hint }),
            details: { stage: failure.stage },
          },
        );
      }
    }
    return { exitCode, signal, stdout, stderr };
  } catch (error) {
    if (error instanceof SelfsameError) throw error;
    throw new SelfsameError(
      'USER_NAMESPACE_UNAVAILABLE',
      `${argv[0]} could not run in a user namespace: selfsame-ns did not start`,
      {
        cause: error,
        hint: 'Run `selfsame doctor`; is the working directory there and the program built (`make -C native`)?',
      },
    );
  } finally {
    options.signal?.removeEventListener('abort', stop);
  }
}

/** Writes the input; a command that stops reading early is its own business. */
async function feed(
  stdin: NodeJS.WritableStream | null,
  input: Uint8Array | Readable | undefined,
): Promise<void> {
  if (stdin === null || input === undefined) return;
  try {
    await pipeline(input instanceof Readable ? input : Readable.from([input]), stdin);
  } catch (error) {
    if (
      (error as NodeJS.ErrnoException).code !== 'EPIPE' &&
      (error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE'
    )
      throw error;
  }
}
