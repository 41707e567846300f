import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `inputs/`. Named for what went wrong, in capitals. */
export const inputErrorCodes = {} as const satisfies Record<string, ErrorCodeInfo>;
