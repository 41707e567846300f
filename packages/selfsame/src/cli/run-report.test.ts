import { describe, expect, it } from 'vitest';

import type { Event } from '../events/event.js';
import type { RunEnd } from '../run/run-on-machine.js';
import type { LogSummary } from '../sandbox/determinizer/log-summary.js';
import type { Outcome, SandboxResult } from '../sandbox/types.js';
import { sayConditions, sayEnd } from './run-report.js';

function end(outcome: Outcome, more: Partial<SandboxResult> = {}): RunEnd {
  return {
    result: { outcome, milliseconds: 1, peakMemoryBytes: undefined, notFixed: [], ...more },
    description: {
      ...{ level: 'virtual', hostname: 'selfsame', path: '/build', cpus: 4, memoryShown: 2 ** 30 },
      user: { name: 'builder', uid: 1000, gid: 1000 },
      ...{ umask: 0o022, sourceDateEpoch: 1_700_000_000, locale: 'C.UTF-8', timezone: 'UTC' },
    },
    epoch: { seconds: 1_700_000_000, from: 'git' },
    environment: { variables: {}, dropped: ['A', 'B'], missed: [] },
    place: { directory: '/home/a/work', at: '/build' },
  };
}

function said(run: RunEnd): { status: number; lines: string[] } {
  const lines: string[] = [];
  const emit = (event: Event) => {
    if (event.type === 'notice') lines.push(event.message);
  };
  return { status: sayEnd(run, emit), lines };
}

const quiet: LogSummary = {
  ...{ processes: 1, filesWritten: 0, consumed: {}, notCovered: [], notCoveredMore: 0 },
  ...{ complete: true, linesLost: 0, supervisor: undefined },
};

describe('the end of a run', () => {
  it.each<[Outcome, number]>([
    [{ type: 'exited', code: 0 }, 0],
    [{ type: 'exited', code: 255 }, 255],
    [{ type: 'signalled', signal: 'SIGINT' }, 130],
    [{ type: 'signalled', signal: 'SIG40' }, 168],
  ])('%o is %i, in silence', (outcome, status) => {
    expect(said(end(outcome, { determinizer: quiet }))).toEqual({ status, lines: [] });
  });

  it('names what was not determinised, once', () => {
    const gap = { programs: 3, detail: 'x', executable: '/usr/bin/gdb' };
    const host = { programs: 0, detail: undefined, executable: undefined };
    const determinizer: LogSummary = {
      ...quiet,
      notCovered: [
        { what: 'debugged', ...gap },
        { what: 'vdso', ...host },
      ],
      notCoveredMore: 2,
    };
    expect(said(end({ type: 'exited', code: 0 }, { determinizer })).lines).toEqual([
      'not determinised: debugged (/usr/bin/gdb and 2 more), vdso and 2 more',
    ]);
    const notFixed = Array.from({ length: 14 }, (_, index) => `/proc/${index}`);
    const [line] = said(end({ type: 'exited', code: 0 }, { notFixed })).lines;
    expect(line).toMatch(/^not constant on this machine: \/proc\/0, .* and 2 more$/);
  });

  it('names the variables that may have led to a command that is not found', () => {
    const missing: Outcome = {
      ...{ type: 'could-not-start', stage: 'command-missing', hint: undefined },
      reason: 'the command is not in the sandbox: x',
    };
    expect(said(end(missing))).toMatchObject({ status: 127 });
    expect(said(end(missing)).lines[1]).toContain('A, B');
    expect(said(end({ type: 'exited', code: 127 })).lines).toHaveLength(1);
  });

  it.each<[Outcome, string]>([
    [{ type: 'could-not-start', reason: 'no namespaces', hint: 'x' }, 'RUN_NOT_STARTED'],
    [{ type: 'disk-full', limitBytes: 1, cause: 'file-system' }, 'RUN_STOPPED'],
    [{ type: 'supervisor-died', signal: 'SIGKILL' }, 'RUN_STOPPED'],
    [{ type: 'timed-out', seconds: 1 }, 'RUN_STOPPED'],
  ])('%o is our failure', (outcome, code) => {
    expect(() => said(end(outcome))).toThrow(expect.objectContaining({ code }) as Error);
  });
});

describe('the conditions of a run', () => {
  it('are all said', () => {
    const lines: string[] = [];
    const run = end({ type: 'exited', code: 0 }, { readOnly: ['/mnt/net'] });
    sayConditions(run, (event) => event.type === 'notice' && lines.push(event.message));
    expect(lines.join('\n')).toBe(
      [
        'level virtual, 4 processors, user builder (1000), in /build',
        'SOURCE_DATE_EPOCH 1700000000 (git)',
        'variables not passed on: A, B',
        'read-only on this machine: /mnt/net',
      ].join('\n'),
    );
  });
});
