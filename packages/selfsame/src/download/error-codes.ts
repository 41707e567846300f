import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `download/`. Named for what went wrong, in capitals. */
export const downloadErrorCodes = {} as const satisfies Record<string, ErrorCodeInfo>;
