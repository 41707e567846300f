import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { SelfsameError } from '../errors/selfsame-error.js';
import { readWishes } from '../vary/select-variations.js';
import { againCommands } from './check-again.js';
import type { CommandContext } from './command.js';
import { checkCommand } from './commands/check.js';
import { parseCommandLine } from './program.js';
import { plainStyle } from '../text/style.js';
import { readCheckOptions } from './read-check-options.js';
import type { CheckRequest } from './read-check-options.js';

const cwd = mkdtempSync(join(tmpdir(), 'selfsame-check-options-'));
afterAll(() => {
  rmSync(cwd, { recursive: true, force: true });
});

/** As a person types it, from `check` on. */
function read(...words: string[]): CheckRequest {
  const request = parseCommandLine(['check', ...words], {
    commands: [checkCommand],
    groups: {},
    columns: 80,
    style: plainStyle,
  });
  if (request.type !== 'run') throw new Error(request.type);
  const { args, options, behindDashes } = request;
  const context = { cwd, env: {}, behindDashes } as unknown as CommandContext;
  const asked = readCheckOptions(args, options, context);
  readWishes(asked.wishes);
  return asked;
}

function refused(...words: string[]): SelfsameError {
  try {
    read(...words);
  } catch (error) {
    if (error instanceof SelfsameError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the command line of selfsame check', () => {
  it('takes a command behind --, whatever it looks like', () => {
    expect(read('--', 'make', '--quick', '-j4')).toMatchObject({
      subject: { type: 'command', command: ['make', '--quick', '-j4'] },
      quick: false,
      confirm: 2,
      runs: 2,
      jobs: 1,
    });
  });

  it('takes a project, or the only one', () => {
    expect(read('zlib').subject).toEqual({ type: 'project', project: 'zlib' });
    expect(read().subject).toEqual({ type: 'project', project: undefined });
  });

  it('reads lists of names in any form, and the rest', () => {
    const request = read(
      ...['--vary', 'time,umask', '--vary', 'home', '--budget', '9', '--time-limit', '60'],
      ...[
        '--output',
        'a*',
        '--output',
        'b',
        '--html',
        'x.html',
        '--keep',
        'k',
        '--deep',
        '--',
        'make',
      ],
    );
    expect(request).toMatchObject({
      wishes: { only: ['time,umask', 'home'], leaveOut: undefined },
      builds: 9,
      seconds: 60,
      outputs: ['a*', 'b'],
      files: { html: join(cwd, 'x.html'), sarif: undefined },
      keep: join(cwd, 'k'),
      deep: join(cwd, 'selfsame-deep'),
    });
  });

  it.each<[string, readonly string[], string]>([
    ['a sign', ['--vary=-time', '--', 'true'], '--leave-out time'],
    ['a sign in another list', ['--leave-out', 'time,+umask', '--', 'true'], 'time,umask'],
    ['an empty name', ['--vary', 'time,', '--', 'true'], '--list-variations'],
    ['both lists', ['--vary', 'time', '--leave-out', 'umask', '--', 'true'], '--vary'],
    ['no command', ['--'], 'selfsame check -- make'],
    ['a command without --', ['make', 'all'], 'selfsame check -- make all'],
    ['a project and a command', ['zlib', '--', 'make'], 'selfsame check -- make'],
    ['an environment of a project', ['--in', 'dev', 'zlib'], 'Leave out --in'],
    ['a budget below the builds', ['--runs', '9', '--budget', '3', '--', 'true'], '--budget 9'],
    ['no number', ['--budget', 'x', '--', 'true'], '--budget'],
    ['a number out of bounds', ['--time-limit', '0', '--', 'true'], '--time-limit 1'],
    ['a directory to keep that is there', ['--keep', '/', '--', 'true'], 'not exist'],
    ['an empty seed', ['--seed', '', '--', 'true'], '--seed'],
  ])('refuses %s and says what to do', (_, words, hint) => {
    const error = refused(...words);
    expect(error.code).toBe('WRONG_USE');
    expect(error.hint).toContain(hint);
  });

  it('refuses a name that is none, with the nearest', () => {
    const error = refused('--vary', 'umsak', '--', 'true');
    expect(error.code).toBe('VARIATION_UNKNOWN');
    expect(error.hint).toContain('umask');
  });

  it('gives the command that shows a finding again', () => {
    const request = read(
      '--env',
      'CC=clang -m32',
      '--output',
      '*.o',
      '--seed',
      '2',
      '--',
      'make',
      'a b',
    );
    const report = {
      failures: [],
      artifacts: [
        { dependence: { type: 'with', sets: [['time', 'umask'], ['home']] } },
        { dependence: { type: 'with', sets: [['home']] } },
        { dependence: { type: 'always', why: '' } },
      ],
    } as unknown as Parameters<typeof againCommands>[0];
    const again = againCommands(report, request);
    expect(again.map(({ varied }) => varied)).toEqual([['home'], ['time', 'umask']]);
    const words = again[1]?.command.slice(2) ?? [];
    expect(read(...words)).toMatchObject({
      ...{ env: request.env, outputs: request.outputs, seed: '2', quick: true },
      subject: request.subject,
      wishes: { only: ['time,umask'] },
    });
  });
});
