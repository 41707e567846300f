import type { Canaries } from '../compare/causes/cause.js';
import { usualTemporaryDirectory } from './conditions.js';
import type { Conditions } from './types.js';

/**
 * The values a build may have left in what it made, by what they are of.
 *
 * @param pid number of its first process, which only its log says
 */
export function canariesOf(conditions: Conditions, pid?: number): Canaries {
  const { user } = conditions;
  return {
    epoch: conditions.epoch,
    hostname: conditions.hostname,
    domain: conditions.domain,
    user: user.name,
    group: user.group,
    uid: user.uid,
    gid: user.gid,
    home: conditions.home,
    path: conditions.path,
    temporaryDirectory:
      conditions.temporaryDirectory === usualTemporaryDirectory
        ? undefined
        : conditions.temporaryDirectory,
    timezone: conditions.timezone,
    locale: conditions.locale,
    kernelRelease: conditions.kernelRelease,
    machine: conditions.machine,
    cpus: conditions.cpus,
    jobs: conditions.jobs,
    cpuModel: conditions.cpuModel,
    pid,
    umask: conditions.umask,
    shell: conditions.shell,
    variables: Object.fromEntries(
      Object.entries(conditions.variables).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    ),
    pathDirectories: conditions.pathDirectories,
  };
}
