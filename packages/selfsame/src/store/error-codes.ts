import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `store/`. Named for what went wrong, in capitals. */
export const storeErrorCodes = {
} as const satisfies Record<string, ErrorCodeInfo>;
