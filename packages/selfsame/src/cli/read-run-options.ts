import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { SelfsameError } from '../errors/selfsame-error.js';
import type { RunOptions } from '../run/run-on-machine.js';
import { parseSourceModes } from '../sandbox/determinizer/sources.js';
import type { DeterminismLevel } from '../sandbox/types.js';
import { didYouMean } from '../util/did-you-mean.js';
import type { CommandContext, OptionValues } from './command.js';

const levels = ['none', 'fixed', 'virtual'] as const;

/**
 * Reads the command line of `selfsame run`.
 *
 * @throws SelfsameError WRONG_USE, DETERMINISM_SOURCE_INVALID, LEVEL_NOT_AVAILABLE
 */
export async function readRunOptions(
  args: readonly string[],
  options: OptionValues,
  context: CommandContext,
): Promise<RunOptions> {
  const [program, ...rest] = args;
  if (program === undefined || program === '') {
    throw new SelfsameError('WRONG_USE', 'selfsame run needs a command', {
      hint: 'For example: selfsame run -- make',
    });
  }
  const level = await readLevel(options['level']);
  const sources = many(options['source']);
  const log = options['log'];
  if (level !== 'virtual') {
    for (const [name, given] of [
      ['--source', sources.length > 0],
      ['--log', log !== undefined],
    ] as const) {
      if (given)
        throw new SelfsameError('WRONG_USE', `${name} is of level virtual, not of ${level}`, {
          hint: `Leave out \`--level ${level}\` or \`${name}\``,
        });
    }
  }
  return {
    level,
    command: [program, ...rest],
    cwd: context.cwd,
    sources: sources.length === 0 ? {} : parseSourceModes(sources.join(',')),
    log: typeof log === 'string' ? logPath(context.cwd, log) : undefined,
    at: one(options['at']),
    env: many(options['env']),
    epoch: one(options['epoch']),
    cpus: cpus(options['cpus']),
    network: options['network'] === true,
    caller: context.env,
    terminal: context.stdinIsTerminal || context.stdoutIsTerminal || context.stderrIsTerminal,
    capture: context.json,
    passSignals: (send) => context.passSignals(send),
  };
}

async function readLevel(value: OptionValues[string]): Promise<DeterminismLevel> {
  if (value === undefined) return 'virtual';
  const level = levels.find((name) => name === value);
  if (level !== undefined) return level;
  if (value === 'machine') {
    const { levelNamed } = await import('../sandbox/levels/levels.js');
    levelNamed('machine');
  }
  throw new SelfsameError('WRONG_USE', `there is no determinism level ${JSON.stringify(value)}`, {
    hint: didYouMean(String(value), levels) ?? `One of: ${levels.join(', ')}`,
  });
}

function cpus(value: OptionValues[string]): number | undefined {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^[0-9]{1,4}$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= 1024) return number;
  throw new SelfsameError('WRONG_USE', `--cpus ${String(value)} is not a number from 1 to 1024`, {
    hint: 'For example: --cpus 4',
  });
}

/** The log is written at the end; that it can be is found out before anything runs. */
function logPath(cwd: string, file: string): string {
  const path = resolve(cwd, file);
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) throw new TypeError('it is a directory');
    accessSync(found === undefined ? dirname(path) : path, constants.W_OK);
    return path;
  } catch (error) {
    throw new SelfsameError(
      'RUN_LOG_NOT_WRITTEN',
      `the log cannot be written to ${path}: ${error instanceof Error ? error.message : String(error)}`,
      { hint: 'Give --log a file in a directory you may write' },
    );
  }
}

function one(value: OptionValues[string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function many(value: OptionValues[string]): readonly string[] {
  return Array.isArray(value) ? (value as readonly string[]) : [];
}
