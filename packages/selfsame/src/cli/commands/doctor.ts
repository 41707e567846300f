import { SelfsameError } from '../../errors/selfsame-error.js';
import type { Finding } from '../../doctor/finding.js';
import { printable } from '../../text/printable.js';
import type { Style } from '../../text/style.js';
import { didYouMean } from '../../util/did-you-mean.js';
import type { Command } from '../command.js';

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'find what this machine lacks, and how to mend it',
  description:
    'Tries what commands need of this machine (programs, user namespaces, overlay mounts, disk space, keyrings, the archive) and prints the exact remedy for what is missing. Exits with 0 when all is well, 3 when something is missing.',
  arguments: [
    {
      syntax: '[command...]',
      description: 'look only at what this command needs, for example `build`',
    },
  ],
  options: [],
  examples: [
    { command: 'selfsame doctor', does: 'look at everything' },
    { command: 'selfsame doctor build', does: 'look at what `selfsame build` needs' },
    { command: 'selfsame doctor --offline', does: 'do not ask the archive' },
  ],
  async run(args, _options, { settings, signal, style }) {
    const command = args.length === 0 ? undefined : args.join(' ');
    const { allChecks, examine } = await import('../../doctor/examine.js');
    if (command !== undefined) {
      const { commands } = await import('../registry.js');
      refuseUnknown(
        command,
        commands.map((one) => one.name),
      );
    }
    const options = { storePath: settings.storePath, offline: settings.offline, signal };
    const findings = await examine(allChecks(settings), options, command);
    const missing = findings.filter((finding) => !finding.ok);
    return {
      exitCode: missing.length === 0 ? 0 : 3,
      data: { command: command ?? null, ok: missing.length === 0, findings },
      text: [
        ...findings.flatMap((finding) => findingLines(finding, style)),
        '',
        verdict(missing, command),
      ],
    };
  },
};

function refuseUnknown(command: string, known: readonly string[]): void {
  if (known.some((name) => name === command || name.startsWith(`${command} `))) return;
  throw new SelfsameError('WRONG_USE', `there is no command "${command}" to look after`, {
    hint: didYouMean(command, known) ?? `One of: ${known.join(', ')}`,
  });
}

function findingLines({ check, ok, why, remedy, neededBy }: Finding, style: Style): string[] {
  const mark = ok ? style.green('✓') : style.red('✗');
  const first = `${mark} ${check}: ${printable(why)}`;
  if (ok) return [first];
  return [
    first,
    `    needed by: ${neededBy.join(', ')}`,
    ...(remedy === undefined ? [] : [`    ${style.cyan('remedy')}: ${remedy}`]),
  ];
}

function verdict(missing: readonly Finding[], command: string | undefined): string {
  const what = command === undefined ? 'this machine' : `\`selfsame ${command}\``;
  return missing.length === 0
    ? `Nothing is missing for ${what}.`
    : `${missing.length} thing${missing.length === 1 ? '' : 's'} missing for ${what}.`;
}
