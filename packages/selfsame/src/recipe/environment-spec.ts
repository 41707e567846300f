import type { EnvironmentSpec } from '../environment/types.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { SourceLocation } from '../errors/selfsame-error.js';
import { didYouMean } from '../util/did-you-mean.js';
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

/** The complaint about a name that selfsame.yaml does not define. */
export function unknownEnvironment(
  name: string,
  names: readonly string[],
  location: SourceLocation,
): SelfsameError {
  const hint =
    didYouMean(name, names) ??
    (names.length === 0
      ? `add to selfsame.yaml: environments: { ${name}: { debian: trixie } }`
      : `environments of selfsame.yaml are: ${names.join(', ')}`);
  return new SelfsameError('UNKNOWN_ENVIRONMENT', `there is no environment ${name}`, {
    location,
    hint,
  });
}
