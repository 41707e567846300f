import { open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { canonicalDigest } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { Sha256 } from '../store/types.js';
import { byIdentity, formatLockFile } from './lock-format.js';
import type { LockFile } from './lock-format.js';
import { parseLockFile } from './lock-parser.js';
import type { EnvironmentSpec, LockedEnvironment } from './types.js';

export { byIdentity, formatLockFile, parseLockFile };
export type { LockFile };

/** Name of the lock beside selfsame.yaml. */
export const lockFileName = 'selfsame.lock';

export const emptyLockFile: LockFile = { environments: {}, inputs: {} };

/**
 * Reads a lock. Undefined when there is none.
 * @throws SelfsameError LOCK_INVALID with the place, LOCK_UNWRITABLE when it cannot be read
 */
export async function readLockFile(path: string): Promise<LockFile | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SelfsameError('LOCK_UNWRITABLE', `${path} cannot be read`, { cause: error });
  }
  return parseLockFile(text, path);
}

/**
 * Writes a lock so that readers see the old one or the new one, never a part.
 * @returns false when the file already said exactly this and was left alone
 * @throws SelfsameError LOCK_UNWRITABLE
 */
export async function writeLockFile(path: string, lock: LockFile): Promise<boolean> {
  const text = formatLockFile(lock);
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.new`);
  try {
    if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return false;
    const file = await open(draft, 'w', 0o644);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    return true;
  } catch (error) {
    await rm(draft, { force: true });
    throw new SelfsameError('LOCK_UNWRITABLE', `${path} cannot be written`, { cause: error });
  }
}

/**
 * Digest of what a person asked for. The environment's name is left out (renaming changes no bits),
 * and so are the order and repetition of packages.
 */
export function intentDigest(spec: EnvironmentSpec): Sha256 {
  return canonicalDigest({
    distribution: spec.distribution,
    suite: spec.suite,
    architecture: spec.architecture,
    components: [...spec.components],
    extraSuites: [...spec.extraSuites],
    packages: [...new Set(spec.packages)].sort(),
  });
}

/** Whether the lock answers this intent. */
export type LockState =
  | { readonly type: 'current'; readonly locked: LockedEnvironment }
  | { readonly type: 'outdated'; readonly locked: LockedEnvironment }
  | { readonly type: 'missing' };

export function lockState(lock: LockFile | undefined, spec: EnvironmentSpec): LockState {
  const locked = own(lock?.environments, spec.name);
  if (locked === undefined) return { type: 'missing' };
  return { type: locked.intent === intentDigest(spec) ? 'current' : 'outdated', locked };
}

/**
 * The locked environment for an intent.
 * @throws SelfsameError LOCK_MISSING or LOCK_OUTDATED, both saying to run `selfsame lock`
 */
export function requireLocked(
  lock: LockFile | undefined,
  spec: EnvironmentSpec,
): LockedEnvironment {
  const state = lockState(lock, spec);
  if (state.type === 'current') return state.locked;
  if (state.type === 'missing') {
    throw new SelfsameError(
      'LOCK_MISSING',
      `environment "${spec.name}" is not in ${lockFileName}`,
      {
        hint: 'run: selfsame lock',
        details: { environment: spec.name },
      },
    );
  }
  throw new SelfsameError(
    'LOCK_OUTDATED',
    `${lockFileName} was made for another wish than environment "${spec.name}" is now`,
    { hint: 'run: selfsame lock', details: { environment: spec.name } },
  );
}

/** A field of a record whose keys are data, never one inherited. */
function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
