import type { Screen } from './reporters/reporter.js';

/** What the frame needs of the process around it; tests hand it a stand-in. */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly stdinIsTerminal: boolean;
  /** Aborted with an `INTERRUPTED` error as its reason when a signal asks the command to stop. */
  readonly signal: AbortSignal;
  /** Tells the signal handlers that Ctrl-C belongs to another program now (or not any more). */
  setInteractive(interactive: boolean): void;
  /** Hands over the signals that ask us to stop, by number, until the returned function is called. */
  passSignals(send: (signal: number) => void): () => void;
}

export interface OutputStream {
  readonly isTerminal: boolean;
  write(text: string): void;
  size(): { readonly columns: number; readonly rows: number };
}

/**
 * Whether to colour what goes to a stream: `FORCE_COLOR` and `NO_COLOR` (force-color.org,
 * no-color.org: set and not empty) decide, in this order; otherwise only a terminal that is not
 * `TERM=dumb`.
 */
export function wantsColour(env: Io['env'], stream: OutputStream): boolean {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  return stream.isTerminal && env['TERM'] !== 'dumb';
}

/** Whether a live region may be painted: a terminal that can move its cursor, watched by a person and not by a CI. */
export function wantsLiveRegion(env: Io['env'], stream: OutputStream): boolean {
  const ci = env['CI'];
  const inCi = ci !== undefined && ci !== '' && ci !== '0' && ci !== 'false';
  return stream.isTerminal && env['TERM'] !== 'dumb' && !inCi;
}

export function screenOf(stream: OutputStream): Screen {
  return {
    write: (text) => stream.write(text),
    size: () => stream.size(),
    now: () => performance.now(),
    every(milliseconds, callback) {
      const timer = setInterval(callback, milliseconds);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}
