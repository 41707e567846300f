import type { Command } from '../command.js';

export const shellCommand: Command = {
  name: 'shell',
  summary: 'open a shell in an environment, or in the tree of a failed build',
  description:
    'Opens a shell in the sandbox of a project: its environment, inputs and needs, laid out as its steps ' +
    'find them. With --failed, in the kept tree of its last failed build. With --environment, in a bare ' +
    'environment of the workspace. There is no network unless --network asks for it, and nothing done ' +
    'in the shell changes the store. Exit code 0 if the shell ended with 0, 1 if it ended in any other way.',
  arguments: [
    { syntax: '[project]', description: 'project, or project@target', complete: 'projects' },
  ],
  options: [
    { flags: '--failed', description: 'enter the kept tree of the last failed build' },
    {
      flags: '--environment <name>',
      description: 'an environment of the workspace instead of a project',
    },
    { flags: '--network', description: 'let the shell use the network' },
  ],
  examples: [
    { command: 'selfsame shell pigz', does: 'look around where pigz is built' },
    { command: 'selfsame shell --failed pigz', does: 'see what went wrong' },
    { command: 'selfsame shell --environment default', does: 'try tools of an environment' },
  ],
  interactive: true,
  async run(args, options, context) {
    const { openShell } = await import('../../build/shell.js');
    const { describeOutcome } = await import('../../build/failure.js');
    const engine = await context.engine();
    const environment = options['environment'];
    const result = await openShell(
      {
        project: args[0],
        failed: options['failed'] === true,
        environment: typeof environment === 'string' ? environment : undefined,
        network: options['network'] === true,
      },
      context.cwd,
      engine,
    );
    const { outcome, entered } = result;
    // A shell that was stopped because we are to end is an interruption, which the caller reports.
    if (outcome.type === 'cancelled') context.signal.throwIfAborted();
    if (outcome.type === 'exited')
      return { exitCode: outcome.code === 0 ? 0 : 1, data: result, text: [] };
    return {
      exitCode: 1,
      data: result,
      text: [`the shell in ${entered} ${describeOutcome(outcome).text}`],
    };
  },
};
