import { lstatSync } from 'node:fs';
import { openFile } from '../content/file-content.js';
import { findRoles, maxDocumentBytes } from '../formats/oci/oci-layout.js';
import { UniqueNames } from '../formats/reading/text.js';
import type { Session } from '../session.js';
import type { Trees } from './compare-entries.js';
import { systemPath, type Entry } from './entry.js';
import type { Alone } from './pair-renamed.js';
import type { EntryPair } from './walk-trees.js';

/** Whether a path is that of the file that marks an image layout; its directory, with a slash at the end if it has a name. */
export function layoutFolder(path: string): string | undefined {
  return /^((?:.*\/)?)oci-layout$/s.exec(path)?.[1];
}

/**
 * Pairs blobs of OCI image layouts by what they are: their names are digests, so that those that differ never have the
 * same one. What no document names is left out.
 *
 * @param folders of layouts that both trees have
 */
export async function pairImageMembers(
  session: Session,
  trees: Trees,
  folders: readonly string[],
  alone: Alone,
): Promise<EntryPair[]> {
  if (folders.length === 0) return [];
  const left = { a: byPath(alone.a), b: byPath(alone.b) };
  const pairs: EntryPair[] = [];
  for (const folder of folders) {
    const rolesA = await rolesIn(session, trees.a, folder);
    const rolesB = await rolesIn(session, trees.b, folder);
    for (const [role, pathA] of rolesA) {
      const [a, b] = [left.a.get(pathA), left.b.get(rolesB.get(role) ?? '')];
      if (a === undefined || b === undefined) continue;
      pairs.push({ a, b });
      left.a.delete(a.bytes);
      left.b.delete(b.bytes);
    }
  }
  return pairs;
}

function byPath(entries: readonly Entry[]): Map<string, Entry> {
  return new Map(entries.map((entry) => [entry.bytes, entry]));
}

/** Paths of files below a tree by what the layout's documents say that they are. */
async function rolesIn(
  session: Session,
  root: string,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const sizeOf = (path: string): number | undefined => fileSize(root, folder, path);
  const roles = await findRoles({
    has: (path) => sizeOf(path) !== undefined,
    json: async (path) => {
      if ((sizeOf(path) ?? Infinity) > maxDocumentBytes) return undefined;
      session.check();
      try {
        const file = await openFile(systemPath(root, folder + path));
        try {
          const bytes = await file.read(0, maxDocumentBytes);
          return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
        } finally {
          await file.close();
        }
      } catch {
        return undefined;
      }
    },
  });
  const names = new UniqueNames();
  return new Map(roles.map(({ path, name }) => [names.unique(name), folder + path]));
}

/** Bytes of a regular file that is reached without leaving the folder and without following a link; else undefined. */
function fileSize(root: string, folder: string, path: string): number | undefined {
  const steps = path.split('/');
  const isPlain = (step: string): boolean =>
    /^[\u0020-\u007e]+$/.test(step) && !/^\.{1,2}$/.test(step);
  if (!steps.every(isPlain)) return undefined;
  try {
    for (let depth = 1; depth < steps.length; depth += 1) {
      const above = systemPath(root, folder + steps.slice(0, depth).join('/'));
      if (!lstatSync(above).isDirectory()) return undefined;
    }
    const stats = lstatSync(systemPath(root, folder + path));
    return stats.isFile() ? stats.size : undefined;
  } catch {
    return undefined;
  }
}
