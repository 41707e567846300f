import type { Command } from '../command.js';
import type { ListedEnvironment } from '../locked-environments.js';

export const environmentListCommand: Command = {
  name: 'environment list',
  summary: 'show environments, their locks and what is made of them',
  description:
    'Lists every environment of selfsame.yaml: whether selfsame.lock is up to date with it, how many ' +
    'packages it has, and the digest of its tree if it is in the store. Nothing is fetched or made.',
  arguments: [],
  options: [{ flags: '--packages', description: 'name every package with its version' }],
  examples: [
    { command: 'selfsame environment list', does: 'show all environments' },
    { command: 'selfsame environment list --packages', does: 'show what is in them' },
  ],
  async run(_args, options, context) {
    const { listEnvironments } = await import('../locked-environments.js');
    const listed = await listEnvironments(context.cwd, await context.engine());
    const width = Math.max(...listed.map(({ name }) => name.length), 0);
    const line = ({ name, state, packages, digest }: ListedEnvironment): string[] => [
      `${context.style.bold(name.padEnd(width))}  ${words[state]}` +
        (state === 'missing' ? '' : `, ${packages.length} packages`) +
        (digest === undefined ? '' : `, sha256:${digest}`),
      ...(options['packages'] === true
        ? packages.map((item) => `  ${item.name} ${item.version} ${item.architecture}`)
        : []),
    ];
    return { exitCode: 0, data: { environments: listed }, text: listed.flatMap(line) };
  },
};

const words: Readonly<Record<ListedEnvironment['state'], string>> = {
  current: 'locked',
  outdated: 'lock out of date',
  missing: 'not locked',
};
