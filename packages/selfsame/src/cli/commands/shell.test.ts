import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openShell } from '../../build/shell.js';
import type { Outcome } from '../../sandbox/types.js';
import { runCommandLine } from '../frame.js';
import { testIo, testProduct } from '../testing.js';
import { shellCommand } from './shell.js';

vi.mock('../../build/shell.js');

async function end(outcome: Outcome, signal = new AbortController().signal) {
  vi.mocked(openShell).mockResolvedValue({ outcome, entered: 'pigz@default' });
  const io = testIo({ signal });
  const exitCode = await runCommandLine(['shell', 'pigz'], io, testProduct([shellCommand]));
  return { exitCode, out: io.stdout.text() };
}

describe('the exit code of a shell', () => {
  beforeEach(() => void vi.mocked(openShell).mockReset());

  it.each([
    [0, 0],
    [1, 1],
    // The codes of selfsame have meanings of their own, which those of a shell do not have.
    [2, 1],
    [75, 1],
    [130, 1],
  ])('that ends with %i is %i', async (code, expected) => {
    expect(await end({ type: 'exited', code })).toEqual({ exitCode: expected, out: '' });
  });

  it.each<[Outcome, string]>([
    [{ type: 'signalled', signal: 'SIGKILL' }, 'was ended by SIGKILL'],
    [{ type: 'out-of-memory', limitBytes: 1 << 30 }, 'needed more than 1 GiB of memory'],
    [{ type: 'too-many-processes', limit: 64 }, 'started more than 64 processes'],
  ])('that %o is 1, and says why', async (outcome, why) => {
    expect(await end(outcome)).toEqual({
      exitCode: 1,
      out: `the shell in pigz@default ${why}\n`,
    });
  });

  it('that was stopped with us is that of an interruption', async () => {
    const interruption = new AbortController();
    interruption.abort(new Error('stop'));
    expect(await end({ type: 'cancelled' }, interruption.signal)).toMatchObject({ exitCode: 130 });
  });
});
