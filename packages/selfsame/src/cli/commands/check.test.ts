import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { sandboxesWork } from '../../sandbox/test-environment.js';
import { artifact, checkRoom, epoch, has, ownUid } from '../testing-check-room.js';

const { project, run, check, at } = checkRoom();

const few = ['--vary', 'time,host-name,umask,build-path,home,kernel,cpu-count,locales'];

describe.skipIf(!sandboxesWork)('selfsame check', () => {
  it('says yes to what is reproducible, in three builds', () => {
    const cwd = project({ Makefile: 'out: ; echo constant > out\n' });
    const { status, report } = check(cwd, ['--', 'make']);
    expect(report).toMatchObject({ verdict: 'reproducible', artifacts: [], identical: 1 });
    expect(report.builds).toHaveLength(3);
    expect(report.builds[2]?.notes.join()).toContain("--seed 'selfsame ");
    expect(status).toBe(0);
    // Nothing was made where it was started, nor left in the store.
    expect(readdirSync(cwd)).toEqual(['Makefile']);
    expect(readdirSync(at('store', 'tmp'))).toEqual([]);
  });

  it.each([epoch, epoch + 1])(
    'finds output that follows the parity of the seconds alone, with sources of %i',
    (seconds) => {
      const cwd = project({ 'build.sh': 'echo $(( $(date +%s) % 2 )) > out\n' });
      const args = [
        '--vary',
        'time,time-of-day',
        '--epoch',
        String(seconds),
        '--',
        'sh',
        'build.sh',
      ];
      const { status, report } = check(cwd, args);
      expect(artifact(report, 'out').dependence).toEqual({
        type: 'with',
        sets: [['time'], ['time-of-day']],
      });
      expect(status).toBe(1);
    },
  );

  it('tries other values where the first undo each other, and tells the seed that shows it', () => {
    // In the last minute of a year, what is left of the date is undone by the time of day.
    const last = String(Date.UTC(2023, 11, 31, 23, 59, 30) / 1000);
    const cwd = project({ 'build.sh': 'date -u +%m-%d > out\n' });
    const args = ['--vary', 'time,time-of-day', '--epoch', last, '--', 'sh', 'build.sh'];
    const { report } = check(cwd, args);
    expect(report.builds[1]?.varied).toEqual(report.builds[2]?.varied);
    expect(artifact(report, 'out').dependence).toMatchObject({ type: 'with', sets: [['time']] });
    const [again] = report.again;
    expect(again?.command).toContain('--seed');
    const shown = check(cwd, again?.command.slice(2) ?? []);
    expect(artifact(shown.report, 'out').status).toBe('differs');
  });

  it('names conditions and causes of several files at once, and what only follows', () => {
    const cwd = project({
      Makefile:
        'all: stamp copy host both\nstamp: ; date +%s > stamp\ncopy: stamp ; cp stamp copy\n' +
        'host: ; uname -n > host\n' +
        'both: ; test $$(nproc) = 4 -o "$$LC_ALL" = C.UTF-8 && echo usual > both || echo both > both\n',
    });
    const html = at('report.html');
    const keep = at('kept');
    const { status, report } = check(cwd, [...few, '--html', html, '--keep', keep, '--', 'make']);
    expect(status).toBe(1);
    expect(report.verdict).toBe('differs');
    expect(artifact(report, 'stamp')).toMatchObject({
      dependence: { type: 'with', sets: [['time']] },
      causes: ['timestamp'],
      consequenceOf: [],
      vanishesAt: 'virtual',
      matrix: { time: true, 'host-name': false },
    });
    expect(artifact(report, 'stamp').writers.at(0)?.arguments.join(' ')).toContain('date');
    expect(artifact(report, 'copy').consequenceOf).toEqual(['stamp']);
    expect(artifact(report, 'host')).toMatchObject({
      dependence: { type: 'with', sets: [['host-name']] },
      causes: ['host-name'],
    });
    expect(artifact(report, 'both').dependence).toEqual({
      type: 'with',
      sets: [['locales', 'cpu-count']],
    });
    expect(report.artifacts.at(-1)?.path).toBe('copy');
    expect(readFileSync(html, 'utf8').includes('processors shown')).toBe(true);
    expect(readFileSync(join(keep, 'build-1', 'host'), 'utf8')).toBe('selfsame\n');
    // The command that it gives shows the same.
    const again = report.again.find(({ command }) => command.includes('time'));
    const shorter = check(cwd, again?.command.slice(2) ?? []);
    expect(shorter.report.artifacts.map((each) => each.path)).toEqual(['stamp', 'copy']);
    expect(shorter.report.builds).toHaveLength(3);
  });

  it.skipIf(!has('gcc'))('finds the build path in debug data', () => {
    const cwd = project({ 'a.c': 'int main(void) { return 0; }\n' });
    const { report } = check(cwd, [...few, '--', 'gcc', '-g', '-o', 'a', 'a.c']);
    expect(artifact(report, 'a')).toMatchObject({
      dependence: { type: 'with', sets: [['build-path']] },
      causes: ['build-path'],
      // That level fixed is enough would be said only if all it leaves open was varied.
      vanishesAt: 'virtual',
    });
  });

  it('sees what is removed under a condition only', () => {
    const cwd = project({
      Makefile: 'out: ; echo constant > out; test "$$(uname -n)" = selfsame || rm given\n',
      given: 'text',
    });
    const { status, report } = check(cwd, [...few, '--', 'make']);
    expect(artifact(report, 'given').dependence).toMatchObject({
      type: 'with',
      sets: [['host-name']],
    });
    expect(status).toBe(1);
  });

  it('tells a race from a condition', () => {
    // Nothing that is varied or fixed: the time that a loop really takes.
    const cwd = project({
      'build.sh': 'cut -d" " -f1 /proc/self/schedstat > race\nuname -n > host\n',
    });
    const { report } = check(cwd, ['--vary', 'host-name,umask', '--', 'sh', 'build.sh']);
    expect(['always', 'sometimes']).toContain(artifact(report, 'race').dependence?.type);
    expect(artifact(report, 'race').vanishesAt).toBeUndefined();
    expect(artifact(report, 'host').dependence).toEqual({ type: 'with', sets: [['host-name']] });
  });

  it('says what makes the build fail, and checks the rest', () => {
    const cwd = project({
      'build.sh': 'date > stamp\ntest "$(umask)" = 0022 || { echo no such umask >&2; exit 3; }\n',
    });
    const { status, report } = check(cwd, [...few, '--', 'sh', 'build.sh']);
    expect(status).toBe(1);
    expect(report.verdict).toBe('fails-when-varied');
    expect(report.failures).toMatchObject([
      { dependence: { type: 'with', sets: [['umask']] }, lastLines: ['no such umask'] },
    ]);
    expect(artifact(report, 'stamp').dependence).toMatchObject({ type: 'with' });
  });

  it('ends with 4 if it fails with nothing varied, with the last lines', () => {
    const cwd = project({});
    const { status, report } = check(cwd, ['--', 'sh', '-c', 'echo broken; exit 1']);
    expect(status).toBe(4);
    expect(report).toMatchObject({
      verdict: 'does-not-build',
      failures: [{ lastLines: ['broken'] }],
    });
    expect(report.builds).toHaveLength(1);
  });

  it('says how a command is given where there is no project of its name', () => {
    const { status, stderr } = run(project({}), ['make']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/"make" is no project: there is no selfsame\.yaml in/);
    expect(stderr).toContain('selfsame check -- make');
  });

  it('stops what never ends', () => {
    const cwd = project({});
    const { status, report } = check(cwd, ['--time-limit', '1', '--', 'sleep', '1000']);
    expect(status).toBe(4);
    expect(report.failures[0]?.why).toContain('longer than 1 s');
  });

  it('says what was written elsewhere, and what made nothing', () => {
    const cwd = project({});
    const outside = `/var/lib/selfsame-check-outside-${process.pid}`;
    const command = ['sh', '-c', `touch ${outside} || true`];
    const { status, report } = check(cwd, ['--vary', 'time', '--', ...command]);
    expect(status).toBe(1);
    expect(report.verdict).toBe('no-artifacts');
    expect(existsSync(outside)).toBe(false);
    if (ownUid === 0) expect(report.wroteOutside).toContain(outside);
  });
});
