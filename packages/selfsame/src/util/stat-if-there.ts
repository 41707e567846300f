import { lstatSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { SelfsameError } from '../errors/selfsame-error.js';

/**
 * What is at `path`, symbolic links not followed; undefined if nothing is.
 *
 * @throws SelfsameError WORKSPACE_UNREADABLE if that cannot be found out
 */
export function statIfThere(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new SelfsameError('WORKSPACE_UNREADABLE', `${path} cannot be read: ${code}`, {
      hint: `look at it with: ls -ld ${path}`,
      cause,
    });
  }
}
