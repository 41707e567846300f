import { join } from 'node:path';

import {
  homeInside,
  machineRoot,
  machineUser,
  nameServerFile,
} from '../../sandbox/machine-root/machine-root.js';
import type { MachineUser } from '../../sandbox/machine-root/machine-root.js';
import { isWithin } from '../../sandbox/machine-root/mounts.js';
import { usualSurroundings } from '../../sandbox/levels/surroundings.js';
import type { MachineRoot, Mount, SandboxRequest } from '../../sandbox/types.js';
import { usualTemporaryDirectory } from '../conditions.js';
import type { Conditions } from '../types.js';
import { descriptionOf, surroundingsOf } from './settings-of.js';

/** Who commands are with nothing varied: as `selfsame run` has it. */
export function usualUser(): { readonly user: Conditions['user']; readonly home: string } {
  const who = machineUser('virtual', 'user');
  return { user: { ...who.user, group: who.user.name }, home: homeInside(who) };
}

export interface MachineRequestOptions {
  /** Directory of the machine that holds the copied tree, and where it came from. */
  readonly tree: string;
  readonly original: string;
  /** Empty directory for changes of the root. */
  readonly scratch: string;
  /** Empty directory for temporary files, if the conditions have them elsewhere. */
  readonly temporary: string;
  /** The caller's home, absolute. */
  readonly home: string;
  readonly storePath: string;
}

/** The part of a request that follows from the conditions: where, who and what is seen on the machine's own root. */
export function machineRequest(
  conditions: Conditions,
  options: MachineRequestOptions,
): Pick<
  SandboxRequest,
  | 'description'
  | 'surroundings'
  | 'rootLayers'
  | 'mounts'
  | 'cwd'
  | 'asRoot'
  | 'network'
  | 'scratch'
> & { readonly machineRoot: MachineRoot } {
  const mounts = mountsOf(conditions, options);
  const who = whoIs(conditions);
  return {
    description: descriptionOf(conditions),
    surroundings: {
      ...surroundingsOf(conditions),
      laidOver:
        conditions.shell === undefined ? [] : [{ source: conditions.shell, target: shellPlace }],
    },
    rootLayers: [],
    machineRoot: machineRoot({
      level: 'virtual',
      machineUser: who,
      hostname: conditions.hostname,
      home: options.home,
      homeInside: conditions.home,
      covered: mounts.map(({ target }) => target),
      hidden: hiddenPlaces(conditions, options),
      ...(conditions.domain !== usualSurroundings.domain && { domain: conditions.domain }),
    }),
    scratch: options.scratch,
    mounts,
    cwd: conditions.path,
    asRoot: who.asRoot,
    network: conditions.network,
  };
}

/** Where /bin leads on machines with one directory of programs; elsewhere there is nothing and `/bin/sh` is it. */
const shellPlace = '/usr/bin/sh';

/** Root is itself as long as the conditions say 0; any other number is another user, who has root's files and not its powers. */
function whoIs({ user }: Conditions): MachineUser {
  const privileged = machineUser('virtual', 'user').asRoot;
  return {
    user: { name: user.name, uid: user.uid, gid: user.gid },
    asRoot: privileged && user.uid === 0,
    privileged,
    group: user.group,
  };
}

function mountsOf(conditions: Conditions, options: MachineRequestOptions): Mount[] {
  const servers = conditions.network === 'host' ? nameServerFile() : undefined;
  return [
    { source: options.tree, target: conditions.path, writable: true },
    ...(conditions.temporaryDirectory === usualTemporaryDirectory
      ? []
      : [{ source: options.temporary, target: conditions.temporaryDirectory, writable: true }]),
    ...(servers === undefined ? [] : [{ source: servers, target: servers, writable: false }]),
  ];
}

/** The store, and the tree that was copied: a build elsewhere must not use the one it was copied from. */
function hiddenPlaces(conditions: Conditions, options: MachineRequestOptions): string[] {
  const { original, home, storePath } = options;
  const places = [storePath];
  if (original !== conditions.path && !isWithin(home, original)) places.push(original);
  const inHome = places
    .filter((path) => isWithin(path, home))
    .map((path) => join(conditions.home, path.slice(home.length)));
  return [...new Set([...places, ...inHome])];
}
