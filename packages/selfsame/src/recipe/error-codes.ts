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
  EXPRESSION_SYNTAX: { exit: 2, meaning: 'An expression ${{ … }} is not well formed.' },
  EXPRESSION_FAILED: {
    exit: 2,
    meaning: 'A filter of an expression has the wrong arguments or does not fit its value.',
  },
  EXPRESSION_CYCLE: { exit: 2, meaning: 'Variables of a recipe refer to each other in a circle.' },
  EXPRESSION_TOO_LONG: { exit: 2, meaning: 'A text is too long or too deep once expanded.' },
  UNKNOWN_NAME: { exit: 2, meaning: 'An expression uses a name or filter that does not exist.' },
  VARIABLE_NOT_SET: {
    exit: 2,
    meaning: 'An expression uses something that exists for other targets only.',
  },
  UNKNOWN_PROJECT: { exit: 2, meaning: 'A project was named that the workspace does not have.' },
  UNKNOWN_TARGET: { exit: 2, meaning: 'A target was named that the project does not have.' },
  UNKNOWN_ENVIRONMENT: {
    exit: 2,
    meaning: 'A recipe names an environment that selfsame.yaml does not define.',
  },
  NEED_TARGET: {
    exit: 2,
    meaning: 'It is not clear which target of a needed project is meant.',
  },
  NEED_CYCLE: { exit: 2, meaning: 'Projects need each other in a circle.' },
  DUPLICATE_NAME: {
    exit: 2,
    meaning: 'Two inputs, needs or steps of a recipe have the same name or place.',
  },
  SCRIPT_UNREADABLE: {
    exit: 2,
    meaning:
      "A step's script file is missing, not a plain text file, too large, or outside the recipe's directory.",
  },
} as const satisfies Record<string, ErrorCodeInfo>;
