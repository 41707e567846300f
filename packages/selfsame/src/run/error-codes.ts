import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `run/`. Named for what went wrong, in capitals. */
export const runErrorCodes = {
  RUN_INSIDE_SANDBOX: {
    exit: 2,
    meaning: '`selfsame run` was started by a command that runs in a sandbox of selfsame already.',
  },
  RUN_NOT_STARTED: {
    exit: 5,
    meaning:
      'The sandbox for a command could not be made on this machine, so the command did not run.',
  },
  RUN_LOG_NOT_WRITTEN: {
    exit: 5,
    meaning: 'The log of a run could not be written where --log says.',
  },
  RUN_STOPPED: {
    exit: 5,
    meaning:
      'A command was stopped before its end by something other than itself or a signal of its caller.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;
