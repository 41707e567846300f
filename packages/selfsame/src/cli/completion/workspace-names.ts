import { readFile, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Document } from 'yaml';

export type NamesOf = (what: 'projects' | 'environments') => Promise<readonly string[]>;

/** Largest selfsame.yaml that completion reads, bytes: it answers at every press of a key. */
const maxBytes = 1024 * 1024;

/**
 * Names for completion, read quickly and without checking: projects are the directories of the
 * `projects:` folder of the nearest selfsame.yaml above, environments its keys under `environments:`.
 * Anything unreadable completes to nothing.
 */
export function namesOfWorkspace(cwd: string): NamesOf {
  return async (what) => {
    try {
      const root = await workspaceRoot(cwd);
      if (root === undefined) return [];
      return (what === 'projects' ? await projects(root) : await environments(root)).toSorted();
    } catch {
      return [];
    }
  };
}

async function workspaceRoot(cwd: string): Promise<string | undefined> {
  for (let at = cwd; ; at = dirname(at)) {
    const found = await stat(join(at, 'selfsame.yaml')).catch(() => undefined);
    if (found?.isFile() === true) return at;
    if (dirname(at) === at) return undefined;
  }
}

async function projects(root: string): Promise<string[]> {
  const named = (await readWorkspace(root))?.get('projects');
  const folder = resolve(root, typeof named === 'string' ? named : 'projects');
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name);
}

async function environments(root: string): Promise<string[]> {
  const { isMap, isScalar } = await import('yaml');
  const map = (await readWorkspace(root))?.get('environments');
  if (!isMap(map)) return [];
  return map.items.flatMap(({ key }) =>
    isScalar(key) && typeof key.value === 'string' ? [key.value] : [],
  );
}

async function readWorkspace(root: string): Promise<Document | undefined> {
  const path = join(root, 'selfsame.yaml');
  if ((await stat(path)).size > maxBytes) return undefined;
  const { parseDocument } = await import('yaml');
  return parseDocument(await readFile(path, 'utf8'), { schema: 'core', logLevel: 'silent' });
}
