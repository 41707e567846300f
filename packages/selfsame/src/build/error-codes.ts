import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `build/`. Named for what went wrong, in capitals. */
export const buildErrorCodes = {
} as const satisfies Record<string, ErrorCodeInfo>;
