import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `recipe/`. Named for what went wrong, in capitals. */
export const recipeErrorCodes = {
} as const satisfies Record<string, ErrorCodeInfo>;
