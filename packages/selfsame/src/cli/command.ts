import type { Context } from '../context.js';
import type { ExitCode } from '../errors/error-code.js';
import type { Settings } from '../settings/settings.js';
import type { Style } from '../text/style.js';

/** An option in commander's syntax, for example `--jobs <n>`. Values arrive as strings; the command checks them. */
export interface OptionSpec {
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
  /** Option may be given several times and arrives as an array. */
  readonly repeatable?: boolean;
}

export type OptionValues = Readonly<
  Record<string, string | boolean | readonly string[] | undefined>
>;

/** What a command says when it is done. Nothing else reaches standard output. */
export interface CommandResult {
  readonly exitCode: ExitCode;
  /** The command's answer: with `--json` the last line, as `{"type":"result","command":…,"exitCode":…,"data":…}`. */
  readonly data: unknown;
  /** The same for a person, already wrapped in lines; empty when there is nothing to say. */
  readonly text: readonly string[];
  /** Exit status of a command of the person's that ran to its end, 0 to 255: wins over `exitCode`. */
  readonly commandStatus?: number;
}

/** What the frame hands to a command. */
export interface CommandContext {
  readonly cwd: string;
  /** Words behind `--`, which are the last of the arguments; undefined: there was no `--`. */
  readonly behindDashes?: readonly string[] | undefined;
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly json: boolean;
  /** The environment variables we were started with. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** Width of the terminal the answer is shown on; undefined where it is none. */
  readonly columns?: number;
  /** Text styling that is the identity when colour is off. */
  readonly style: Style;
  /**
   * From now on signals that ask us to stop are for a command of the person's: `send` gets their numbers, and
   * nothing else happens. Returns how to have them back.
   */
  passSignals(send: (signal: number) => void): () => void;
  /** Opens the store (created on first use) and returns the engine's context. */
  engine(): Promise<Context>;
}

export type { Style } from '../text/style.js';

/**
 * One command. Its file imports only types and other light modules at the top; `run` imports the
 * engine with `await import(…)`, so that `--help` and completion stay fast.
 */
export interface Command {
  /** `build`, or `store gc` for a subcommand. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** A paragraph or two for `--help`. */
  readonly description?: string;
  /** Positional arguments in commander's syntax, for example `[projects...]`. */
  readonly arguments: readonly {
    readonly syntax: string;
    readonly description: string;
    readonly complete?: 'projects' | 'environments' | 'files';
  }[];
  readonly options: readonly OptionSpec[];
  /** At least one. */
  readonly examples: readonly { readonly command: string; readonly does: string }[];
  /** The command hands our terminal to a program of the person's (a shell): Ctrl-C is for that program, and no progress is painted. */
  readonly interactive?: boolean;
  run(
    args: readonly string[],
    options: OptionValues,
    context: CommandContext,
  ): Promise<CommandResult>;
}
