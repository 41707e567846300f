import { plainStyle } from '../../text/style.js';
import { printable } from '../../text/printable.js';
import type { Command } from '../command.js';
import { createProgram } from '../program.js';
import { complete } from './candidates.js';
import { namesOfWorkspace } from './workspace-names.js';

/** Lines a shell's completion function reads: `value<TAB>description`, or `:files` for names of files. */
export async function completionLines(
  words: readonly string[],
  {
    commands,
    groups,
    cwd,
  }: {
    readonly commands: readonly Command[];
    readonly groups: Readonly<Record<string, string>>;
    readonly cwd: string;
  },
): Promise<string[]> {
  const program = createProgram({ commands, groups, columns: 80, style: plainStyle });
  const { candidates, files } = await complete(words, program, commands, namesOfWorkspace(cwd));
  // Names come from files of a workspace: one that a shell could read otherwise is not offered.
  const safe = candidates.filter(({ value }) => /^[A-Za-z0-9@%+=:,./_-]+$/.test(value));
  return [
    ...safe.map(({ value, description }) => `${value}\t${printable(description)}`),
    ...(files ? [':files'] : []),
  ];
}
