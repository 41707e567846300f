import type { Command, OptionSpec } from '../packages/selfsame/src/cli/command.js';
import { globalOptions } from '../packages/selfsame/src/cli/global-options.js';
import { commands } from '../packages/selfsame/src/cli/registry.js';

/** docs/command-line.md: every command there is, from the registry. */
export function commandReference(): string {
  return [
    '# Which commands are there, and what do they take?',
    '',
    'Made from the commands themselves by `npm run docs`; do not edit. `selfsame <command> --help` shows the same.',
    '',
    'The answer of a command goes to standard output, progress and complaints to standard error. Exit codes are',
    'listed in [errors.md](errors.md).',
    '',
    'Every command also takes:',
    '',
    ...optionTable(globalOptions),
    '',
    ...commands.flatMap(section),
  ].join('\n');
}

function section(command: Command): string[] {
  const usage = [
    'selfsame',
    command.name,
    ...(command.options.length > 0 ? ['[options]'] : []),
    ...command.arguments.map(({ syntax }) => syntax),
  ].join(' ');
  const summary = command.summary.charAt(0).toUpperCase() + command.summary.slice(1);
  return [
    `## selfsame ${command.name}`,
    '',
    `${summary}.`,
    '',
    '```',
    usage,
    '```',
    '',
    ...(command.description === undefined ? [] : [command.description, '']),
    ...(command.arguments.length === 0
      ? []
      : [
          '| argument | |',
          '| --- | --- |',
          ...command.arguments.map(
            ({ syntax, description }) => `| \`${syntax}\` | ${cell(description)} |`,
          ),
          '',
        ]),
    ...(command.options.length === 0 ? [] : [...optionTable(command.options), '']),
    'Examples:',
    '',
    '```sh',
    ...command.examples.flatMap((example) => [`# ${example.does}`, example.command]),
    '```',
    '',
  ];
}

function optionTable(options: readonly OptionSpec[]): string[] {
  return [
    '| option | |',
    '| --- | --- |',
    ...options.map(({ flags, description, choices, repeatable }) => {
      const more = [
        ...(choices === undefined ? [] : [`one of: ${choices.join(', ')}`]),
        ...(repeatable === true ? ['may be given several times'] : []),
      ];
      const text = more.length === 0 ? description : `${description} (${more.join('; ')})`;
      return `| \`${flags}\` | ${cell(text)} |`;
    }),
  ];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '\\<');
}
