import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { SelfsameError } from '../errors/selfsame-error.js';
import { isPlainText, seedMax } from '../sandbox/determinizer/sources.js';
import type { VariationWishes } from '../vary/select-variations.js';
import type { CommandContext, OptionValues } from './command.js';

/** What is to be checked. */
export type CheckSubject =
  | { readonly type: 'command'; readonly command: readonly [string, ...string[]] }
  /** A project of the workspace; undefined: the only one it has. */
  | { readonly type: 'project'; readonly project: string | undefined };

/** Files that an answer is written to as well, absolute. */
export interface ReportFiles {
  readonly html: string | undefined;
  readonly sarif: string | undefined;
  readonly junit: string | undefined;
  readonly markdown: string | undefined;
}

export interface CheckRequest {
  readonly subject: CheckSubject;
  readonly environment: string | undefined;
  readonly outputs: readonly string[];
  readonly env: readonly string[];
  readonly epoch: string | undefined;
  readonly wishes: VariationWishes;
  readonly runs: number;
  readonly quick: boolean;
  /** Further builds with nothing varied where chance can have had a part. */
  readonly confirm: number;
  /** Directory for the pages of diffoscope, absolute; undefined: it is not asked. */
  readonly deep: string | undefined;
  readonly jobs: number;
  readonly builds: number;
  /** Seconds after which a build is stopped, and no build is started any more. */
  readonly seconds: number | undefined;
  readonly seed: string;
  /** Absolute, does not exist yet or is an empty directory. */
  readonly keep: string | undefined;
  readonly files: ReportFiles;
}

/** Builds at most, if nobody says otherwise: enough for a dozen causes. */
export const defaultBudget = 48;
/** Further builds with nothing varied where chance can have had a part, if nobody says otherwise. */
export const defaultConfirm = 2;
/** Seed of the values that variations choose, so that the same check makes the same builds. */
export const defaultSeed = 'selfsame';

/**
 * Reads the command line of `selfsame check`.
 *
 * @throws SelfsameError WRONG_USE
 */
export function readCheckOptions(
  args: readonly string[],
  options: OptionValues,
  context: CommandContext,
): CheckRequest {
  const subject = readSubject(args, context.behindDashes);
  const runs = whole(options, 'runs', { least: 2, most: 1000 }) ?? 2;
  const builds = whole(options, 'budget', { least: 2, most: 10_000 }) ?? defaultBudget;
  if (runs > builds)
    throw new SelfsameError('WRONG_USE', `--runs ${runs} is more than --budget ${builds} allows`, {
      hint: `Give --budget ${runs} or more`,
    });
  const environment = one(options, 'in');
  if (environment !== undefined && subject.type === 'project')
    throw new SelfsameError('WRONG_USE', '--in is for commands: a recipe names its environment', {
      hint: 'Leave out --in, or give a command behind --',
    });
  return {
    subject,
    environment,
    outputs: many(options, 'output') ?? [],
    env: many(options, 'env') ?? [],
    epoch: one(options, 'epoch'),
    wishes: { only: many(options, 'vary'), leaveOut: many(options, 'leaveOut') },
    runs,
    quick: options['quick'] === true,
    confirm: whole(options, 'confirm', { least: 0, most: 1000 }) ?? defaultConfirm,
    deep: readDeep(context.cwd, options['deep']),
    jobs: whole(options, 'jobs', { least: 1, most: 64 }) ?? 1,
    builds,
    seconds: whole(options, 'timeLimit', { least: 1, most: 30 * 24 * 3600 }),
    seed: readSeed(one(options, 'seed')),
    keep: readKeep(context.cwd, one(options, 'keep')),
    files: {
      html: readFile('html'),
      sarif: readFile('sarif'),
      junit: readFile('junit'),
      markdown: readFile('markdown'),
    },
  };

  function readFile(name: string): string | undefined {
    const text = one(options, name);
    return text === undefined ? undefined : resolve(context.cwd, text);
  }
}

function readSubject(
  args: readonly string[],
  command: readonly string[] | undefined,
): CheckSubject {
  if (command === undefined) {
    const [project, ...more] = args;
    if (more.length > 0)
      throw new SelfsameError('WRONG_USE', 'selfsame check takes one project, or a command', {
        hint: `Put a command behind --: selfsame check -- ${args.join(' ')}`,
      });
    return { type: 'project', project };
  }
  const [program, ...rest] = command;
  if (program === undefined || program === '')
    throw new SelfsameError('WRONG_USE', 'there is no command behind --', {
      hint: 'For example: selfsame check -- make',
    });
  if (args.length > command.length)
    throw new SelfsameError('WRONG_USE', 'selfsame check takes a project or a command, not both', {
      hint: `For the command: selfsame check -- ${command.join(' ')}`,
    });
  return { type: 'command', command: [program, ...rest] };
}

function readDeep(cwd: string, value: OptionValues[string]): string | undefined {
  if (value === undefined || value === false) return undefined;
  return resolve(cwd, typeof value === 'string' ? value : 'selfsame-deep');
}

function readSeed(seed = defaultSeed): string {
  if (seed !== '' && isPlainText(seed, seedMax - 64)) return seed;
  throw new SelfsameError('WRONG_USE', `--seed is text of 1 to ${seedMax - 64} bytes`, {
    hint: 'For example: --seed 2',
  });
}

function readKeep(cwd: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const path = resolve(cwd, text);
  const parent = statSync(dirname(path), { throwIfNoEntry: false });
  if (!existsSync(path) && parent?.isDirectory() === true) return path;
  throw new SelfsameError(
    'WRONG_USE',
    `--keep ${text} cannot be made: it is there, or its parent is not`,
    {
      hint: 'Give a directory that does not exist yet',
    },
  );
}

function whole(
  options: OptionValues,
  name: string,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^[0-9]{1,9}$/u.test(value) ? Number(value) : -1;
  if (number >= least && number <= most) return number;
  const flag = name.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
  throw new SelfsameError(
    'WRONG_USE',
    `--${flag} ${String(value)} is not a whole number from ${least} to ${most}`,
    { hint: `For example: --${flag} ${least}` },
  );
}

function one(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

function many(options: OptionValues, name: string): readonly string[] | undefined {
  const value = options[name];
  return Array.isArray(value) ? (value as readonly string[]) : undefined;
}
