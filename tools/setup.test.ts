import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repositoryRoot } from './esbuild-options.js';

// tools/setup.sh on machines made of stand-ins: each program notes how it was called.

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'selfsame-setup-'));
  mkdirSync(join(place, 'checkout/tools'), { recursive: true });
  mkdirSync(join(place, 'checkout/packages/one'), { recursive: true });
  mkdirSync(join(place, 'checkout/node_modules'));
  mkdirSync(join(place, 'bin'));
  cpSync(join(repositoryRoot, 'tools/setup.sh'), join(place, 'checkout/tools/setup.sh'));
  writeFileSync(
    join(place, 'checkout/tools/apt-packages.txt'),
    'run git why\nother templates why\nbuild gcc why\ntest gnupg why\nbench hyperfine why\n',
  );
  for (const file of ['package.json', 'package-lock.json', 'packages/one/package.json'])
    writeFileSync(join(place, 'checkout', file), '{}');
  // The tools of the shell itself; sudo, npm and apt are only what a test puts there.
  for (const tool of ['sh', 'env', 'cat', 'cut', 'sha256sum', 'dirname', 'sleep', 'sed', 'node']) {
    const found = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim();
    symlinkSync(tool === 'node' ? process.execPath : found, join(place, 'bin', tool));
  }
  program('id', 'echo 0');
  program(
    'dpkg-query',
    'for p in git gcc gnupg templates; do [ "$4" != "$p" ] || [ -e "$0.no-$p" ] || { printf installed; exit 0; }; done; exit 1',
  );
  aptKnows('git', 'gcc', 'gnupg', 'hyperfine', 'templates');
  program('npm', 'mkdir -p node_modules');
  program('make', ':');
  program('apt-get', `for p in git gcc gnupg; do rm -f '${place}/bin/dpkg-query'.no-$p; done`);
  symlinkSync('/bin/mkdir', join(place, 'bin/mkdir'));
  symlinkSync('/bin/rm', join(place, 'bin/rm'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

function program(name: string, body: string): void {
  const path = join(place, 'bin', name);
  // Never through a link: what it points to is the machine's own program.
  rmSync(path, { force: true });
  writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> '${place}/calls'\n${body}\n`);
  chmodSync(path, 0o755);
}

/** The package lists of the machine; none at all without names. */
function aptKnows(...packages: string[]): void {
  const lists = packages.length > 0 ? "'dpkg | 1 | http://a.example'" : "''";
  const known = packages.map((name) => `policy\\ ${name}`).join(' | ') || 'nothing';
  program(
    'apt-cache',
    `case "$*" in madison*) printf %s ${lists} ;; ${known}) echo '  Candidate: 1.0' ;; *) echo '  Candidate: (none)' ;; esac`,
  );
}

function missing(...packages: string[]): void {
  for (const name of packages) writeFileSync(join(place, `bin/dpkg-query.no-${name}`), '');
}

function setup(...args: string[]): { status: number | null; said: string; calls: string[] } {
  rmSync(join(place, 'calls'), { force: true });
  const { status, stderr, stdout } = spawnSync(
    'sh',
    [join(place, 'checkout/tools/setup.sh'), ...args],
    {
      encoding: 'utf8',
      env: { PATH: join(place, 'bin') },
      input: '',
      timeout: 200_000,
    },
  );
  expect(stdout).toBe('');
  const calls = existsSync(join(place, 'calls'))
    ? readFileSync(join(place, 'calls'), 'utf8').trimEnd().split('\n')
    : [];
  return {
    status,
    said: stderr,
    calls: calls.filter((call) => !/^(?:id|dpkg-query|apt-cache) /.test(call)),
  };
}

const install = 'apt-get -o DPkg::Lock::Timeout=120 -q install -y --no-install-recommends';

describe('setup', () => {
  it('installs npm packages once, and again when the lock file changes', () => {
    expect(setup()).toMatchObject({
      status: 0,
      calls: [expect.stringContaining('npm ci'), 'make -s -C native'],
    });
    expect(setup()).toMatchObject({ status: 0, said: '', calls: ['make -s -C native'] });
    writeFileSync(join(place, 'checkout/package-lock.json'), '{ }');
    expect(setup().calls).toEqual([expect.stringContaining('npm ci'), 'make -s -C native']);
  });

  it('installs what is missing, as root, without updating lists that do', () => {
    missing('gcc', 'gnupg');
    const { status, calls } = setup();
    expect(status).toBe(0);
    expect(calls[0]).toBe(`${install} gcc gnupg`);
    expect(calls.filter((call) => call.includes(' update'))).toEqual([]);
  });

  it('updates the lists when the packages are not found, at most three times', () => {
    missing('gcc');
    program('apt-get', 'case "$*" in *update*) exit 0 ;; *) exit 100 ;; esac');
    program('sleep', ':');
    const { status, said, calls } = setup();
    expect(status).toBe(3);
    expect(calls.filter((call) => call.endsWith(' update'))).toHaveLength(3);
    expect(said).toContain('apt-get install -y --no-install-recommends gcc');
  });

  it('prints the one line to run where it may not install, and stops', () => {
    missing('git');
    program('id', 'echo 1000');
    const { status, said, calls } = setup();
    expect(status).toBe(3);
    expect(calls).toEqual([]);
    expect(said).toContain(
      "    su -c 'apt-get update && apt-get install -y --no-install-recommends git'\n",
    );
  });

  it('goes on without what the distribution does not have, also where it may not install', () => {
    missing('git', 'gcc');
    aptKnows('git');
    program(
      'apt-get',
      `rm -f '${place}/bin/dpkg-query.no-git'; case "$*" in *gcc*) exit 100 ;; esac`,
    );
    const { status, said, calls } = setup();
    expect(status).toBe(0);
    expect(calls[0]).toBe(`${install} git`);
    expect(said).toContain('without what this distribution does not have: gcc\n');
    program('id', 'echo 1000');
    expect(setup()).toMatchObject({ status: 0, calls: ['make -s -C native'] });
  });

  it('asks apt what there is only once it has package lists', () => {
    missing('git', 'gcc');
    aptKnows();
    program(
      'apt-get',
      `case "$*" in *update*) sed -i 's/madison.*/*git) echo Candidate: 1 ;; madison*) echo lists ;; esac/' '${place}/bin/apt-cache' ;; *gcc*) exit 100 ;; esac`,
    );
    const { status, said, calls } = setup();
    expect(status).toBe(0);
    expect(calls.slice(0, 3)).toEqual([
      `${install} git gcc`,
      'apt-get -o DPkg::Lock::Timeout=120 -q update',
      `${install} git`,
    ]);
    expect(said).toContain('does not have: gcc\n');
  });

  it('wants packages for other distributions only there', () => {
    missing('templates');
    const debian = /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
    expect(setup().calls.includes(`${install} templates`)).toBe(!debian);
  });

  it('uses sudo where that asks nothing', () => {
    missing('git');
    program('id', 'echo 1000');
    program('sudo', '[ "$1" != -n ] || shift; exec "$@"');
    symlinkSync('/bin/true', join(place, 'bin/true'));
    const { status, calls } = setup();
    expect(status).toBe(0);
    expect(calls).toContain(`${install} git`);
  });

  it('leaves the peers of the benchmarks to those who measure', () => {
    program('apt-get', 'exit 0');
    expect(setup().calls.join()).not.toContain('hyperfine');
    expect(setup('bench').calls[0]).toBe(`${install} hyperfine`);
  });

  it('names the Node.js it needs when there is none', () => {
    rmSync(join(place, 'bin/node'));
    expect(setup()).toMatchObject({
      status: 3,
      said: expect.stringContaining('Node.js 20.19 or newer is needed; found: none'),
    });
    program('node', '[ "$1" != --version ] || { echo v18.1.0; exit 0; }; exit 1');
    expect(setup()).toMatchObject({ status: 3, said: expect.stringContaining('found: v18.1.0') });
  });

  it('asks for npm where it is missing', () => {
    rmSync(join(place, 'bin/npm'));
    expect(setup()).toMatchObject({ status: 3, said: expect.stringContaining('npm is needed') });
  });

  it('says what to look at when npm ci fails twice', () => {
    program('npm', 'exit 1');
    const { status, said, calls } = setup();
    expect(status).toBe(3);
    expect(calls.filter((call) => call.startsWith('npm ci'))).toHaveLength(2);
    expect(said).toContain('npm ci failed twice');
  });
});
