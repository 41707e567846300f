import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { parse } from 'yaml';

import { bundle, copyNative, sandboxesWork } from '../../sandbox/test-environment.js';
import type { ArtifactReport, CheckReport } from '../../vary/types.js';

/** Where every account may look. */
const path = '/usr/local/bin:/usr/bin:/bin';
/** 2024-01-01. */
const epoch = 1_704_067_200;

const has = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`], { env: { PATH: path } }).status === 0;
const ownUid = process.getuid?.() ?? 0;
const others = ownUid === 0 && has('setpriv');

let room: string;
let native: string;
let program: string;

beforeAll(async () => {
  if (!sandboxesWork) return;
  room = mkdtempSync(join(tmpdir(), 'selfsame-check-'));
  chmodSync(room, 0o755);
  native = copyNative(room);
  program = await bundle(join(import.meta.dirname, '../testing-check.ts'), join(room, 'main.mjs'));
  chmodSync(program, 0o644);
}, 60_000);

afterAll(() => {
  if (room !== undefined) rmSync(room, { recursive: true, force: true });
});

/** A directory with these files, all of 2024-01-01. */
function project(files: Readonly<Record<string, string>>, uid = ownUid): string {
  const directory = mkdtempSync(join(room, 'project-'));
  chmodSync(directory, 0o755);
  chownSync(directory, uid, uid);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(directory, name), content);
    chownSync(join(directory, name), uid, uid);
    utimesSync(join(directory, name), epoch, epoch);
  }
  return directory;
}

interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function environment(home = room): NodeJS.ProcessEnv {
  return {
    PATH: path,
    HOME: home,
    SELFSAME_NATIVE_DIR: native,
    SELFSAME_STORE: join(home, 'store'),
  };
}

function run(
  cwd: string,
  args: readonly string[],
  prefix: readonly string[] = [],
  home = room,
): Answer {
  const [first = '', ...rest] = [...prefix, process.execPath, program, 'check', ...args];
  return spawnSync(first, rest, {
    cwd,
    env: environment(home),
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 64 * 2 ** 20,
  });
}

/** The answer of a check with --json. */
function check(
  cwd: string,
  args: readonly string[],
): { status: number | null; report: CheckReport & { again: { command: string[] }[] } } {
  const { status, stdout, stderr } = run(cwd, ['--json', ...args]);
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  const line = JSON.parse(last === '' ? `{"stderr":${JSON.stringify(stderr)}}` : last) as {
    type?: string;
    data?: CheckReport & { again: { command: string[] }[] };
  };
  if (line.data === undefined) throw new Error(last + stderr);
  return { status, report: line.data };
}

function artifact(report: CheckReport, name: string): ArtifactReport {
  const found = report.artifacts.find((each) => each.path === name);
  if (found === undefined)
    throw new Error(`${name}: ${JSON.stringify(report.artifacts.map((each) => each.path))}`);
  return found;
}

/** Lines of shell in the steps of a pipeline, whichever forge's it is. */
function shellSteps(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(shellSteps);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    if (key === 'run') return typeof value === 'string' ? [value] : [];
    if (key === 'script') return (value as unknown[]).map(String);
    return shellSteps(value);
  });
}

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
    expect(readdirSync(join(room, 'store', 'tmp'))).toEqual([]);
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
    const html = join(room, 'report.html');
    const keep = join(room, 'kept');
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
    const outside = '/var/lib/selfsame-check-outside';
    const command = ['sh', '-c', `touch ${outside} || true`];
    const { status, report } = check(cwd, ['--vary', 'time', '--', ...command]);
    expect(status).toBe(1);
    expect(report.verdict).toBe('no-artifacts');
    expect(existsSync(outside)).toBe(false);
    if (ownUid === 0) expect(report.wroteOutside).toContain(outside);
  });

  it('writes every form of report, and lines for people', () => {
    const cwd = project({ 'build.sh': 'uname -n > host\n' });
    const files = ['sarif', 'junit', 'markdown', 'html'].map((name) => [
      `--${name}`,
      join(room, name),
    ]);
    const { status, stdout, stderr } = run(cwd, [
      ...files.flat(),
      '--vary',
      'host-name',
      '--',
      'sh',
      'build.sh',
    ]);
    expect(status).toBe(1);
    expect(stdout).toContain('differs with: host name');
    expect(stdout).toContain('selfsame check --vary host-name --quick -- sh build.sh');
    // The rest is where it was written.
    expect(stdout).toMatch(new RegExp(`and \\d+ more: ${join(room, 'html')}\n`));
    // Without a terminal nothing is said on the way.
    expect(stderr).toBe('');
    expect(readFileSync(join(room, 'sarif'), 'utf8')).toContain('"2.1.0"');
    expect(readFileSync(join(room, 'junit'), 'utf8')).toContain('<testsuite');
    expect(readFileSync(join(room, 'markdown'), 'utf8')).toContain('host');
  });

  it('is what the steps of CI in docs/reports.md run', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../../docs/reports.md'), 'utf8');
    const snippets = [...page.matchAll(/```yaml (\w+)\n([^]*?)```/gu)];
    const steps = snippets.map(([, forge = '', text = '']) => [forge, shellSteps(parse(text))]);
    expect(steps.map(([forge]) => forge)).toEqual(['github', 'gitlab', 'forgejo']);
    for (const [forge, lines] of steps) {
      expect([forge, lines]).toEqual([
        forge,
        [expect.stringMatching(/^selfsame check .*-- make$/u)],
      ]);
      const cwd = project({ Makefile: 'out: ; uname -n > out\n' });
      const script = `selfsame() { ${process.execPath} ${program} "$@"; }\n${String(lines)}`;
      const { status, stderr } = spawnSync(
        'sh',
        ['-c', script.replace(' -- make', ' --vary host-name -- make')],
        {
          cwd,
          env: { ...environment(), GITHUB_STEP_SUMMARY: join(cwd, 'summary.md') },
          encoding: 'utf8',
          timeout: 120_000,
        },
      );
      expect([forge, status, stderr]).toEqual([forge, 1, expect.any(String)]);
      const written =
        snippets.find(([, name]) => name === forge)?.[2]?.match(/selfsame\.\w+/gu) ?? [];
      for (const name of written) expect(existsSync(join(cwd, name))).toBe(true);
      expect(existsSync(join(cwd, 'summary.md'))).toBe(forge === 'github');
    }
  });

  it('answers twice at once in the same directory and store, and leaves nothing', async () => {
    const cwd = project({ Makefile: 'out: ; uname -n > out\n' });
    const args = [process.execPath, program, 'check', '--vary', 'host-name', '--', 'make'];
    const ends = await Promise.all(
      [0, 1, 2].map(async () => {
        const child = spawn('env', args, {
          cwd,
          env: environment(),
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let text = '';
        child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
        const [code] = (await once(child, 'close')) as [number | null];
        return { code, text };
      }),
    );
    for (const { code, text } of ends) {
      expect(code).toBe(1);
      expect(text).toContain('differs with: host name');
    }
    expect(readdirSync(cwd)).toEqual(['Makefile']);
    expect(readdirSync(join(room, 'store', 'tmp'))).toEqual([]);
  });

  it('refuses to run inside of a check', () => {
    const cwd = project({});
    copyFileSync(program, join(cwd, 'main.mjs'));
    const inner = [process.execPath, 'main.mjs', 'check', '--', 'true'];
    const { status, report } = check(cwd, ['--', ...inner]);
    expect(status).toBe(4);
    expect(report.failures[0]?.lastLines.join('\n')).toContain('CHECK_INSIDE_SANDBOX');
  });

  it('lists variations, with what works here', () => {
    const { status, stdout } = run(project({}), ['--list-variations']);
    expect(status).toBe(0);
    expect(stdout).toContain('build-path');
  });

  it('ends at once when it is interrupted, and leaves nothing', async () => {
    const cwd = project({});
    const args = [program, 'check', '--json', '--', 'sleep', '100'];
    const child = spawn(process.execPath, args, {
      cwd,
      env: environment(),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = once(child, 'exit') as Promise<[number | null]>;
    // The first event: a build has begun.
    await once(child.stdout, 'data');
    child.stdout.resume();
    child.kill('SIGINT');
    const [status] = await ended;
    expect(status).toBe(130);
    expect(readdirSync(join(room, 'store', 'tmp'))).toEqual([]);
  });

  it.skipIf(!others)('works for an account without rights, without a terminal', () => {
    const home = mkdtempSync(join(room, 'home-'));
    chownSync(home, 64_998, 64_998);
    const cwd = project({ 'build.sh': 'id -un > who\nuname -n > host\n' }, 64_998);
    const prefix = ['setpriv', '--reuid=64998', '--regid=64998', '--clear-groups', '--'];
    const args = ['--vary', 'host-name,user-group,time', '--', 'sh', 'build.sh'];
    const { status, stdout, stderr } = run(cwd, args, prefix, home);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/differs with: host name/);
    expect(stdout).toMatch(/differs with: user/);
    expect(status).toBe(1);
  });
});
