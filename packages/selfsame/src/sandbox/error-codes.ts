import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `sandbox/`. Named for what went wrong, in capitals. */
export const sandboxErrorCodes = {
} as const satisfies Record<string, ErrorCodeInfo>;
