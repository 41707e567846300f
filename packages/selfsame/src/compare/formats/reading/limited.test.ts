import { describe, expect, it } from 'vitest';
import { FormatError, type FormatAccess } from '../format.js';
import { runTool, type ToolRun } from './child.js';
import { usualLimits } from './limited.js';

const access: FormatAccess = {
  signal: new AbortController().signal,
  maximumParts: 1,
  spend: () => undefined,
  scratchDirectory: () => Promise.reject(new Error('none in tests')),
};

/** What a program prints, or why it ended. */
async function ended(run: Omit<ToolRun, 'input'>): Promise<string | FormatError> {
  let text = '';
  try {
    for await (const piece of runTool({ ...run, input: undefined }, access))
      text += Buffer.from(piece).toString();
    return text;
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
}

const shell = (command: string) => ({
  tool: { program: 'sh', package: 'dash' },
  args: ['-c', command, 'x', 'with  two blanks', '$(x) "'],
});
const node = (code: string) => ({
  tool: { program: process.execPath, package: 'nodejs' },
  args: ['-e', code],
});
const small = { ...usualLimits, memory: 320 * 2 ** 20 };

describe('a program of the machine', () => {
  it('has limits on memory, files, time and cores, and its arguments as they are', async () => {
    const command = 'ulimit -c; ulimit -d; ulimit -f; ulimit -t; printf "%s\\n" "$@"';
    const limits = { memory: 2 ** 26, file: 2 ** 20, seconds: 77 };
    const wanted = ['0', '65536', '2048', '77', 'with  two blanks', '$(x) "', ''].join('\n');
    expect(await ended({ ...shell(command), limits })).toBe(wanted);
  });

  it('keeps limits that are lower already', async () => {
    const { tool, args } = shell('ulimit -d; ulimit -t');
    const inner = await ended({
      tool,
      args: ['-c', 'ulimit -d 40000; ulimit -t 9; exec "$0" "$@"', 'sh', ...args],
    });
    expect(inner).toBe('40000\n9\n');
  });

  it('that wants more memory is told from one that finds damage', async () => {
    const code =
      'const all = []; for (let at = 0; at < 64; at++) all.push(Buffer.alloc(2 ** 24, 1));';
    const error = await ended({ ...node(code), limits: small });
    expect(error).toMatchObject({
      reason: 'too-large',
      message: `${process.execPath} needs more memory than the 320 MiB it may have`,
    });
    expect(await ended({ ...node(code.replace('64', '2')), limits: small })).toBe('');
    expect(await ended(shell('echo "bad magic" >&2; exit 3'))).toMatchObject({
      reason: 'damaged',
      message: 'sh failed (3): bad magic',
    });
  });

  it('that writes too much, or has no end, is told from one that finds damage', async () => {
    const limits = { ...usualLimits, file: 512, seconds: 1 };
    const file = 'f=$(mktemp); rm "$f"; exec 9>"$f"; rm "$f"; printf %02000d 1 >&9';
    expect(await ended({ ...shell(file), limits })).toMatchObject({
      reason: 'too-large',
      message: 'sh would write more than 0 MiB',
    });
    expect(await ended({ ...shell('while :; do :; done'), limits })).toMatchObject({
      reason: 'out-of-time',
      message: 'sh had no end after 1 s',
    });
  });

  it('that is not there is said to be missing', async () => {
    const tool = { program: 'no-such-program', package: 'no-such-package' };
    expect(await ended({ tool, args: [] })).toMatchObject({
      reason: 'tool-missing',
      message: 'no-such-program is not installed (Debian package no-such-package)',
    });
    expect(await ended({ tool: { ...tool, program: '/etc/passwd' }, args: [] })).toMatchObject({
      reason: 'tool-missing',
    });
  });
});
