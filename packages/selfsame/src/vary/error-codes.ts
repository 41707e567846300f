import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `vary/`. Named for what went wrong, in capitals. */
export const varyErrorCodes = {
  VARIATION_UNKNOWN: {
    exit: 2,
    meaning: 'A variation was named that there is none of.',
  },
  VARIATION_NOT_AVAILABLE: {
    exit: 3,
    meaning: 'A variation was asked for by name that this machine cannot make.',
  },
  CHECK_INSIDE_SANDBOX: {
    exit: 2,
    meaning:
      '`selfsame check` was started by a command that runs in a sandbox of selfsame already.',
  },
  CHECK_TREE_REFUSED: {
    exit: 2,
    meaning:
      'The tree to be checked cannot be copied for builds: it holds devices or pipes, is too large, or cannot be read.',
  },
  CHECK_NO_ROOM: {
    exit: 5,
    meaning: "There is no room for copies of the tree on the store's file system.",
  },
  CHECK_NOT_STARTED: {
    exit: 5,
    meaning: 'The sandbox for a build of a check could not be made on this machine.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;
