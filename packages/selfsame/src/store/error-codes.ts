import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `store/`. Named for what went wrong, in capitals. */
export const storeErrorCodes = {
  STORE_FULL: {
    exit: 5,
    meaning: 'The file system of the store has no room left; nothing half-written was kept.',
  },
  STORE_UNUSABLE: {
    exit: 5,
    meaning: 'The store could not be created, read or written at its path.',
  },
  STORE_NOT_A_STORE: {
    exit: 2,
    meaning: 'The directory named as the store holds something else, and was left alone.',
  },
  STORE_TOO_NEW: {
    exit: 5,
    meaning: 'The store was written by a newer selfsame whose format this one does not know.',
  },
  STORE_IN_USE: {
    exit: 5,
    meaning: 'Another process is using the store, so nothing can be removed from it now.',
  },
  STORE_KEY_INVALID: {
    exit: 5,
    meaning: 'Something asked the store for a key that is not a sha256; a defect in selfsame.',
  },
  DIGEST_MISMATCH: {
    exit: 3,
    meaning: 'Bytes that were to have a known sha256 have another one; they were not kept.',
  },
  TREE_INVALID: {
    exit: 3,
    meaning:
      'A directory tree holds something that cannot be kept, such as a device or a name that is not text.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;
