import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `sandbox/`. Named for what went wrong, in capitals. */
export const sandboxErrorCodes = {
  DETERMINISM_SOURCE_INVALID: {
    exit: 2,
    meaning:
      'A source of non-determinism was named that does not exist, or given a mode that does not.',
  },
  LEVEL_NOT_AVAILABLE: {
    exit: 2,
    meaning: 'The determinism level asked for does not exist in this version.',
  },
  NATIVE_PROGRAM_MISSING: {
    exit: 5,
    meaning: 'One of the C programs in native/ is not built or not where it is looked for.',
  },
  SANDBOX_REQUEST_INVALID: {
    exit: 5,
    meaning: 'A sandbox was asked for with something the operating system cannot express.',
  },
  USER_NAMESPACE_UNAVAILABLE: {
    exit: 5,
    meaning: 'This machine or account cannot make the user namespace that sandboxes need.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;
