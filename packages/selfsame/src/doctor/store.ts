import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatBytes } from '../text/bytes.js';
import { needs, type Check, type Finding } from './finding.js';

/** What one environment with a compiler, its packages and a build of middling size take, bytes. */
const enough = 4e9;

export const checkStore: Check = async ({ storePath }) => {
  const place = await nearestExisting(storePath);
  return [await writable(storePath, place), await space(storePath, place)];
};

async function writable(storePath: string, place: string): Promise<Finding> {
  const check = 'store directory';
  const neededBy = needs.store;
  if (!(await stat(place)).isDirectory()) {
    const remedy = 'Set SELFSAME_STORE to a directory of yours';
    return { check, ok: false, why: `${place} is not a directory`, remedy, neededBy };
  }
  const problem = await access(place, constants.W_OK | constants.X_OK).then(
    () => undefined,
    () => `${place} may not be written by this user`,
  );
  return problem === undefined
    ? { check, ok: true, why: storePath, remedy: undefined, neededBy }
    : {
        check,
        ok: false,
        why: problem,
        remedy: `Set SELFSAME_STORE to a directory of yours, or: sudo chown "$USER" ${place}`,
        neededBy,
      };
}

async function space(storePath: string, place: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  const ok = free >= enough;
  return {
    check: 'disk space for the store',
    ok,
    why: ok
      ? `${formatBytes(free)} free`
      : `only ${formatBytes(free)} free at ${storePath}, an environment and a build need ${formatBytes(enough)}`,
    remedy: ok
      ? undefined
      : 'selfsame store gc, or set SELFSAME_STORE to a directory on a larger disk',
    neededBy: needs.store,
  };
}

/** The directory itself, or the nearest one above it that exists. */
async function nearestExisting(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const found = await stat(at).catch(() => undefined);
    if (found !== undefined || dirname(at) === at) return at;
  }
}
