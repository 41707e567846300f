/** One thing a command needs of the host, tried and not guessed. */
export interface Finding {
  /** What was looked at, in a few words: `bubblewrap`. */
  readonly check: string;
  readonly ok: boolean;
  /** What was found, or why it does not do; one clause. */
  readonly why: string;
  /** What to do, the exact command where there is one; undefined when nothing needs doing. */
  readonly remedy: string | undefined;
  /** Commands that need it, by their names. */
  readonly neededBy: readonly string[];
}

/** A check: resolves to its findings, whatever goes wrong. */
export type Check = (options: CheckOptions) => Promise<readonly Finding[]>;

export interface CheckOptions {
  readonly storePath: string;
  readonly offline: boolean;
  readonly signal: AbortSignal;
}

/** Stands for all commands in `neededBy`. */
export const everyCommand = 'every command';

/** The commands that need each kind of thing; a command that is not here needs only Node. */
export const needs = {
  everything: [everyCommand],
  store: ['lock', 'build', 'shell', 'store gc', 'store verify', 'environment export'],
  download: ['lock', 'build', 'shell'],
  resolve: ['lock'],
  sandbox: ['build', 'shell', 'environment export'],
  compare: ['compare', 'check'],
} as const satisfies Record<string, readonly string[]>;
