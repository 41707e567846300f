import { baseEnvironment } from '../../sandbox/levels/none.js';
import { usualSurroundings } from '../../sandbox/levels/surroundings.js';
import type { Mount, SandboxRequest, SurroundingNames } from '../../sandbox/types.js';
import { usualTemporaryDirectory } from '../conditions.js';
import type { Conditions } from '../types.js';
import { descriptionOf, surroundingsOf, variablesOf } from './settings-of.js';

/** Directories of one build in an environment: both empty. */
export interface OwnDirectories {
  readonly temporary: string;
  readonly home: string;
}

/** A request for a sandbox of an environment, as the conditions have it. Its mounts are its own, and must not be among those it adds. */
export function inEnvironment<T extends SandboxRequest>(
  request: T,
  conditions: Conditions,
  own: OwnDirectories,
  named: ReadonlySet<string>,
): T {
  const description = descriptionOf(conditions);
  const given = { ...baseEnvironment(description), ...request.env };
  return {
    ...request,
    description,
    surroundings: { ...surroundingsOf(conditions), names: namesOf(conditions) },
    env: variablesOf(conditions, given, named),
    mounts: [...request.mounts, ...ownMounts(conditions, own)],
    network: conditions.network,
  };
}

function namesOf({ user, home, hostname, domain }: Conditions): SurroundingNames {
  return {
    group: user.group,
    home,
    ...(domain !== usualSurroundings.domain && { fullName: `${hostname}.${domain}` }),
  };
}

function ownMounts(conditions: Conditions, own: OwnDirectories): Mount[] {
  return [
    ...(conditions.temporaryDirectory === usualTemporaryDirectory
      ? []
      : [{ source: own.temporary, target: conditions.temporaryDirectory, writable: true }]),
    // The sandbox makes a home by the user's name only.
    ...(conditions.home === `/home/${conditions.user.name}`
      ? []
      : [{ source: own.home, target: conditions.home, writable: true }]),
  ];
}

/** Why variations do not work in environments, whatever the host. */
export const notInEnvironments: Readonly<Record<string, string>> = {
  shell: 'the shell is that of the locked environment; check the command on this machine instead',
};
