import { existsSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFileName, readLockFile } from '../environment/lock-file.js';
import { stageIds } from '../environment/stage-id.js';
import type { CheckEntry } from '../store/verify.js';
import { listRoots } from '../store/roots.js';
import type { WorkspaceRoot } from '../store/roots.js';
import type { Sha256, Store } from '../store/types.js';
import { listFailed } from './failure.js';
import { readResult, resultFiles, definitionMatches } from './result.js';

/** Kept failed builds are kept by gc for this long, milliseconds: a week to look into them. */
export const failedKeptFor = 7 * 24 * 3600 * 1000;

/**
 * Everything gc must keep: what the locks of registered workspaces name (packages, inputs, stages of
 * environments), the newest build of each project and target with its artifacts and inputs, and kept
 * failed builds of the last week with what their sandboxes mount.
 * A workspace whose directory is gone is forgotten, unless `dryRun`.
 */
export async function liveDigests(
  store: Store,
  now: number,
  dryRun: boolean,
): Promise<ReadonlySet<Sha256>> {
  const live = new Set<Sha256>();
  for (const { path, root } of listRoots(store)) {
    if (root === undefined || !isDirectory(root.workspace)) {
      if (!dryRun) await rm(path, { force: true });
      continue;
    }
    await addLock(root.workspace, live);
    for (const build of Object.values(root.builds)) addBuild(store, build, live);
  }
  for (const failure of await listFailed(store)) {
    if (now - failure.time > failedKeptFor) continue;
    live.add(failure.buildId);
    addDigests(JSON.stringify(failure), live);
  }
  return live;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A lock that cannot be understood still keeps every digest written in it. */
async function addLock(workspace: string, live: Set<Sha256>): Promise<void> {
  const path = join(workspace, lockFileName);
  if (!existsSync(path)) return;
  addDigests(readFileSync(path, 'utf8'), live);
  const lock = await readLockFile(path).catch(() => undefined);
  for (const locked of Object.values(lock?.environments ?? {}))
    for (const id of stageIds(locked)) live.add(id);
}

function addBuild(store: Store, build: WorkspaceRoot['builds'][string], live: Set<Sha256>): void {
  live.add(build.buildId);
  for (const digest of build.uses) live.add(digest);
  const found = readResult(store.entryPath('builds', build.buildId), build.buildId);
  if (found.type === 'read') for (const { sha256 } of found.result.artifacts) live.add(sha256);
}

function addDigests(text: string, live: Set<Sha256>): void {
  for (const [digest] of text.matchAll(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/gu)) live.add(digest);
}

/** For `store verify`: a result is whole when its documents match and its artifacts are there (their bytes are checked as files). */
export function checkResultEntry(store: Store): CheckEntry {
  return async (path, key) => {
    const found = readResult(path, key);
    if (found.type === 'missing') return 'it is not a directory';
    if (found.type === 'damaged') return found.reason;
    if (!definitionMatches(path, key))
      return `${resultFiles.definition} is not that of its build id`;
    for (const { sha256 } of found.result.artifacts) {
      if (!(await store.hasFile(sha256))) return `its artifact ${sha256} is missing`;
    }
    return undefined;
  };
}
