import { chmod, lstat, opendir, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { SelfsameError } from '../errors/selfsame-error.js';
import { errorCodeOf } from './store-errors.js';

/** Removes a directory as root of a user namespace; the shape of sandbox/user-namespace.ts's `runInUserNamespace`. */
export type RemoveAsMappedRoot = (path: string) => Promise<void>;

/**
 * Removes a file or tree that must lie strictly below `root`, whatever is in it: read-only
 * directories, and files that belong to mapped user ids (through a user namespace). Never follows
 * links, never leaves the file system. A missing path is no error.
 */
export async function removeTree(
  root: string,
  path: string,
  asMappedRoot: RemoveAsMappedRoot = removeInUserNamespace,
): Promise<void> {
  const target = await checkedBelow(root, path);
  if (target === undefined) return;
  try {
    await rm(target, { recursive: true, force: true, maxRetries: 2 });
    return;
  } catch (error) {
    if (!isPermissionError(error)) throw error;
  }
  await makeDirectoriesWritable(target);
  try {
    await rm(target, { recursive: true, force: true });
    return;
  } catch (error) {
    if (!isPermissionError(error)) throw error;
  }
  await asMappedRoot(target);
}

/** The path with its parent resolved, or undefined when it does not exist. Refuses anything not strictly below root. */
async function checkedBelow(root: string, path: string): Promise<string | undefined> {
  const name = basename(path);
  const inside = await realpath(root);
  let parent: string;
  try {
    parent = await realpath(dirname(path));
    await lstat(path);
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const target = join(parent, name);
  if (name === '' || name === '.' || name === '..' || !target.startsWith(inside + sep)) {
    throw new SelfsameError(
      'STORE_UNUSABLE',
      `refused to remove ${path}, which is not inside the store at ${root}`,
    );
  }
  return target;
}

function isPermissionError(error: unknown): boolean {
  const code = errorCodeOf(error);
  return code === 'EACCES' || code === 'EPERM';
}

/** Best effort: directories that are ours but lack the write bit hold up removal. */
async function makeDirectoriesWritable(path: string): Promise<void> {
  try {
    const facts = await lstat(path);
    if (!facts.isDirectory()) return;
    await chmod(path, 0o700);
    for await (const entry of await opendir(path)) {
      if (entry.isDirectory()) await makeDirectoriesWritable(join(path, entry.name));
    }
  } catch {
    // What is not ours is left to the removal as mapped root.
  }
}

async function removeInUserNamespace(path: string): Promise<void> {
  const { runInUserNamespace } = await import('../sandbox/user-namespace.js');
  const result = await runInUserNamespace(['rm', '-rf', '--one-file-system', '--', path]);
  if (result.exitCode !== 0) {
    throw new SelfsameError(
      'STORE_UNUSABLE',
      `${path} could not be removed: ${result.stderr.toString('utf8').trim().slice(0, 500)}`,
      {
        hint: 'Run `selfsame doctor` to see whether user namespaces work here',
      },
    );
  }
}
