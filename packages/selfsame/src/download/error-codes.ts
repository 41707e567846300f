import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `download/`. Named for what went wrong, in capitals. */
export const downloadErrorCodes = {
  DOWNLOAD_FAILED: {
    exit: 3,
    meaning: 'No mirror could deliver a file: unreachable, timed out, or answered with an error.',
  },
  DOWNLOAD_NOT_FOUND: {
    exit: 3,
    meaning: 'Every mirror answered that it does not have a file.',
  },
  DOWNLOAD_DIGEST_MISMATCH: {
    exit: 3,
    meaning: 'What the mirrors delivered is not what was asked for; nothing was kept.',
  },
  DOWNLOAD_TOO_LARGE: {
    exit: 3,
    meaning: 'A mirror sent more bytes than the file may have; nothing was kept.',
  },
  OFFLINE_MISSING: {
    exit: 3,
    meaning: 'Something is not in the store and --offline forbids fetching it.',
  },
  APT_SOURCES_INVALID: {
    exit: 2,
    meaning: "The machine's apt configuration could not be read or names no usable archive.",
  },
  RELEASE_UNAVAILABLE: {
    exit: 3,
    meaning: 'The Release file of a suite could not be fetched from any configured archive.',
  },
  RELEASE_NOT_TRUSTED: {
    exit: 3,
    meaning:
      'The Release file of a suite is not signed by a trusted key, has expired, or is for another suite.',
  },
  INDEX_UNAVAILABLE: {
    exit: 3,
    meaning: 'An index that a Release file names could not be fetched, or is not named in it.',
  },
  DECOMPRESS_FAILED: {
    exit: 3,
    meaning:
      'A compressed file is damaged, expands beyond its limit, or the program to decompress it is missing.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;
