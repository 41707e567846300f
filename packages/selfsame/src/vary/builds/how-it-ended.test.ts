import { describe, expect, it } from 'vitest';

import { checkRoom } from './copy-tree.js';
import { failureOf } from './how-it-ended.js';

describe('how a build ended', () => {
  it('is a finding where the command itself failed', () => {
    expect(failureOf({ type: 'exited', code: 0 })).toBeUndefined();
    expect(failureOf({ type: 'signalled', signal: 'SIGSEGV' })).toBe(
      'the command was ended by SIGSEGV',
    );
    expect(failureOf({ type: 'too-many-processes', limit: 7 })).toMatch(/more than 7 processes/);
    expect(failureOf({ type: 'out-of-memory', limitBytes: 2 ** 20 })).toMatch(/memory/);
    expect(
      failureOf({
        ...{ type: 'could-not-start', stage: 'command-missing' },
        ...{ reason: 'no such file', hint: undefined },
      }),
    ).toBe('the command could not be started: no such file');
  });

  it('is an error where selfsame failed', () => {
    const full = { type: 'disk-full', limitBytes: 1, cause: 'file-system' } as const;
    const refused = {
      type: 'could-not-start',
      reason: 'no namespaces',
      hint: 'allow them',
    } as const;
    const died = { type: 'supervisor-died', signal: 'SIGKILL' } as const;
    for (const [outcome, code] of [
      [full, 'CHECK_NO_ROOM'],
      [refused, 'CHECK_NOT_STARTED'],
      [died, 'CHECK_NOT_STARTED'],
      [{ type: 'cancelled' }, 'INTERRUPTED'],
    ] as const)
      expect(() => failureOf(outcome)).toThrowError(expect.objectContaining({ code }));
  });

  it('is no finding where the disk of this machine allows less than what builds may write', () => {
    const wrote = { type: 'disk-full', limitBytes: 2 ** 20, cause: 'limit' } as const;
    expect(failureOf(wrote, 2 ** 20)).toMatch(/wrote more than 1 MiB/);
    expect(() => failureOf(wrote, 2 ** 30)).toThrowError(
      expect.objectContaining({ code: 'CHECK_NO_ROOM' }),
    );
  });

  it('is refused before it begins where there is no room', async () => {
    await checkRoom('/', 0);
    await expect(checkRoom('/', 2 ** 60)).rejects.toMatchObject({ code: 'CHECK_NO_ROOM' });
  });
});
