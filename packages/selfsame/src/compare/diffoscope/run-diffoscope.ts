import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { limitedCommand, type ProgramLimits } from '../formats/reading/limited.js';
import type { UnexaminedReason } from '../types.js';

/** What diffoscope is asked to compare: paths below `directory`. */
export interface DiffoscopeRequest {
  readonly directory: string;
  readonly a: string;
  readonly b: string;
  /** Where its page goes, absolute. */
  readonly html: string;
  readonly milliseconds: number;
  readonly signal: AbortSignal;
  /** For tests. */
  readonly program?: string;
}

export type DiffoscopeEnd =
  | { readonly type: 'page' }
  | { readonly type: 'none'; readonly reason: UnexaminedReason; readonly detail: string };

/** Bounds of its page, so that a browser opens it. */
const limits = [
  ['--max-page-size', '5000000'],
  ['--max-report-size', '5000000'],
  ['--max-diff-block-lines', '2000'],
  ['--max-container-depth', '3'],
].flat();

/** Of it and of each tool that it runs: it holds what it compares, and disassembles programs. */
const memoryLimits: ProgramLimits = { memory: 2 ** 31, file: 2 ** 32, seconds: 3600 };

/**
 * Runs diffoscope on two files. It and all it starts are killed when the time is up, as its own limit does not stop
 * the tools that it runs.
 *
 * @throws the reason of the signal
 */
export async function runDiffoscope(request: DiffoscopeRequest): Promise<DiffoscopeEnd> {
  const { directory, a, b, html, milliseconds, signal, program = 'diffoscope' } = request;
  signal.throwIfAborted();
  const args = ['--no-progress', ...limits, '--html', html, a, b];
  const command = await limitedCommand(program, args, memoryLimits);
  if (command === undefined) {
    const detail = 'diffoscope is not installed: it is in the Debian package diffoscope';
    return { type: 'none', reason: 'tool-missing', detail };
  }
  const child = spawn(command[0], command[1], {
    cwd: directory,
    // A group of its own, so that its tools end with it; what they leave is in the directory.
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, TMPDIR: directory, LC_ALL: 'C.UTF-8' },
  });
  const kill = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    kill();
  }, milliseconds);
  signal.addEventListener('abort', kill, { once: true });
  try {
    const status = await new Promise<number | string | undefined>((resolve) => {
      child.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      child.once('exit', (code, by) => resolve(code ?? by ?? undefined));
    });
    signal.throwIfAborted();
    if (late) {
      const detail = `diffoscope was stopped after ${milliseconds / 1000} s`;
      return { type: 'none', reason: 'out-of-time', detail };
    }
    const isThere = await stat(html).then(
      (facts) => facts.size > 0,
      () => false,
    );
    if (isThere) return { type: 'page' };
    const detail = `diffoscope ended with ${status} and made no page`;
    return { type: 'none', reason: 'unsupported', detail };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
    // What it started and did not wait for.
    kill();
  }
}
