import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `compare/`. */
export const compareErrorCodes = {
  COMPARE_NOT_FOUND: { exit: 2, meaning: 'There is nothing at a path that was to be compared.' },
  COMPARE_UNREADABLE: {
    exit: 5,
    meaning: 'What was to be compared could not be read, or is neither a file nor a directory.',
  },
  COMPARE_DIFFERENT_KINDS: {
    exit: 2,
    meaning: 'A file and a directory were to be compared with each other.',
  },
  COMPARE_UNKNOWN_NORMALISER: { exit: 2, meaning: 'There is no normaliser of this name.' },
  COMPARE_REPORT_NOT_WRITTEN: {
    exit: 5,
    meaning: 'A report of a comparison could not be written.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;
