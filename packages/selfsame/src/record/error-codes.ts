import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `record/`. Named for what went wrong, in capitals. */
export const recordErrorCodes = {
} as const satisfies Record<string, ErrorCodeInfo>;
