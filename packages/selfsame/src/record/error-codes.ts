import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `record/`. Named for what went wrong, in capitals. */
export const recordErrorCodes = {
  DEFINITION_INVALID: {
    exit: 5,
    meaning: 'A build definition is not well formed, so that it has no build id.',
  },
  ARTIFACT_LIST_INVALID: {
    exit: 5,
    meaning: 'A list of artifacts names a path twice, or a path or digest that is not valid.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;
