import { describe, expect, it } from 'vitest';
import type { LogSummary, NotCovered } from '../sandbox/determinizer/log-summary.js';
import { notCoveredOf, notFixedWords } from './determinizer-report.js';

const gap = (what: string, programs: number, more: Partial<NotCovered> = {}): NotCovered => ({
  what,
  programs,
  detail: undefined,
  executable: undefined,
  ...more,
});

const summary = (complete: boolean, ...notCovered: readonly NotCovered[]): LogSummary => ({
  processes: 1,
  filesWritten: 0,
  consumed: {},
  notCovered,
  notCoveredMore: 0,
  complete,
  linesLost: 0,
  supervisor: undefined,
});

describe('what was not determined in several steps', () => {
  const steps = [
    {
      step: 'a',
      summary: summary(
        true,
        gap('x', 2, { executable: '/bin/x' }),
        gap('host', 0, { detail: 'no fuse' }),
      ),
    },
    {
      step: 'b',
      summary: summary(
        true,
        gap('host', 0, { detail: 'no fuse' }),
        gap('x', 1),
        gap('y', 1, { detail: 'from the build' }),
      ),
    },
  ];

  it('is named once, with all its programs', () => {
    expect(
      notCoveredOf(steps).map(({ what, programs, executable }) => [what, programs, executable]),
    ).toEqual([
      ['x', 3, '/bin/x'],
      ['host', 0, undefined],
      ['y', 1, undefined],
    ]);
  });

  it('holds no text of the build where it is kept with the result', () => {
    expect(notFixedWords(steps)).toEqual(['x', 'host: no fuse', 'y']);
  });

  it('says when it is not known', () => {
    expect(notFixedWords([...steps, { step: 'c', summary: summary(false) }]).at(-1)).toBe(
      "not known: the determinizer's log is not whole (step c)",
    );
  });
});
