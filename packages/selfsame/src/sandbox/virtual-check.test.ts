import { describe, expect, it } from 'vitest';

import type { LogSummary, NotCovered } from './determinizer/log-summary.js';
import { explainVirtual } from './virtual-check.js';

const gap = (what: string, detail?: string): NotCovered => ({
  what,
  programs: 0,
  detail,
  executable: undefined,
});

const summary = (...notCovered: readonly NotCovered[]): LogSummary => ({
  processes: 1,
  filesWritten: 0,
  consumed: {},
  notCovered,
  notCoveredMore: 0,
  complete: true,
  linesLost: 0,
  supervisor: { memoryKilobytes: 1, microseconds: 1 },
});

const exited = { type: 'exited', code: 0 } as const;
const virtualTime = '1700000002\n';

describe('explainVirtual', () => {
  it('is content when nothing is missing', () => {
    expect(explainVirtual({ outcome: exited, determinizer: summary() }, virtualTime)).toMatchObject(
      { ok: true, remedy: undefined },
    );
  });

  it.each([
    ['random-devices-not-served', '/dev/fuse: Permission denied', 'chmod 666 /dev/fuse'],
    ['random-devices-are-sockets', '/dev/fuse: Permission denied', 'chmod 666 /dev/fuse'],
    ['kernel without SYNC_WAKE_UP: calls that are answered cost more', undefined, 'Linux 6.6'],
  ])('works without %s, and says what helps', (what, detail, helps) => {
    const finding = explainVirtual(
      { outcome: exited, determinizer: summary(gap(what, detail)) },
      virtualTime,
    );
    expect(finding.ok).toBe(true);
    expect(finding.why).toContain(what);
    expect(finding.remedy).toContain(helps);
  });

  it('does not work when programs see the real clock', () => {
    const traced = gap('a program could not be held where it starts; it was refused');
    const finding = explainVirtual(
      { outcome: exited, determinizer: summary(traced) },
      '1800000000\n',
    );
    expect(finding).toMatchObject({
      ok: false,
      remedy: 'Allow tracing: `sudo sysctl -w kernel.yama.ptrace_scope=1`',
    });
  });

  it('passes on why it did not start, and names other ends', () => {
    const outcome = { type: 'could-not-start', reason: 'no filter', hint: 'newer kernel' } as const;
    expect(explainVirtual({ outcome }, '')).toMatchObject({
      ok: false,
      why: 'no filter',
      remedy: 'newer kernel',
    });
    expect(explainVirtual({ outcome: { type: 'signalled', signal: 'SIGSYS' } }, '')).toMatchObject({
      ok: false,
    });
    expect(explainVirtual({ outcome: exited }, virtualTime).ok).toBe(false);
  });
});
