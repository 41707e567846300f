import type { Command, CommandContext, CommandResult } from './command.js';
import type { Context } from '../context.js';
import { plainStyle } from '../text/style.js';
import type { Product } from './frame.js';
import type { Io, OutputStream } from './terminal.js';
import type { Screen } from './reporters/reporter.js';

/** Stand-ins for the process around the command line, for tests. */

export interface TestStream extends OutputStream {
  readonly text: () => string;
}

export function testStream(isTerminal = false): TestStream {
  let text = '';
  return {
    isTerminal,
    write: (more) => void (text += more),
    size: () => ({ columns: 80, rows: 24 }),
    text: () => text,
  };
}

export interface TestIo extends Io {
  readonly stdout: TestStream;
  readonly stderr: TestStream;
  /** What `setInteractive` was called with, in order. */
  readonly interactive: readonly boolean[];
}

export function testIo(
  options: { terminal?: boolean; env?: Io['env']; signal?: AbortSignal; cwd?: string } = {},
): TestIo {
  const interactive: boolean[] = [];
  return {
    cwd: options.cwd ?? '/',
    env: options.env ?? {},
    stdout: testStream(options.terminal),
    stderr: testStream(options.terminal),
    stdinIsTerminal: options.terminal ?? false,
    signal: options.signal ?? new AbortController().signal,
    setInteractive: (value) => interactive.push(value),
    passSignals: () => () => undefined,
    interactive,
  };
}

/** A command that does what the test says. */
export function testCommand(
  run: (context: CommandContext, args: readonly string[]) => CommandResult | Promise<CommandResult>,
  more: Partial<Command> = {},
): Command {
  return {
    name: 'probe',
    summary: 'do what the test says',
    arguments: [{ syntax: '[words...]', description: 'words' }],
    options: [],
    examples: [{ command: 'selfsame probe', does: 'probe' }],
    run: async (args, _options, context) => run(context, args),
    ...more,
  };
}

export function testProduct(commands: readonly Command[]): Product {
  return {
    version: '1.2.3',
    commands,
    groups: {},
    loadSettings: () =>
      Promise.resolve({
        storePath: '/nowhere',
        jobs: 1,
        offline: false,
        parallelDownloads: 1,
        debian: { mirrors: [], keyrings: [], snapshot: undefined },
        npm: { registry: undefined },
      }),
    openStore: (path) => Promise.resolve({ root: path } as unknown as Context['store']),
  };
}

/** A screen that remembers what a person would see, understanding the few sequences reporters use. */
export class TestScreen implements Screen {
  columns = 80;
  rows = 24;
  time = 0;
  /** Raw writes, in order. */
  readonly writes: string[] = [];
  readonly #lines: string[] = [''];
  #row = 0;
  #ticks = new Set<() => void>();

  write(text: string): void {
    this.writes.push(text);

    for (const [part = ''] of text.matchAll(/\u001b\[(\d*)([A-Za-z])|\n|\r|[^\u001b\n\r]+/g)) {
      const sequence = /\[(\d*)([A-Za-z])/.exec(part);
      if (part === '\n') {
        this.#row += 1;
        this.#lines[this.#row] ??= '';
      } else if (part.startsWith('\u001b') && sequence?.[2] === 'A') {
        this.#row -= Number(sequence[1]);
        if (this.#row < 0) throw new Error('cursor above the top');
      } else if (part.startsWith('\u001b') && sequence?.[2] === 'J') {
        this.#lines.length = this.#row + 1;
        this.#lines[this.#row] = '';
      } else if (!part.startsWith('\u001b') && part !== '\r') {
        this.#lines[this.#row] += part;
      }
    }
  }

  /** A person makes the window narrower: terminals wrap what is there. */
  narrow(columns: number): void {
    this.columns = columns;
    const wrapped = this.#lines.flatMap(
      (line) => line.match(new RegExp(`.{1,${columns}}`, 'g')) ?? [''],
    );
    this.#lines.splice(0, this.#lines.length, ...wrapped);
    this.#row = wrapped.length - 1;
  }

  size(): { columns: number; rows: number } {
    return { columns: this.columns, rows: this.rows };
  }

  now(): number {
    return this.time;
  }

  every(_milliseconds: number, callback: () => void): () => void {
    this.#ticks.add(callback);
    return () => this.#ticks.delete(callback);
  }

  /** Lets time pass and every clock tick once. */
  pass(milliseconds: number): void {
    this.time += milliseconds;
    for (const tick of [...this.#ticks]) tick();
  }

  get clocks(): number {
    return this.#ticks.size;
  }

  /** Lines as seen, without the empty last one. */
  get seen(): string[] {
    return this.#lines.slice(0, this.#lines.at(-1) === '' ? -1 : undefined);
  }
}

/** What a command is given that needs neither store nor settings nor terminal. */
export const testCommandContext = (cwd: string): CommandContext => ({
  cwd,
  settings: {} as CommandContext['settings'],
  signal: new AbortController().signal,
  json: false,
  stdinIsTerminal: false,
  stdoutIsTerminal: false,
  stderrIsTerminal: false,
  env: {},
  passSignals: () => () => undefined,
  style: plainStyle,
  engine: () => Promise.reject(new Error('this command needs no store')),
});
