import { setMaxListeners } from 'node:events';
import { constants } from 'node:os';
import { SelfsameError } from '../errors/selfsame-error.js';
import { runCommandLine, type Product } from './frame.js';
import type { Io, OutputStream } from './terminal.js';

/** What a command of the person's may be sent beside what asks us to stop. Node.js keeps SIGUSR1 for its debugger. */
const passedSignals = ['SIGQUIT', 'SIGUSR2'] as const;

/**
 * The command line of this process, from its arguments to its exit code; ends the process. Called once.
 *
 * @param complete what answers the completion functions of shells (completion/scripts.ts): lines for these words
 */
export async function main(
  product: Product,
  complete?: (words: readonly string[], cwd: string) => Promise<readonly string[]>,
): Promise<void> {
  const io = processIo();
  const argv = process.argv.slice(2);
  if (argv[0] === '__complete' && complete !== undefined) {
    const words = argv.slice(argv[1] === '--' ? 2 : 1);
    const lines = await complete(words, io.cwd);
    io.stdout.write(lines.map((line) => line + '\n').join(''));
  } else {
    process.exitCode = await runCommandLine(argv, io, product);
  }
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  // Sockets kept alive and idle workers must not keep a person waiting.
  process.exit();
}

function processIo(): Io {
  const interruption = new AbortController();
  // Every download, lock and child process that runs at the moment listens for the interruption, each until it
  // ends: up to 64 downloads for each of the environments and inputs fetched at once. More would be a leak.
  setMaxListeners(1024, interruption.signal);
  let interactive = false;
  let pass: ((signal: number) => void) | undefined;
  const stop = (name: NodeJS.Signals): void => {
    if (pass !== undefined) return pass(constants.signals[name]);
    if (interactive && name === 'SIGINT') return;
    // Asked twice: no more waiting for anything to clean up. The store is safe against that.
    if (interruption.signal.aborted) process.exit(130);
    interruption.abort(new SelfsameError('INTERRUPTED', `interrupted by ${name}`));
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop(name));
  return {
    cwd: process.cwd(),
    env: process.env,
    stdout: outputStream(process.stdout),
    stderr: outputStream(process.stderr),
    // Opened only for commands that ask.
    get stdinIsTerminal() {
      return Boolean(process.stdin.isTTY);
    },
    signal: interruption.signal,
    setInteractive: (value) => (interactive = value),
    passSignals: (send) => {
      const others = passedSignals.map(
        (name) => [name, () => send(constants.signals[name])] as const,
      );
      for (const [name, listener] of others) process.on(name, listener);
      pass = send;
      return () => {
        pass = undefined;
        for (const [name, listener] of others) process.off(name, listener);
      };
    },
  };
}

/** A reader that leaves early (`selfsame … | head`) ends the output, not the work. */
function outputStream(stream: NodeJS.WriteStream): OutputStream {
  let gone = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    gone = true;
  });
  return {
    isTerminal: Boolean(stream.isTTY),
    write: (text) => void (gone || stream.write(text)),
    size: () => ({ columns: stream.columns || 80, rows: stream.rows || 24 }),
  };
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((done) => {
    if (stream.writableLength === 0 || stream.destroyed || stream.errored) done();
    else stream.write('', () => done());
  });
}
