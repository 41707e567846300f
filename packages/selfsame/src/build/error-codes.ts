import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `build/`. Named for what went wrong, in capitals. */
export const buildErrorCodes = {
  BUILD_FAILED: {
    exit: 4,
    meaning: 'A step of a build ended with a failure or was ended by a signal; its tree was kept.',
  },
  BUILD_TIMED_OUT: {
    exit: 4,
    meaning:
      "A step ran longer than the recipe's limit and was stopped with everything it had started.",
  },
  BUILD_OUT_OF_MEMORY: { exit: 4, meaning: "A step needed more memory than the recipe's limit." },
  BUILD_DISK_LIMIT: {
    exit: 4,
    meaning: "A step wrote more than the recipe's limit on disk space.",
  },
  BUILD_TOO_MUCH_OUTPUT: {
    exit: 4,
    meaning: "A step printed more than the recipe's limit on output.",
  },
  BUILD_TOO_MANY_PROCESSES: {
    exit: 4,
    meaning: "A step started more processes than the recipe's limit.",
  },
  BUILD_NO_DISK: {
    exit: 5,
    meaning: 'The file system of the store had no room left while a step ran.',
  },
  BUILD_NOT_STARTED: {
    exit: 5,
    meaning: 'The sandbox of a step could not be started on this host.',
  },
  BUILD_SUPERVISOR_DIED: {
    exit: 5,
    meaning: 'The determinizer of a step at level `virtual` died while the step ran.',
  },
  OUTPUT_MISSING: {
    exit: 4,
    meaning: 'An output pattern of a recipe matched no file below /build/out.',
  },
  OUTPUT_INVALID: {
    exit: 4,
    meaning:
      'A build left something below /build/out that is not a regular file with a plain name, or has a name that selfsame writes beside the artifacts itself.',
  },
  BUILD_DIFFERS: {
    exit: 1,
    meaning: 'A build done again with --rebuild gave other artifacts than the ones in the store.',
  },
  BUILD_UNKNOWN: {
    exit: 2,
    meaning: 'A build id, project or definition file given on the command line is not known.',
  },
  NO_FAILED_BUILD: { exit: 2, meaning: 'There is no kept failed build to enter.' },
  INPUT_NOT_LOCKED: {
    exit: 2,
    meaning: 'selfsame.lock does not say what an input of a recipe is.',
  },
  INPUT_LOCK_OUTDATED: {
    exit: 2,
    meaning: 'The recipe asks for another input than selfsame.lock holds.',
  },
  OUT_UNWRITABLE: {
    exit: 5,
    meaning: 'The directory for finished artifacts could not be written.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;
