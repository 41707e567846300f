import { Argument, Command as Program, CommanderError, Option } from 'commander';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { Style } from '../text/style.js';
import { didYouMean } from '../util/did-you-mean.js';
import type { Command, OptionSpec, OptionValues } from './command.js';
import { globalOptions } from './global-options.js';

/** What a command line asks for. */
export type Request =
  | {
      readonly type: 'run';
      readonly command: Command;
      readonly args: readonly string[];
      /** Those of them that stood behind `--`; undefined: there was none. */
      readonly behindDashes?: readonly string[] | undefined;
      readonly options: OptionValues;
    }
  | { readonly type: 'help'; readonly text: string; readonly asked: boolean }
  | { readonly type: 'version' };

export interface ProgramOptions {
  readonly commands: readonly Command[];
  readonly groups: Readonly<Record<string, string>>;
  /** Columns help is wrapped to. */
  readonly columns: number;
  readonly style: Style;
}

/**
 * Reads a command line (without `node` and the script). Throws `WRONG_USE` for what no command
 * understands, with the nearest thing that it could mean.
 */
export function parseCommandLine(argv: readonly string[], options: ProgramOptions): Request {
  let request: Request | undefined;
  let help = '';
  const program = createProgram(
    options,
    (text) => (help += text),
    (found) => (request = found),
  );
  try {
    program.parse(behindCommand(argv), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.version') return { type: 'version' };
    if (error.exitCode === 0) return { type: 'help', text: help, asked: true };
    if (argv.length === 0) return { type: 'help', text: program.helpInformation(), asked: false };
    throw wrongUse(error, behindCommand(argv), program);
  }
  if (request !== undefined) {
    const dashes = argv.indexOf('--');
    return dashes < 0 || request.type !== 'run'
      ? request
      : { ...request, behindDashes: argv.slice(dashes + 1) };
  }
  throw new SelfsameError('WRONG_USE', 'no command given', { hint: 'See `selfsame --help`' });
}

/** Options of every command may also stand before it, as in `selfsame --json build`: moves them behind it. */
function behindCommand(argv: readonly string[]): string[] {
  const known = globalOptions.flatMap(({ flags }) => {
    const takesValue = flags.endsWith('>');
    return (flags.match(/(?<![\w-])--?[a-zA-Z][a-z-]*/g) ?? []).map((name) => ({
      name,
      takesValue,
    }));
  });
  let count = 0;
  for (let word = argv[0]; word !== undefined; word = argv[count]) {
    const option = known.find(({ name }) => word === name || word.startsWith(`${name}=`));
    if (option === undefined) break;
    count += option.takesValue && word === option.name ? 2 : 1;
  }
  // Options alone leave nothing behind: no command was given.
  if (count >= argv.length) return [];
  const rest = argv.slice(count);
  const end = rest.indexOf('--');
  const at = end === -1 ? rest.length : end;
  return [...rest.slice(0, at), ...argv.slice(0, count), ...rest.slice(at)];
}

/** The whole program as commander sees it, also for help pages and completion. */
export function createProgram(
  { commands, groups, columns, style }: ProgramOptions,
  write: (text: string) => void = () => undefined,
  found: (request: Request) => void = () => undefined,
): Program {
  const configure = (program: Program): Program =>
    program
      .exitOverride()
      .configureOutput({
        writeOut: write,
        writeErr: () => undefined,
        outputError: () => undefined,
        getOutHelpWidth: () => columns,
        getErrHelpWidth: () => columns,
        getOutHasColors: () => true,
        getErrHasColors: () => true,
      })
      .configureHelp({
        styleTitle: (text) => style.bold(text),
        styleCommandText: (text) => style.cyan(text),
        styleSubcommandText: (text) => style.cyan(text),
        styleOptionText: (text) => style.cyan(text),
      })
      .helpOption('-h, --help', 'show this help')
      .showSuggestionAfterError(false)
      .allowExcessArguments(false);

  const program = configure(new Program('selfsame'))
    .description(
      'Builds software from pinned recipes in locked environments, so that it comes out the same, bit for bit, whoever builds it.',
    )
    .helpCommand('help [command]', 'show the help of a command')
    .option('-V, --version', 'show the version')
    .addHelpText(
      'after',
      () => `\n${style.bold('More:')} selfsame <command> --help, and docs/README.md by question`,
    );
  // commander's own version option wants the version now; main.ts has it only when asked.
  program.on('option:version', () => {
    throw new CommanderError(0, 'commander.version', '');
  });

  const parents = new Map<string, Program>();
  for (const command of commands) {
    const [first = '', second] = command.name.split(' ');
    let parent = program;
    if (second !== undefined) {
      parent =
        parents.get(first) ??
        configure(program.command(first))
          .summary(groups[first] ?? '')
          .description(sentence(groups[first] ?? first));
      parents.set(first, parent);
    }
    addCommand(configure(parent.command(second ?? first)), command, style, found);
  }
  for (const [name, parent] of parents) {
    // A group alone is not a command: say which there are.
    parent.action(() => {
      throw new SelfsameError('WRONG_USE', `\`selfsame ${name}\` needs a subcommand`, {
        hint: `One of: ${parent.commands.map((one) => one.name()).join(', ')}`,
      });
    });
  }
  return program;
}

function addCommand(
  program: Program,
  command: Command,
  style: Style,
  found: (request: Request) => void,
): void {
  program.summary(command.summary).description(command.description ?? sentence(command.summary));
  for (const { syntax, description } of command.arguments)
    program.addArgument(new Argument(syntax, description));
  const own = new Set(command.options.map((option) => longName(option.flags)));
  for (const option of command.options) program.addOption(commanderOption(option));
  for (const option of globalOptions) {
    if (!own.has(longName(option.flags)))
      program.addOption(commanderOption(option).helpGroup('Everywhere:'));
  }
  const examples = command.examples.map(
    ({ command: line, does }) => `  ${style.cyan(line)}\n      ${does}`,
  );
  program.addHelpText('after', `\n${style.bold('Examples:')}\n${examples.join('\n')}`);
  program.action((...handed: unknown[]) => {
    const values = handed.slice(0, command.arguments.length);
    found({
      type: 'run',
      command,
      args: values.flat().filter((value) => typeof value === 'string'),
      options: program.opts(),
    });
  });
}

function commanderOption({ flags, description, choices, repeatable }: OptionSpec): Option {
  const option = new Option(flags, description);
  if (choices !== undefined) option.choices([...choices]);
  if (repeatable === true) {
    option.argParser((value: string, before: readonly string[] | undefined) => {
      if (choices !== undefined && !choices.includes(value)) {
        throw new SelfsameError('WRONG_USE', `${option.long ?? flags} cannot be "${value}"`, {
          hint: `One of: ${choices.join(', ')}`,
        });
      }
      return [...(before ?? []), value];
    });
  }
  return option;
}

function longName(flags: string): string {
  return /--[a-z][a-z0-9-]*/.exec(flags)?.[0] ?? flags;
}

function sentence(summary: string): string {
  return summary.charAt(0).toUpperCase() + summary.slice(1) + '.';
}

/** commander's complaint in our form: its sentence without `error:`, and our nearest guess as the hint. */
function wrongUse(error: CommanderError, argv: readonly string[], program: Program): SelfsameError {
  const at = commandAt(argv, program);
  const name = ['selfsame', ...at.path].join(' ');
  const see = `See \`${name} --help\``;
  const message = error.message
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .replaceAll("'", '`')
    .trim();
  const quoted = /`([^`]*)`/.exec(message)?.[1] ?? '';
  const hint = (candidates: readonly string[]): string => {
    const guess = didYouMean(quoted, candidates);
    return guess === undefined ? see : `${guess.charAt(0).toUpperCase()}${guess.slice(1)} ${see}`;
  };

  switch (error.code) {
    case 'commander.unknownCommand':
      return new SelfsameError('WRONG_USE', `unknown command "${quoted}"`, {
        hint: hint(at.program.commands.map((one) => one.name())),
      });
    case 'commander.unknownOption':
      return new SelfsameError('WRONG_USE', `${name} has no option "${quoted}"`, {
        hint: hint(at.program.options.flatMap((option) => (option.long ? [option.long] : []))),
      });
    case 'commander.help':
      return new SelfsameError(
        'WRONG_USE',
        at.path.length === 0 ? 'no command given' : `\`${name}\` needs a subcommand`,
        {
          hint:
            at.path.length === 0
              ? see
              : `One of: ${at.program.commands.map((one) => one.name()).join(', ')}`,
        },
      );
    case 'commander.excessArguments':
      if (at.program.commands.length > 0) {
        const word = argv.slice(at.path.length).find((one) => !one.startsWith('-')) ?? '';
        const guess = didYouMean(
          word,
          at.program.commands.map((one) => one.name()),
        );
        return new SelfsameError('WRONG_USE', `unknown command "${[...at.path, word].join(' ')}"`, {
          hint:
            guess === undefined ? see : `${guess.charAt(0).toUpperCase()}${guess.slice(1)} ${see}`,
        });
      }
      return new SelfsameError('WRONG_USE', `${name}: ${message}`, { hint: see });
    default:
      return new SelfsameError('WRONG_USE', `${name}: ${message}`, { hint: see });
  }
}

/** The deepest command the words name. */
function commandAt(
  argv: readonly string[],
  program: Program,
): { readonly program: Program; readonly path: readonly string[] } {
  let at = program;
  const path: string[] = [];
  for (const word of argv) {
    if (word.startsWith('-')) continue;
    const next = at.commands.find((one) => one.name() === word);
    if (next === undefined) break;
    at = next;
    path.push(word);
  }
  return { program: at, path };
}
