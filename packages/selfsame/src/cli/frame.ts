import { resolve } from 'node:path';
import { statSync } from 'node:fs';
import type { Context } from '../context.js';
import type { ExitCode } from '../errors/error-code.js';
import { errorDocument, errorsOf, exitCodeOf, renderErrors } from '../errors/render.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { Settings } from '../settings/settings.js';
import { printableJson } from '../text/printable.js';
import { colourStyle, plainStyle } from '../text/style.js';
import type { Command, CommandContext, CommandResult, OptionValues } from './command.js';
import { parseCommandLine, type Request } from './program.js';
import { jsonReporter } from './reporters/json.js';
import { plainReporter } from './reporters/plain.js';
import type { Reporter } from './reporters/reporter.js';
import { terminalReporter } from './reporters/terminal.js';
import { screenOf, wantsColour, wantsLiveRegion, type Io } from './terminal.js';

/** What the frame runs; tests hand it commands of their own. */
export interface Product {
  readonly version: string;
  readonly commands: readonly Command[];
  readonly groups: Readonly<Record<string, string>>;
  loadSettings(env: Io['env'], cwd: string): Promise<Settings>;
  openStore(path: string): Promise<Context['store']>;
}

/**
 * Runs one command line (without `node` and the script) from reading it to saying how it ended.
 * The answer of a command goes to standard output, everything else to standard error; with `--json`
 * all of it goes to standard output as JSON lines, the last one of type `result` or `error`.
 * Resolves to the exit code: an `ExitCode`, or the status of a command of the person's. Never rejects.
 */
export async function runCommandLine(
  argv: readonly string[],
  io: Io,
  product: Product,
): Promise<number> {
  const before = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
  const failure: FailureOptions = {
    json: before.includes('--json'),
    colour: !before.includes('--no-color') && wantsColour(io.env, io.stderr),
  };
  let request: Request;
  try {
    const colour = !before.includes('--no-color') && wantsColour(io.env, io.stdout);
    request = parseCommandLine(argv, {
      commands: product.commands,
      groups: product.groups,
      columns: Math.min(100, io.stdout.size().columns),
      style: colour ? colourStyle : plainStyle,
    });
  } catch (error) {
    return fail(error, io, failure);
  }
  switch (request.type) {
    case 'help':
      (request.asked ? io.stdout : io.stderr).write(request.text);
      return request.asked ? 0 : 2;
    case 'version':
      io.stdout.write(`selfsame ${product.version}\n`);
      return 0;
    case 'run':
      return runCommand(request, io, product, {
        ...failure,
        json: request.options['json'] === true,
        command: request.command.name,
      });
  }
}

async function runCommand(
  { command, args, behindDashes, options }: Extract<Request, { type: 'run' }>,
  io: Io,
  product: Product,
  failure: FailureOptions,
): Promise<number> {
  const reporter = createReporter(options, io, failure);
  try {
    const cwd = workingDirectory(io.cwd, options['directory']);
    const loaded = await product.loadSettings(io.env, cwd);
    const settings = options['offline'] === true ? { ...loaded, offline: true } : loaded;
    const colourStdout = options['color'] !== false && wantsColour(io.env, io.stdout);
    let opening: Promise<Context> | undefined;
    const context: CommandContext = {
      cwd,
      behindDashes,
      settings,
      signal: io.signal,
      json: failure.json,
      env: io.env,
      get stdinIsTerminal() {
        return io.stdinIsTerminal;
      },
      stdoutIsTerminal: io.stdout.isTerminal,
      stderrIsTerminal: io.stderr.isTerminal,
      passSignals: (send) => io.passSignals(send),
      ...(io.stdout.isTerminal && { columns: io.stdout.size().columns }),
      style: colourStdout && !failure.json ? colourStyle : plainStyle,
      engine: () =>
        (opening ??= product.openStore(settings.storePath).then((store) => ({
          emit: (event) => reporter.emit(event),
          signal: io.signal,
          settings,
          store,
        }))),
    };
    if (command.interactive === true) io.setInteractive(true);
    const result = await command.run(args, options, context);
    reporter.close();
    say(result, command, io, failure);
    return result.commandStatus ?? result.exitCode;
  } catch (error) {
    reporter.close();
    return fail(io.signal.aborted ? interruption(error, io.signal) : error, io, failure);
  } finally {
    if (command.interactive === true) io.setInteractive(false);
  }
}

function say(result: CommandResult, command: Command, io: Io, { json }: FailureOptions): void {
  if (json) {
    const line = {
      type: 'result',
      command: command.name,
      exitCode: result.commandStatus ?? result.exitCode,
      data: result.data ?? null,
    };
    io.stdout.write(printableJson(line) + '\n');
  } else if (result.text.length > 0) {
    io.stdout.write(result.text.join('\n') + '\n');
  }
}

interface FailureOptions {
  readonly json: boolean;
  readonly colour: boolean;
  readonly command?: string;
}

function fail(error: unknown, io: Io, { json, colour, command }: FailureOptions): ExitCode {
  const exitCode = exitCodeOf(error);
  if (json) {
    const errors = errorsOf(error).map(errorDocument);
    io.stdout.write(
      printableJson({ type: 'error', command: command ?? null, exitCode, errors }) + '\n',
    );
  } else if (exitCode === 130) {
    io.stderr.write(`interrupted\n`);
  } else {
    io.stderr.write(renderErrors(error, colour ? colourStyle : plainStyle).join('\n') + '\n');
  }
  return exitCode;
}

/** What an aborted command rejected with is a consequence of the interruption, unless it says so itself. */
function interruption(error: unknown, signal: AbortSignal): SelfsameError {
  if (error instanceof SelfsameError && error.code === 'INTERRUPTED') return error;
  const reason: unknown = signal.reason;
  if (reason instanceof SelfsameError) return reason;
  return new SelfsameError('INTERRUPTED', 'the command was interrupted', { cause: error });
}

function workingDirectory(cwd: string, asked: OptionValues[string]): string {
  if (typeof asked !== 'string') return cwd;
  const path = resolve(cwd, asked);
  if (isDirectory(path)) return path;
  throw new SelfsameError('WRONG_USE', `--directory ${asked} is not a directory`, {
    hint: 'Give the path of the workspace, or leave it out to use the current directory',
  });
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function createReporter(options: OptionValues, io: Io, { json, colour }: FailureOptions): Reporter {
  if (json) return jsonReporter((text) => io.stdout.write(text));
  const verbosity =
    options['quiet'] === true ? 'quiet' : options['verbose'] === true ? 'verbose' : 'normal';
  const lines = { style: colour ? colourStyle : plainStyle, verbosity } as const;
  return wantsLiveRegion(io.env, io.stderr)
    ? terminalReporter(screenOf(io.stderr), lines)
    : plainReporter((text) => io.stderr.write(text), lines);
}
