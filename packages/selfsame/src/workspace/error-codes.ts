import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `workspace/` and `settings/`. Named for what went wrong, in capitals. */
export const workspaceErrorCodes = {
  WORKSPACE_NOT_FOUND: {
    exit: 2,
    meaning: 'No selfsame.yaml in the working directory or above it.',
  },
  WORKSPACE_EMPTY: { exit: 2, meaning: 'A workspace has no project.' },
  WORKSPACE_EXISTS: { exit: 2, meaning: '`selfsame init` would overwrite files that exist.' },
  WORKSPACE_ESCAPE: {
    exit: 2,
    meaning: 'A symbolic link or path of a workspace leads out of it.',
  },
  WORKSPACE_UNREADABLE: {
    exit: 2,
    meaning: 'A file of a workspace or the settings could not be read.',
  },
  WORKSPACE_UNWRITABLE: { exit: 5, meaning: 'A file of a new workspace could not be written.' },
  PROJECT_NAME: {
    exit: 2,
    meaning: "A project's directory and the name in its recipe differ, or the name is not allowed.",
  },
  MORE_ERRORS: { exit: 2, meaning: 'More problems were found than are shown.' },
  SETTING_INVALID: { exit: 2, meaning: 'A SELFSAME_* variable has a value that makes no sense.' },
} as const satisfies Record<string, ErrorCodeInfo>;
