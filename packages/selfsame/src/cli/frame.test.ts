import { describe, expect, it } from 'vitest';
import { SelfsameError, SelfsameErrors } from '../errors/selfsame-error.js';
import { runCommandLine } from './frame.js';
import { groups } from './groups.js';
import { commands } from './registry.js';
import { testCommand, testIo, testProduct } from './testing.js';

const yes = { exitCode: 0, data: { n: 1 }, text: ['one', 'two'] } as const;
const jsonLines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('what a command answers', () => {
  it('goes to standard output, and nothing else does', async () => {
    const io = testIo();
    const probe = testCommand(async (context) => {
      const engine = await context.engine();
      engine.emit({ type: 'notice', level: 'warning', message: 'mind' });
      return yes;
    });
    expect(await runCommandLine(['probe'], io, testProduct([probe]))).toBe(0);
    expect(io.stdout.text()).toBe('one\ntwo\n');
    expect(io.stderr.text()).toBe('warning: mind\n');
  });

  it('is one JSON line after the events with --json', async () => {
    const io = testIo();
    const probe = testCommand(async (context) => {
      const engine = await context.engine();
      engine.emit({ type: 'build-cached', build: 'zlib@default', buildId: 'ab' });
      return { ...yes, exitCode: 1 };
    });
    expect(await runCommandLine(['probe', '--json'], io, testProduct([probe]))).toBe(1);
    expect(jsonLines(io.stdout.text())).toEqual([
      { type: 'build-cached', build: 'zlib@default', buildId: 'ab' },
      { type: 'result', command: 'probe', exitCode: 1, data: { n: 1 } },
    ]);
    expect(io.stderr.text()).toBe('');
  });

  it('may be nothing at all', async () => {
    const io = testIo();
    const probe = testCommand(() => ({ exitCode: 0, data: null, text: [] }));
    await runCommandLine(['probe'], io, testProduct([probe]));
    expect(io.stdout.text() + io.stderr.text()).toBe('');
  });
});

describe('failures', () => {
  const located = new SelfsameError('WRONG_USE', 'unknown key "x"', {
    hint: 'remove it',
    location: { file: 'a.yaml', line: 1, column: 1, length: 1, lineText: 'x: 1' },
  });

  it('are rendered on standard error with the exit code of their code', async () => {
    const io = testIo();
    const probe = testCommand(() => Promise.reject(located));
    expect(await runCommandLine(['probe'], io, testProduct([probe]))).toBe(2);
    expect(io.stdout.text()).toBe('');
    expect(io.stderr.text().split('\n')).toEqual([
      'error[WRONG_USE]: unknown key "x"',
      ' --> a.yaml:1:1',
      '  |',
      '1 | x: 1',
      '  | ^',
      '  hint: remove it',
      '',
    ]);
  });

  it('are the last JSON line with --json, with the same facts', async () => {
    const io = testIo();
    const probe = testCommand(() => Promise.reject(new SelfsameErrors([located])));
    await runCommandLine(['probe', '--json'], io, testProduct([probe]));
    expect(jsonLines(io.stdout.text())).toEqual([
      {
        type: 'error',
        command: 'probe',
        exitCode: 2,
        errors: [
          {
            code: 'WRONG_USE',
            message: 'unknown key "x"',
            hint: 'remove it',
            location: located.location,
          },
        ],
      },
    ]);
    expect(io.stderr.text()).toBe('');
  });

  it('that are bugs end with 5', async () => {
    const io = testIo();
    const probe = testCommand(() => {
      throw new TypeError('oops');
    });
    expect(await runCommandLine(['probe'], io, testProduct([probe]))).toBe(5);
    expect(io.stderr.text()).toContain('error[INTERNAL_ERROR]: oops');
  });
});

describe('interruption', () => {
  it('ends with 130 whatever the command rejected with, in one word', async () => {
    const stop = new AbortController();
    const io = testIo({ signal: stop.signal });
    const probe = testCommand(() => {
      stop.abort(new SelfsameError('INTERRUPTED', 'interrupted by SIGINT'));
      throw new Error('socket closed');
    });
    expect(await runCommandLine(['probe'], io, testProduct([probe]))).toBe(130);
    expect(io.stderr.text()).toBe('interrupted\n');
  });

  it('is an INTERRUPTED error with --json', async () => {
    const stop = new AbortController();
    const io = testIo({ signal: stop.signal });
    const probe = testCommand(() => {
      stop.abort(new SelfsameError('INTERRUPTED', 'interrupted by SIGTERM'));
      throw new Error('socket closed');
    });
    await runCommandLine(['probe', '--json'], io, testProduct([probe]));
    expect(jsonLines(io.stdout.text())).toEqual([
      {
        type: 'error',
        command: 'probe',
        exitCode: 130,
        errors: [{ code: 'INTERRUPTED', message: 'interrupted by SIGTERM' }],
      },
    ]);
  });

  it('does not spoil an answer that was ready', async () => {
    const stop = new AbortController();
    const probe = testCommand(() => {
      stop.abort();
      return yes;
    });
    expect(
      await runCommandLine(['probe'], testIo({ signal: stop.signal }), testProduct([probe])),
    ).toBe(0);
  });

  it('is left to the program of an interactive command', async () => {
    const io = testIo();
    const probe = testCommand(() => yes, { interactive: true });
    await runCommandLine(['probe'], io, testProduct([probe]));
    expect(io.interactive).toEqual([true, false]);
  });
});

describe('wrong use', () => {
  const product = testProduct([
    testCommand(() => yes, {
      options: [
        { flags: '--jobs <n>', description: 'jobs' },
        { flags: '--level <level>', description: 'level', choices: ['none', 'fixed'] },
        { flags: '--add <what>', description: 'add', repeatable: true },
      ],
    }),
    testCommand(() => yes, { name: 'store gc', arguments: [] }),
    testCommand(() => yes, {
      name: 'one',
      arguments: [{ syntax: '<file>', description: 'a file' }],
    }),
  ]);
  const complaint = async (...argv: string[]): Promise<string> => {
    const io = testIo();
    expect(await runCommandLine(argv, io, product)).toBe(2);
    expect(io.stdout.text()).toBe('');
    return io.stderr.text();
  };

  it('guesses the command', async () => {
    expect(await complaint('prbe')).toBe(
      'error[WRONG_USE]: unknown command "prbe"\n  hint: Did you mean "probe"? See `selfsame --help`\n',
    );
    expect(await complaint('store', 'cg')).toContain(
      'unknown command "store cg"\n  hint: Did you mean "gc"?',
    );
    expect(await complaint('zzzzzz')).toContain('hint: See `selfsame --help`');
  });

  it('takes options of every command also before it', async () => {
    const io = testIo();
    const probe = testCommand(() => Promise.resolve(yes));
    const words = ['--json', '-C', '/', 'probe'];
    expect(await runCommandLine(words, io, testProduct([probe]))).toBe(0);
    expect(jsonLines(io.stdout.text())).toMatchObject([{ type: 'result', command: 'probe' }]);
    expect(await complaint('--ofline', 'probe')).toContain('has no option "--ofline"');
    expect(await complaint('--quiet')).toContain('no command given');
    expect(await complaint('-C', '/')).toContain('no command given');
  });

  it('guesses the option', async () => {
    expect(await complaint('probe', '--jbos', '3')).toContain(
      'selfsame probe has no option "--jbos"\n  hint: Did you mean "--jobs"? See `selfsame probe --help`',
    );
  });

  it('says what a group has', async () => {
    expect(await complaint('store')).toContain(
      '`selfsame store` needs a subcommand\n  hint: One of: gc',
    );
  });

  it('names missing and surplus arguments and bad choices', async () => {
    expect(await complaint('one')).toContain('selfsame one: missing required argument `file`');
    expect(await complaint('one', 'a', 'b')).toContain('selfsame one: too many arguments');
    expect(await complaint('probe', '--level', 'high')).toContain(
      'Allowed choices are none, fixed',
    );
    expect(await complaint('probe', '--jobs')).toContain('--jobs');
  });

  it('is a JSON line with --json', async () => {
    const io = testIo();
    await runCommandLine(['prbe', '--json'], io, product);
    expect(jsonLines(io.stdout.text())).toMatchObject([
      { type: 'error', exitCode: 2, errors: [{ code: 'WRONG_USE' }] },
    ]);
  });

  it('shows the help on standard error when nothing was asked', async () => {
    expect(await complaint()).toContain('Usage: selfsame');
  });

  it('refuses a --directory that is none', async () => {
    expect(await complaint('probe', '-C', '/no/such/place')).toContain(
      '--directory /no/such/place is not a directory',
    );
  });
});

describe('options', () => {
  it('arrive with the arguments, repeatable ones as arrays', async () => {
    let seen: unknown;
    const probe = testCommand(() => yes, {
      options: [{ flags: '--add <what>', description: 'add', repeatable: true }],
      run: (args, options) => {
        seen = [args, options['add']];
        return Promise.resolve(yes);
      },
    });
    await runCommandLine(
      ['probe', 'a', '--add', 'x', 'b', '--add', 'y', '--', '-c'],
      testIo(),
      testProduct([probe]),
    );
    expect(seen).toEqual([
      ['a', 'b', '-c'],
      ['x', 'y'],
    ]);
  });

  it('--offline and --directory reach the command through its context', async () => {
    let seen: unknown;
    const probe = testCommand((context) => {
      seen = [context.cwd, context.settings.offline];
      return yes;
    });
    await runCommandLine(['probe', '--offline', '-C', 'tmp'], testIo(), testProduct([probe]));
    expect(seen).toEqual(['/tmp', true]);
  });

  it('--quiet hides progress but not failures', async () => {
    const io = testIo();
    const probe = testCommand(async (context) => {
      const { emit } = await context.engine();
      emit({
        type: 'build-finished',
        build: 'a@default',
        buildId: 'x',
        milliseconds: 5,
        artifacts: 1,
      });
      emit({
        type: 'build-failed',
        build: 'b@default',
        buildId: 'x',
        outcome: 'exited',
        message: 'step exited with 1',
      });
      return yes;
    });
    await runCommandLine(['probe', '-q'], io, testProduct([probe]));
    expect(io.stderr.text()).toBe('✗ b@default failed: step exited with 1\n');
  });
});

describe('colour', () => {
  const fail = testProduct([
    testCommand(() => Promise.reject(new SelfsameError('WRONG_USE', 'm'))),
  ]);
  const coloured = async (
    terminal: boolean,
    env: Record<string, string>,
    ...more: string[]
  ): Promise<boolean> => {
    const io = testIo({ terminal, env });
    await runCommandLine(['probe', ...more], io, fail);
    return io.stderr.text().includes('\u001b[');
  };

  it('is for terminals, NO_COLOR and FORCE_COLOR decide otherwise', async () => {
    expect(await coloured(true, {})).toBe(true);
    expect(await coloured(false, {})).toBe(false);
    expect(await coloured(true, { NO_COLOR: '1' })).toBe(false);
    expect(await coloured(true, { NO_COLOR: '' })).toBe(true);
    expect(await coloured(true, { TERM: 'dumb' })).toBe(false);
    expect(await coloured(false, { FORCE_COLOR: '1' })).toBe(true);
    expect(await coloured(true, {}, '--no-color')).toBe(false);
    expect(await coloured(true, {}, '--json')).toBe(false);
  });
});

describe('help', () => {
  const help = async (...argv: string[]): Promise<string> => {
    const io = testIo();
    expect(await runCommandLine(argv, io, { ...testProduct(commands), groups })).toBe(0);
    expect(io.stderr.text()).toBe('');
    return io.stdout.text();
  };

  it('lists every command with its summary', async () => {
    const text = (await help('--help')).replace(/\s+/g, ' ');
    for (const command of commands.filter((one) => !one.name.includes(' '))) {
      expect(text).toContain(command.summary);
    }
  });

  it('of every command has its options, the common ones and examples', async () => {
    for (const command of commands) {
      const text = await help(...command.name.split(' '), '--help');
      expect(text, command.name).toContain(`Usage: selfsame ${command.name}`);
      expect(text, command.name).toContain('--json');
      expect(text, command.name).toContain('Examples:');
      for (const { command: example } of command.examples) expect(text).toContain(example);
    }
  });

  it('can be asked for with `help`', async () => {
    expect(await help('help', 'doctor')).toContain('Usage: selfsame doctor');
  });

  it('--version names the version', async () => {
    expect(await help('--version')).toBe('selfsame 1.2.3\n');
    expect(await help('-V')).toBe('selfsame 1.2.3\n');
  });
});
