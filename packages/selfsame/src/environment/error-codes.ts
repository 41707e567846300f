import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `environment/`. Named for what went wrong, in capitals. */
export const environmentErrorCodes = {
} as const satisfies Record<string, ErrorCodeInfo>;
