import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `recipe/`. Named for what went wrong, in capitals. */
export const recipeErrorCodes = {
  YAML_SYNTAX: { exit: 2, meaning: 'A YAML file could not be read as YAML.' },
  YAML_REFUSED: {
    exit: 2,
    meaning:
      'A YAML file uses a feature that is not allowed here (custom tags, merge keys, directives, several documents, control characters).',
  },
  YAML_LIMIT: {
    exit: 2,
    meaning: 'A YAML file is larger, deeper or expands to more nodes than is allowed.',
  },
  DUPLICATE_KEY: { exit: 2, meaning: 'A mapping in a YAML file has the same key twice.' },
  UNKNOWN_KEY: { exit: 2, meaning: 'A YAML file has a key that means nothing there.' },
  MISSING_KEY: { exit: 2, meaning: 'A YAML file lacks a key that is required there.' },
  INVALID_VALUE: {
    exit: 2,
    meaning: 'A value in a YAML file has the wrong type, form or range.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;
