import { fork, type ChildProcess } from 'node:child_process';
import type { Order, Reply } from './protocol.js';

/** What came of an order: the reply, or that there was none in time. */
export type Outcome =
  Reply | { readonly did: 'time-out' } | { readonly did: 'end'; readonly why: string };

/** A process that does one order after another; ended, and started again, when one takes too long. */
export class Worker {
  readonly #program: string;
  readonly #root: string;
  #child: ChildProcess | undefined;

  constructor(program: string, root: string) {
    this.#program = program;
    this.#root = root;
  }

  /** @param limit milliseconds without a sign of life */
  async do(order: Order, limit: number): Promise<Outcome> {
    const child = (this.#child ??= fork(this.#program, {
      env: { ...process.env, MUTATION_ROOT: this.#root },
      execArgv: ['--max-old-space-size=1024'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    }));
    let shown = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      shown = (shown + text).slice(-2000);
    });
    const outcome = await new Promise<Outcome>((resolve) => {
      const timer = setTimeout(() => {
        resolve({ did: 'time-out' });
      }, limit);
      child.on('message', (reply: Reply) => {
        if (reply.did === 'step') {
          timer.refresh();
        } else {
          clearTimeout(timer);
          resolve(reply);
        }
      });
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        resolve({ did: 'end', why: `${signal ?? code}: ${shown}` });
      });
      child.send(order);
    });
    child.removeAllListeners('message').removeAllListeners('exit');
    child.stderr?.removeAllListeners('data').resume();
    if (outcome.did === 'time-out' || outcome.did === 'end') await this.stop();
    return outcome;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill('SIGKILL');
    });
  }
}
