/**
 * Exit codes of every command; a contract that other people's scripts depend on.
 * 0 yes · 1 no (differs, refused, not reproducible) · 2 wrong use or invalid file ·
 * 3 inputs or environment unavailable · 4 the build failed · 5 infrastructure ·
 * 75 checkpointed · 130 interrupted.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 75 | 130;

/** What each error code of a folder declares about itself. */
export interface ErrorCodeInfo {
  readonly exit: ExitCode;
  /** One sentence for the error index: what happened, from the user's side. */
  readonly meaning: string;
}
