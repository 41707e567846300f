import { join } from 'node:path';
import type { Context } from '../context.js';
import { lockFileName, lockState, readLockFile, requireLocked } from '../environment/lock-file.js';
import type { LockState } from '../environment/lock-file.js';
import { findEnvironment } from '../environment/materialise.js';
import { environmentDigest } from '../environment/stage-id.js';
import type { EnvironmentSpec, LockedEnvironment, LockedPackage } from '../environment/types.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { didYouMean } from '../util/did-you-mean.js';
import { loadWorkspace } from '../workspace/load-workspace.js';

/**
 * An environment of selfsame.yaml as it is locked.
 * @throws SelfsameError WRONG_USE for an unknown name, LOCK_MISSING, LOCK_OUTDATED, LOCK_INVALID
 */
export async function findLockedEnvironment(
  cwd: string,
  name: string,
): Promise<{ readonly spec: EnvironmentSpec; readonly locked: LockedEnvironment }> {
  const workspace = loadWorkspace(cwd);
  const spec = workspace.environments.get(name);
  if (spec === undefined) {
    const names = [...workspace.environments.keys()];
    throw new SelfsameError('WRONG_USE', `there is no environment ${name}`, {
      hint: didYouMean(name, names) ?? `there are: ${names.join(', ')}`,
    });
  }
  const lock = await readLockFile(join(workspace.root, lockFileName));
  return { spec, locked: requireLocked(lock, spec) };
}

export interface ListedEnvironment {
  readonly name: string;
  readonly suite: string;
  readonly architecture: string;
  readonly state: LockState['type'];
  readonly packages: readonly LockedPackage[];
  /** Id of the locked environment, as build definitions have it. */
  readonly environment: string | undefined;
  /** Digest of the tree, when it is in the store. */
  readonly digest: string | undefined;
}

/** Every environment of the workspace, sorted by name. */
export async function listEnvironments(
  cwd: string,
  context: Pick<Context, 'store'>,
): Promise<ListedEnvironment[]> {
  const workspace = loadWorkspace(cwd);
  const lock = await readLockFile(join(workspace.root, lockFileName));
  const specs = [...workspace.environments.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return Promise.all(
    specs.map(async (spec): Promise<ListedEnvironment> => {
      const state = lockState(lock, spec);
      const locked = state.type === 'missing' ? undefined : state.locked;
      const environment = locked === undefined ? undefined : environmentDigest(locked);
      const made =
        environment === undefined ? undefined : await findEnvironment(environment, context);
      return {
        name: spec.name,
        suite: spec.suite,
        architecture: spec.architecture,
        state: state.type,
        packages: locked?.stages.flatMap(({ packages }) => packages) ?? [],
        environment,
        digest: made?.digest,
      };
    }),
  );
}
