import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asStoreError } from './store-errors.js';
import type { Sha256, Store } from './types.js';

/** What gc keeps for one workspace: `roots/<sha256 of its path>.json`. */
export interface WorkspaceRoot {
  readonly type: 'selfsame/workspace-root/v1';
  /** Absolute path of the workspace, whose `selfsame.lock` is a root too. */
  readonly workspace: string;
  /** The newest build of each `project@target`. */
  readonly builds: Readonly<Record<string, BuildRoot>>;
}

export interface BuildRoot {
  readonly buildId: Sha256;
  /** Digests of inputs and of what they were made from, and keys of environment stages. Sorted. */
  readonly uses: readonly Sha256[];
}

/**
 * Tells gc that a workspace uses this store, and which builds are its newest. Builds named before and
 * not now stay. Writes nothing when nothing changed.
 */
export async function registerWorkspace(
  store: Store,
  workspace: string,
  builds: Readonly<Record<string, BuildRoot>> = {},
): Promise<void> {
  const path = rootPath(store, workspace);
  const before = readRoot(path);
  if (
    before !== undefined &&
    Object.entries(builds).every(([key, build]) => sameBuild(before.builds[key], build))
  )
    return;
  await using _lock = await store.lock('roots');
  const merged: WorkspaceRoot = {
    type: 'selfsame/workspace-root/v1',
    workspace,
    builds: { ...readRoot(path)?.builds, ...builds },
  };
  const draft = join(store.root, 'tmp', `root-${randomBytes(12).toString('hex')}`);
  try {
    await writeFile(draft, JSON.stringify(merged), { flush: true });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw await asStoreError(error, store.root, 'noting what a workspace uses');
  }
}

/** The root of one workspace, or undefined when it never used this store. */
export function findRoot(store: Store, workspace: string): WorkspaceRoot | undefined {
  return readRoot(rootPath(store, workspace));
}

/** Every root with the path of its file; unreadable ones are left out and say so. */
export function listRoots(
  store: Store,
): { readonly path: string; readonly root: WorkspaceRoot | undefined }[] {
  return readdirSync(join(store.root, 'roots'))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(store.root, 'roots', name))
    .map((path) => ({ path, root: readRoot(path) }));
}

function rootPath(store: Store, workspace: string): string {
  return join(store.root, 'roots', `${createHash('sha256').update(workspace).digest('hex')}.json`);
}

function readRoot(path: string): WorkspaceRoot | undefined {
  try {
    const root = JSON.parse(readFileSync(path, 'utf8')) as WorkspaceRoot;
    return root.type === 'selfsame/workspace-root/v1' ? root : undefined;
  } catch {
    return undefined;
  }
}

function sameBuild(a: BuildRoot | undefined, b: BuildRoot): boolean {
  return a !== undefined && a.buildId === b.buildId && a.uses.join() === b.uses.join();
}
