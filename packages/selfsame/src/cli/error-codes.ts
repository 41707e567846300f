import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `cli/`. Named for what went wrong, in capitals. */
export const cliErrorCodes = {
  WRONG_USE: {
    exit: 2,
    meaning: 'The command line has an unknown command or option, or a value that does not fit.',
  },
  CHECK_REPORT_NOT_WRITTEN: {
    exit: 5,
    meaning: 'A report of `selfsame check` could not be written where it was asked for.',
  },
  INTERRUPTED: {
    exit: 130,
    meaning: 'The command was interrupted from the keyboard or by a signal.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;
