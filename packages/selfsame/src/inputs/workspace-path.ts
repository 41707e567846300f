import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { describeError } from '../download/http.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { InputContext } from './types.js';

/**
 * The absolute path, links resolved, of something a recipe names relative to its directory. It must exist and be
 * inside the workspace even after links are followed. Rejects with `INPUT_NOT_FOUND` or `INPUT_OUTSIDE_WORKSPACE`.
 */
export async function resolveInWorkspace(
  path: string,
  context: Pick<InputContext, 'workspaceRoot' | 'recipeDirectory' | 'label'>,
): Promise<string> {
  const wanted = resolve(context.recipeDirectory, path);
  if (!isInside(context.workspaceRoot, wanted)) throw outside(path, context.label);
  let real: string;
  try {
    real = await realpath(wanted);
  } catch (cause) {
    const code = describeError(cause);
    const why =
      code === 'ENOENT' || code === 'ENOTDIR' ? 'does not exist' : `cannot be read (${code})`;
    throw new SelfsameError('INPUT_NOT_FOUND', `${path}, which ${context.label} names, ${why}`, {
      hint: 'paths in a recipe are relative to the directory of the recipe file',
      cause,
    });
  }
  if (!isInside(await realpath(context.workspaceRoot), real)) throw outside(path, context.label);
  return real;
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (!isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`));
}

function outside(path: string, label: string): SelfsameError {
  return new SelfsameError(
    'INPUT_OUTSIDE_WORKSPACE',
    `${path}, which ${label} names, is outside the workspace`,
    { hint: 'copy it into the workspace: a build may depend only on what others have too' },
  );
}
