import type { EnvironmentSpec } from '../environment/types.js';
import type { EnvironmentData } from './schema.js';

/** Debian architecture of environments that name none: never the machine's. */
export const defaultArchitecture = 'amd64';

/** What is written, with its defaults; packages sorted and without repetition, so that order means nothing. */
export function toEnvironmentSpec(
  name: string,
  data: EnvironmentData,
  packages: readonly string[],
): EnvironmentSpec {
  return {
    name,
    distribution: 'debian',
    suite: data.debian,
    architecture: data.architecture ?? defaultArchitecture,
    components: data.components ?? ['main'],
    extraSuites: data.extraSuites ?? [],
    packages: [...new Set(packages)].sort(),
  };
}
