import { describe, expect, it } from 'vitest';
import { evidenceVerifyCommand } from './commands/evidence-verify.js';
import { runCommandLine } from './frame.js';
import { selfsameWith } from './product.js';
import { commands } from './registry.js';
import { testIo } from './testing.js';

const noStore = () => Promise.reject(new TypeError('no store here'));

describe('a program of one command', () => {
  it.each(
    [
      ['--help'],
      ['-h', '--json'],
      [],
      ['none.json'],
      ['none.json', '--json', '--policy-digest', 'a'.repeat(64)],
      ['none.json', '--policy', 'none.yaml', '--no-color', '-q', '-v', '--offline'],
      ['none.json', '-C', 'nowhere'],
      ['one', 'two'],
      ['--polcy', 'x'],
      ['none.json', '--at'],
      ['none.json', '--', '--policy'],
      ['help'],
      ['--version'],
    ].map((words) => ({ words })),
  )('answers to $words as the program of all does', async ({ words }) => {
    const answer = async (known: typeof commands) => {
      const io = testIo({ terminal: true, env: { XDG_CONFIG_HOME: '/nowhere' } });
      const argv = ['evidence', 'verify', ...words];
      const exitCode = await runCommandLine(argv, io, selfsameWith(known, noStore));
      return { exitCode, stdout: io.stdout.text(), stderr: io.stderr.text() };
    };
    const alone = await answer([evidenceVerifyCommand]);
    expect(alone).toEqual(await answer(commands));
    expect(alone.stdout + alone.stderr).not.toBe('');
  });
});
