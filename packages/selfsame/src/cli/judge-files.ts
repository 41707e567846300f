import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { SelfsameError } from '../errors/selfsame-error.js';
import { judgeLocalFile, type BuildJudgement, type FileJudgement } from '../record/judge-builds.js';
import type { CommandContext } from './command.js';

/** What judgements say of files that a command names. Throws WRONG_USE for one that cannot be read. */
export async function judgeFiles(
  names: readonly string[],
  judgements: readonly BuildJudgement[],
  context: CommandContext,
): Promise<readonly FileJudgement[]> {
  if (names.length === 0) return [];
  const files: FileJudgement[] = [];
  for (const name of names) {
    const path = resolve(context.cwd, name);
    let why = 'it is not a file';
    try {
      if (statSync(path).isFile()) {
        files.push(await judgeLocalFile(path, name, judgements, context.signal));
        continue;
      }
    } catch (error) {
      context.signal.throwIfAborted();
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      why = code;
    }
    throw new SelfsameError('WRONG_USE', `${name} cannot be read: ${why}`, {
      hint: 'name the file to check with --file FILE',
    });
  }
  return files;
}
