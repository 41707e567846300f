import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SelfsameError } from '../errors/selfsame-error.js';
import { statIfThere } from '../util/stat-if-there.js';
import { starterFiles } from './starter.js';
import type { StarterChoices } from './starter.js';

/**
 * Writes the files of a new workspace; all or, if one exists, none.
 *
 * @param directory absolute; made if missing
 * @returns the paths written, relative to `directory`
 * @throws SelfsameError WORKSPACE_EXISTS
 */
export async function initWorkspace(
  directory: string,
  choices: StarterChoices,
): Promise<readonly string[]> {
  const files = Object.entries(starterFiles(choices));
  const existing = files
    .map(([path]) => path)
    .filter((path) => statIfThere(join(directory, path)) !== undefined);
  if (existing.length > 0) throw wouldOverwrite(existing, directory);
  for (const [path, text] of files) {
    const full = join(directory, path);
    try {
      await mkdir(dirname(full), { recursive: true });
      await writeFile(full, text, { flag: 'wx' });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') throw wouldOverwrite([path], directory);
      throw new SelfsameError('WORKSPACE_UNWRITABLE', `${full} cannot be written: ${code}`, {
        hint: `look at it with: ls -ld ${dirname(full)}`,
        cause: error,
      });
    }
  }
  return files.map(([path]) => path);
}

function wouldOverwrite(paths: readonly string[], directory: string): SelfsameError {
  return new SelfsameError(
    'WORKSPACE_EXISTS',
    `${paths.join(' and ')} exists already in ${directory}`,
    {
      hint: 'choose another directory: selfsame init DIRECTORY',
    },
  );
}
