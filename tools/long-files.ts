/**
 * Source files over 400 lines (tests: over 600) and why each is one file. Anything else that grows so
 * long is to be split.
 */
export const longFiles: Readonly<Record<string, string>> = {};
