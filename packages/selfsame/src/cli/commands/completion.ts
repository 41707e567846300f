import type { Command } from '../command.js';
import { SelfsameError } from '../../errors/selfsame-error.js';

const shells = ['bash', 'zsh', 'fish'] as const;

export const completionCommand: Command = {
  name: 'completion',
  summary: 'print the completion script of a shell',
  description:
    'Prints a script that completes commands, options, and the names of projects and environments of the workspace you are in.',
  arguments: [{ syntax: '<shell>', description: `one of: ${shells.join(', ')}` }],
  options: [],
  examples: [
    {
      command: 'source <(selfsame completion bash)',
      does: 'complete in this bash; put the line into ~/.bashrc to keep it',
    },
    {
      command: 'selfsame completion fish > ~/.config/fish/completions/selfsame.fish',
      does: 'complete in every fish',
    },
  ],
  async run([shell = '']) {
    const known = shells.find((one) => one === shell);
    if (known === undefined) {
      throw new SelfsameError('WRONG_USE', `there is no completion for the shell "${shell}"`, {
        hint: `One of: ${shells.join(', ')}`,
      });
    }
    const { completionScripts } = await import('../completion/scripts.js');
    const script = completionScripts[known];
    return { exitCode: 0, data: { shell: known, script }, text: [script.trimEnd()] };
  },
};
