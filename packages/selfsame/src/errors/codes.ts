import { attestationsErrorCodes } from '../attestations/error-codes.js';
import { buildErrorCodes } from '../build/error-codes.js';
import { cliErrorCodes } from '../cli/error-codes.js';
import { compareErrorCodes } from '../compare/error-codes.js';
import { downloadErrorCodes } from '../download/error-codes.js';
import { environmentErrorCodes } from '../environment/error-codes.js';
import { evidenceErrorCodes } from '../evidence/error-codes.js';
import { inputErrorCodes } from '../inputs/error-codes.js';
import { logErrorCodes } from '../log/error-codes.js';
import { recipeErrorCodes } from '../recipe/error-codes.js';
import { recordErrorCodes } from '../record/error-codes.js';
import { runErrorCodes } from '../run/error-codes.js';
import { sandboxErrorCodes } from '../sandbox/error-codes.js';
import { storeErrorCodes } from '../store/error-codes.js';
import { varyErrorCodes } from '../vary/error-codes.js';
import { workspaceErrorCodes } from '../workspace/error-codes.js';

/**
 * Every error code of the package: the closed union behind `SelfsameError.code`, the exit code each
 * one ends with, and one line on its meaning for the generated error index (docs/errors.md).
 */
export const errorCodes = {
  ...attestationsErrorCodes,
  ...buildErrorCodes,
  ...cliErrorCodes,
  ...compareErrorCodes,
  ...downloadErrorCodes,
  ...environmentErrorCodes,
  ...evidenceErrorCodes,
  ...inputErrorCodes,
  ...logErrorCodes,
  ...recipeErrorCodes,
  ...recordErrorCodes,
  ...runErrorCodes,
  ...sandboxErrorCodes,
  ...storeErrorCodes,
  ...varyErrorCodes,
  ...workspaceErrorCodes,
} as const;

export type ErrorCode = keyof typeof errorCodes;
