import { relative } from 'node:path';
import type { Command, CommandContext } from '../command.js';
import type { LockDifference } from '../../environment/lock-difference.js';
import type { LockedResult } from '../lock-workspace.js';

/** Packages named for each environment before the rest is only counted. */
const mostNamed = 20;

export const lockCommand: Command = {
  name: 'lock',
  summary: 'pin environments and sources in selfsame.lock',
  description:
    'Resolves every environment to exact packages (with apt, from signed indexes, in isolation from ' +
    'this machine) and finds out the content of every source, and writes both to selfsame.lock. What is ' +
    'locked and still wanted stays as it is; --update looks for newer packages and sources.\n\n' +
    'The lock names no hosts: where things come from is the configuration of each machine.',
  arguments: [
    {
      syntax: '[names...]',
      description: 'environments and projects (default: all)',
      complete: 'projects',
    },
  ],
  options: [
    { flags: '--update', description: 'take newer packages and sources where there are any' },
    { flags: '--check', description: 'write nothing; exit 1 if the lock would change' },
  ],
  examples: [
    {
      command: 'selfsame lock',
      does: 'lock what is new or changed in selfsame.yaml and the recipes',
    },
    { command: 'selfsame lock --update', does: 'take the newest packages of each suite' },
    { command: 'selfsame lock pigz', does: 'lock what the project pigz needs' },
  ],
  async run(args, options, context) {
    const { lockWorkspace } = await import('../lock-workspace.js');
    const engine = await context.engine();
    const check = options['check'] === true;
    const summary = await lockWorkspace(
      { cwd: context.cwd, names: args, update: options['update'] === true, check },
      engine,
    );
    const path = relative(context.cwd, summary.path);
    const outdated = check && summary.changed;
    return {
      exitCode: outdated ? 1 : 0,
      data: summary,
      text: [
        ...summary.environments.flatMap((result) => describe(result, context)),
        ...summary.inputs.map((key) => `${context.style.bold(key)}  pinned`),
        outdated
          ? `${path} is out of date: run selfsame lock`
          : summary.written
            ? `${path} written`
            : `${path} is up to date`,
      ],
    };
  },
};

function describe(result: LockedResult, { style }: CommandContext): string[] {
  if (result.outcome === 'kept') return [];
  const { added, removed, changed }: LockDifference = result.difference;
  const lines = [
    ...changed.map(({ name, from, to }) => `  ${style.yellow('~')} ${name} ${from} → ${to}`),
    ...removed.map(({ name, version }) => `  ${style.red('-')} ${name} ${version}`),
    ...added.map(({ name, version }) => `  ${style.green('+')} ${name} ${version}`),
  ];
  const more = lines.length - mostNamed;
  return [
    `${style.bold(result.environment)}  ${result.packages} packages: ` +
      `${added.length} added, ${removed.length} removed, ${changed.length} changed`,
    ...lines.slice(0, mostNamed),
    ...(more > 0 ? [`  … and ${more} more (--json names all)`] : []),
  ];
}
