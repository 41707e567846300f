import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../events/event.js';
import { plainStyle } from '../../text/style.js';
import { TestScreen } from '../testing.js';
import { jsonReporter } from './json.js';
import { OutputLines } from './output-lines.js';
import { plainReporter } from './plain.js';
import type { Verbosity } from './reporter.js';
import { terminalReporter } from './terminal.js';

const started: Event = { type: 'build-started', build: 'zlib@default', buildId: 'ab' };
const step: Event = {
  type: 'step-started',
  build: 'zlib@default',
  step: 'compile',
  index: 1,
  total: 3,
};
const finished: Event = {
  type: 'build-finished',
  build: 'zlib@default',
  buildId: 'ab',
  milliseconds: 12_300,
  artifacts: 4,
};
const output = (text: string, build = 'zlib@default'): Event => ({
  type: 'output',
  source: build,
  stream: 'stdout',
  text,
});
const failed: Event = {
  type: 'build-failed',
  build: 'zlib@default',
  buildId: 'ab',
  outcome: 'exited',
  message: 'step "compile" exited with 2',
  keptAt: '/store/failed/ab',
  logPath: '/store/failed/ab/log',
};

function plain(verbosity: Verbosity, ...events: Event[]): string[] {
  let text = '';
  const reporter = plainReporter((more) => (text += more), { style: plainStyle, verbosity });
  for (const event of events) reporter.emit(event);
  reporter.close();
  return text === '' ? [] : text.trimEnd().split('\n');
}

describe('a check', () => {
  const checking: readonly Event[] = [
    { type: 'check-build-started', id: 'build-1', varied: [], variations: 9 },
    { type: 'check-build-finished', id: 'build-1', outcome: 'built', milliseconds: 900 },
    { type: 'check-build-started', id: 'build-2', varied: ['time'], variations: 9 },
    {
      type: 'check-build-finished',
      id: 'build-2',
      outcome: 'built',
      milliseconds: 1200,
      differing: 1,
    },
    {
      type: 'check-build-finished',
      id: 'build-3',
      outcome: 'failed',
      why: 'it ended with 2\u001b[2J',
      milliseconds: 5,
    },
    { type: 'check-comparing', artifacts: 1 },
    { type: 'check-searching', open: 1, builds: 3, budget: 40 },
    { type: 'check-ended' },
  ];

  it('tells of its builds only when asked', () => {
    expect(plain('normal', ...checking)).toEqual([]);
    expect(plain('verbose', ...checking)).toEqual([
      'build-1: built (900 ms)',
      'build-2: 1 artifact differs (1.2 s)',
      'build-3: failed: it ended with 2\\x1b[2J (5 ms)',
    ]);
  });

  it('shows on a terminal what it is at, and leaves nothing behind', () => {
    const screen = new TestScreen();
    const reporter = terminalReporter(screen, { style: plainStyle, verbosity: 'normal' });
    const seen = checking.map((event) => {
      reporter.emit(event);
      screen.pass(200);
      return screen.seen.join(' / ').trim();
    });
    expect(seen[0]).toContain('build-1: nothing varied');
    expect(seen[2]).toContain('build-2: time varied');
    expect(seen[5]).toBe('comparing 1 artifact');
    expect(seen[6]).toBe('searching for what matters: 1 open, after 3 of at most 40 builds');
    expect(screen.seen).toEqual([]);
    expect(screen.clocks).toBe(0);
    reporter.close();
  });
});

describe('plain lines', () => {
  it('say what was done, and stay silent about what was there already', () => {
    expect(
      plain(
        'normal',
        { type: 'plan-ready', builds: 2, jobs: 2 },
        {
          type: 'environment-ready',
          environment: 'default',
          digest: 'd',
          cached: true,
          milliseconds: 3,
        },
        { type: 'build-cached', build: 'a@default', buildId: 'x' },
        started,
        step,
        output('hello\n'),
        finished,
      ),
    ).toEqual(['✓ zlib@default built in 12.3 s (4 artifacts)']);
  });

  it('name what was not determined, a few kinds of it, in text that is safe', () => {
    const kinds = [1, 2, 3, 4, 5, 6].map((number) => ({
      what: `gap ${number}`,
      programs: number - 1,
      detail: number === 1 ? 'no /dev/fuse' : undefined,
      executable: number === 1 ? undefined : '/build/\u001b[2Jtool',
    }));
    const event: Event = { type: 'build-not-covered', build: 'a@default', notCovered: kinds };
    const lines = plain('normal', event);
    expect(lines.slice(0, 3)).toEqual([
      'note: not determined in a@default:',
      '  gap 1 (no /dev/fuse)',
      expect.stringMatching(/^ {2}gap 2 \(\/build\/.*tool\)$/u),
    ]);
    expect(lines[3]).toMatch(/ and 1 more\)$/u);
    expect(lines.at(-1)).toBe('  and 1 more');
    expect(lines.join('')).not.toContain('\u001b');
    expect(plain('quiet', event)).toEqual([]);
  });

  it('leave the output of a build that failed to the answer of the command', () => {
    expect(plain('normal', started, output('line\n'), failed)).toEqual([
      '✗ zlib@default failed: step "compile" exited with 2',
    ]);
  });

  it('do not mix the output of builds, and end with a last line that has no line feed', () => {
    const other = output('other\n', 'pigz@default');
    expect(plain('verbose', output('mi'), other, output('ne\nlast'), failed)).toEqual([
      'pigz@default | other',
      'zlib@default | mine',
      'zlib@default | last',
      '✗ zlib@default failed: step "compile" exited with 2',
    ]);
  });

  it('show everything when verbose, each line with its build', () => {
    expect(plain('verbose', started, output('::set-output x\nsecond\n'), finished)).toEqual([
      'zlib@default started (build id ab)',
      'zlib@default | ::set-output x',
      'zlib@default | second',
      '✓ zlib@default built in 12.3 s (4 artifacts)',
    ]);
  });

  it('are only trouble when quiet', () => {
    expect(
      plain(
        'quiet',
        started,
        finished,
        { type: 'notice', level: 'info', message: 'i' },
        { type: 'notice', level: 'warning', message: 'w', hint: 'h' },
      ),
    ).toEqual(['warning: w', '  hint: h']);
  });

  it('never carry control characters of a build to the terminal', () => {
    const shown = plain('verbose', output('\u001b]52;c;ZXZpbA==\u0007 \u001b[2J\u202e\n'), {
      ...failed,
      message: 'x\u001b[31m\u0008',
    }).join('');

    expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });
});

describe('OutputLines', () => {
  it('gives the same lines whatever the pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z\n]{0,12}$/), { maxLength: 30 }), (pieces) => {
        const output = new OutputLines();
        const lines = pieces.flatMap((piece) => output.add('s', piece));
        lines.push(...output.end('s'));
        const whole = pieces.join('').split('\n');
        if (whole.at(-1) === '') whole.pop();
        expect(lines).toEqual(whole);
      }),
    );
  });

  it('stays small when a line never ends', () => {
    const output = new OutputLines();
    for (let index = 0; index < 1000; index++) output.add('s', 'x'.repeat(1000));
    expect(output.end('s').join('')).toHaveLength(4096);
  });
});

describe('JSON lines', () => {
  it('are the events as they are, safe to look at', () => {
    let text = '';
    const reporter = jsonReporter((more) => (text += more));
    reporter.emit(output('\u009b31m\u202e\n'));
    expect(text.trimEnd()).toMatch(/^[\u0020-\u007e]+$/);
    expect(JSON.parse(text)).toEqual(output('\u009b31m\u202e\n'));
  });
});

describe('terminal', () => {
  const watch = (verbosity: Verbosity = 'normal') => {
    const screen = new TestScreen();
    return { screen, reporter: terminalReporter(screen, { style: plainStyle, verbosity }) };
  };

  it('shows what is going on below the lines that stay, and leaves nothing behind', () => {
    const { screen, reporter } = watch();
    reporter.emit(started);
    reporter.emit(step);
    screen.pass(3_000);
    expect(screen.seen).toEqual(['  zlib@default: compile (2/3)  3 s']);
    reporter.emit({ type: 'notice', level: 'warning', message: 'mind' });
    expect(screen.seen).toEqual(['warning: mind', '  zlib@default: compile (2/3)  3 s']);
    reporter.emit(finished);
    expect(screen.seen).toEqual(['warning: mind', '✓ zlib@default built in 12.3 s (4 artifacts)']);
    expect(screen.clocks).toBe(0);
  });

  it('repaints only when something looks different', () => {
    const { screen, reporter } = watch();
    reporter.emit(started);
    screen.pass(1_000);
    const before = screen.writes.length;
    screen.pass(200);
    screen.pass(200);
    expect(screen.writes).toHaveLength(before);
    screen.pass(700);
    expect(screen.writes).toHaveLength(before + 1);
  });

  it('does not paint what is over before anyone could see it', () => {
    const { screen, reporter } = watch();
    reporter.emit({ type: 'build-started', build: 'a@default', buildId: 'x' });
    reporter.emit({ type: 'build-cached', build: 'a@default', buildId: 'x' });
    screen.pass(1_000);
    expect(screen.writes).toEqual([]);
  });

  it('tells of downloads together', () => {
    const { screen, reporter } = watch();
    for (const id of ['1', '2'])
      reporter.emit({ type: 'download-started', id, name: `${id}.deb`, size: 2e6 });
    reporter.emit({ type: 'download-progress', id: '1', received: 1_500_000 });
    screen.pass(200);
    expect(screen.seen).toEqual(['  downloading 2 files  1.5 MB  1.deb, …']);
    reporter.emit({ type: 'download-finished', id: '1', name: '1.deb', size: 2e6, sha256: 'x' });
    reporter.emit({ type: 'download-progress', id: '2', received: 500_000 });
    screen.pass(200);
    expect(screen.seen).toEqual(['  downloading 2.deb  500 kB of 2.0 MB']);
  });

  it('tells the phases of an environment', () => {
    const { screen, reporter } = watch();
    reporter.emit({
      type: 'environment-started',
      environment: 'default',
      packages: 130,
      layersMissing: 3,
    });
    reporter.emit({
      type: 'environment-progress',
      environment: 'default',
      phase: 'unpack',
      done: 40,
      total: 130,
    });
    screen.pass(2_000);
    expect(screen.seen).toEqual(['  environment default: unpacking packages 40/130  2 s']);
    reporter.emit({
      type: 'environment-ready',
      environment: 'default',
      digest: 'd',
      cached: false,
      milliseconds: 61_000,
    });
    expect(screen.seen).toEqual(['✓ environment default ready in 1 min 01 s']);
  });

  it('never wraps, and fits small windows', () => {
    const { screen, reporter } = watch();
    screen.columns = 20;
    screen.rows = 5;
    for (let index = 0; index < 30; index++) {
      reporter.emit({
        type: 'build-started',
        build: `a-long-project-name-${index}@default`,
        buildId: 'x',
      });
    }
    screen.pass(1_000);
    expect(screen.seen).toHaveLength(3);
    for (const line of screen.seen) expect(line.length).toBeLessThan(20);
    expect(screen.seen.at(-1)).toContain('more');
  });

  it('clears what a window made narrower has wrapped', () => {
    const { screen, reporter } = watch();
    reporter.emit(started);
    screen.pass(1_000);
    screen.narrow(10);
    expect(screen.seen).toHaveLength(3);
    reporter.close();
    expect(screen.seen).toEqual([]);
  });

  it('paints nothing when quiet', () => {
    const { screen, reporter } = watch('quiet');
    reporter.emit(started);
    screen.pass(5_000);
    reporter.emit(finished);
    reporter.close();
    expect(screen.writes).toEqual([]);
  });

  it('keeps the screen in order whatever happens', () => {
    const builds = ['a', 'b', 'c', 'd'].map((name) => `${name}@default`);
    const anyEvent: fc.Arbitrary<Event> = fc
      .constantFrom(...builds)
      .chain((build) =>
        fc.constantFrom<Event>(
          { type: 'build-started', build, buildId: 'x' },
          { type: 'step-started', build, step: 'compile', index: 0, total: 1 },
          { type: 'build-finished', build, buildId: 'x', milliseconds: 1, artifacts: 1 },
          { type: 'download-started', id: build, name: build },
          { type: 'download-failed', id: build, name: build, reason: 'gone' },
          { type: 'notice', level: 'warning', message: `about ${build}` },
        ),
      );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyEvent, fc.integer({ min: 0, max: 900 })), { maxLength: 60 }),
        (steps) => {
          const { screen, reporter } = watch();
          const stays: string[] = [];
          for (const [event, milliseconds] of steps) {
            reporter.emit(event);
            stays.push(...plain('normal', event));
            expect(screen.seen.slice(0, stays.length)).toEqual(stays);
            screen.pass(milliseconds);
          }
          reporter.close();
          expect(screen.seen).toEqual(stays);
          expect(screen.clocks).toBe(0);
        },
      ),
    );
  });
});
