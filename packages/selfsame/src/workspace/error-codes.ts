import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `workspace/`. Named for what went wrong, in capitals. */
export const workspaceErrorCodes = {
} as const satisfies Record<string, ErrorCodeInfo>;
