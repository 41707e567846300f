import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `environment/`. Named for what went wrong, in capitals. */
export const environmentErrorCodes = {
  LOCK_INVALID: {
    exit: 2,
    meaning: 'selfsame.lock is not a valid lock file: damaged, or edited by hand.',
  },
  LOCK_MISSING: {
    exit: 2,
    meaning: 'An environment has no entry in selfsame.lock yet.',
  },
  LOCK_OUTDATED: {
    exit: 2,
    meaning: 'selfsame.lock was made for another wish than the one written now.',
  },
  LOCK_UNWRITABLE: {
    exit: 5,
    meaning: 'selfsame.lock could not be read or written.',
  },
  PACKAGE_NOT_FOUND: {
    exit: 2,
    meaning:
      'A package of an environment does not exist in its suites, or not in the version asked for.',
  },
  SUITE_NOT_FOUND: {
    exit: 2,
    meaning: 'A suite does not exist in any configured archive.',
  },
  COMPONENT_NOT_FOUND: {
    exit: 2,
    meaning: 'A suite does not have a component, or not for the architecture of an environment.',
  },
  PACKAGES_CONFLICT: {
    exit: 2,
    meaning: 'The packages of an environment cannot be installed together.',
  },
  SUITE_NOT_TRUSTED: {
    exit: 3,
    meaning: 'The Release file of a suite is not signed by a key this machine trusts.',
  },
  ARCHIVE_UNAVAILABLE: {
    exit: 3,
    meaning: 'The indexes of an archive could not be fetched.',
  },
  RESOLVER_FAILED: {
    exit: 5,
    meaning: 'apt could not be run, or said something that is not understood.',
  },
  PACKAGE_UNAVAILABLE: {
    exit: 3,
    meaning: 'A locked package is neither in the store nor in any archive or snapshot.',
  },
  PACKAGE_REFUSED: {
    exit: 3,
    meaning: 'A package is damaged, or holds entries that no package may hold.',
  },
  PACKAGES_COLLIDE: {
    exit: 3,
    meaning: 'Two packages hold the same file and neither may replace the other.',
  },
  PACKAGE_SCRIPT_FAILED: {
    exit: 3,
    meaning: 'A maintainer script failed while an environment was configured.',
  },
  ENVIRONMENT_DAMAGED: {
    exit: 5,
    meaning: 'A materialised environment in the store does not hold what its manifest says.',
  },
  ENVIRONMENT_HELPER_FAILED: {
    exit: 5,
    meaning: 'The helper that writes environment trees failed.',
  },
  HOST_TOOL_MISSING: {
    exit: 3,
    meaning: 'A program of the host that environments need is not installed.',
  },
  ARCHITECTURE_NOT_RUNNABLE: {
    exit: 3,
    meaning: 'An environment is for an architecture whose programs this machine cannot run.',
  },
  EXPORT_FAILED: {
    exit: 5,
    meaning: 'An environment could not be written as an image.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;
