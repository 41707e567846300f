import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { parse } from 'yaml';

import { sandboxesWork } from '../../sandbox/test-environment.js';
import { checkRoom, has, ownUid } from '../testing-check-room.js';

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

const { project, environment, run, check, at, program } = checkRoom();
const others = ownUid === 0 && has('setpriv');

describe.skipIf(!sandboxesWork)('selfsame check, the program', () => {
  it('writes every form of report, and lines for people', () => {
    const cwd = project({ 'build.sh': 'uname -n > host\n' });
    const files = ['sarif', 'junit', 'markdown', 'html'].map((name) => [`--${name}`, at(name)]);
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
    expect(stdout.replace(/\s+/gu, ' ')).toContain(` more: ${at('html')} `);
    // Without a terminal nothing is said on the way.
    expect(stderr).toBe('');
    expect(readFileSync(at('sarif'), 'utf8')).toContain('"2.1.0"');
    expect(readFileSync(at('junit'), 'utf8')).toContain('<testsuite');
    expect(readFileSync(at('markdown'), 'utf8')).toContain('host');
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
      const script = `selfsame() { '${process.execPath}' '${program()}' "$@"; }\n${String(lines)}`;
      const { status, stderr } = spawnSync(
        'sh',
        ['-c', script.replace(' -- make', ' --vary host-name -- make')],
        {
          cwd,
          env: { ...environment(), GITHUB_STEP_SUMMARY: join(cwd, 'summary.md') },
          encoding: 'utf8',
          timeout: 200_000,
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
    const args = [process.execPath, program(), 'check', '--vary', 'host-name', '--', 'make'];
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
    expect(readdirSync(at('store', 'tmp'))).toEqual([]);
  });

  it('refuses to run inside of a check', () => {
    const cwd = project({});
    copyFileSync(program(), join(cwd, 'main.mjs'));
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
    const args = [program(), 'check', '--json', '--', 'sleep', '100'];
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
    expect(readdirSync(at('store', 'tmp'))).toEqual([]);
  });

  it.skipIf(!others)('works for an account without rights, without a terminal', () => {
    const home = mkdtempSync(at('home-'));
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
