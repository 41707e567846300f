import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { statIfThere } from '../util/stat-if-there.js';

/** The file that makes a directory a workspace. */
export const workspaceFileName = 'selfsame.yaml';

/**
 * The nearest directory with selfsame.yaml, from `cwd` upwards, links resolved; undefined where there is none. Reads no
 * file, and loads none of what reads them.
 *
 * @param cwd absolute
 * @throws SelfsameError WORKSPACE_UNREADABLE
 */
export function findWorkspaceRoot(cwd: string): string | undefined {
  for (let directory = realpathSync(cwd); ; directory = dirname(directory)) {
    if (statIfThere(join(directory, workspaceFileName)) !== undefined) return directory;
    if (dirname(directory) === directory) return undefined;
  }
}
