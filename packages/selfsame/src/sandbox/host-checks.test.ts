import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkHost } from './host-checks.js';
import type { HostFinding } from './host-checks.js';
import { bundle, copyNative, sandboxesWork, TestRoom } from './test-environment.js';

const realRoot = process.getuid?.() === 0;

describe.skipIf(!sandboxesWork)('checkHost', () => {
  const room = new TestRoom();
  let program: string;
  let native: string;
  afterAll(() => room.dispose());
  beforeAll(async () => {
    program = await bundle(
      join(import.meta.dirname, 'host-checks.ts'),
      join(room.directory, 'host-checks.mjs'),
    );
    native = copyNative(room.directory);
    execFileSync('chmod', ['-R', 'go+rX', room.directory]);
  });

  /** What the checks find under a shell that first spoils something; it runs as root of a user namespace. */
  function spoiled(setUp: string, as = ''): HostFinding[] {
    const call = `import(${JSON.stringify(program)}).then(async ({ checkHost }) => console.log(JSON.stringify(await checkHost({ storePath: '/tmp' }))))`;
    const script = `set -e; ${setUp}; exec ${as} "$0" -e "$1"`;
    const command = ['run', '--', 'sh', '-c', script, process.execPath, call];
    const result = spawnSync(join(native, 'selfsame-ns'), command, {
      encoding: 'utf8',
      env: { ...process.env, SELFSAME_NATIVE_DIR: native },
    });
    if (result.status !== 0) throw new Error(result.stderr);
    return JSON.parse(result.stdout) as HostFinding[];
  }

  const ranges = (text: string): string => {
    const file = join(room.directory, `ranges-${text.length}`);
    writeFileSync(file, text);
    return `mount --bind '${file}' /etc/subuid; mount --bind '${file}' /etc/subgid`;
  };
  const asSomebody = 'setpriv --reuid 1234 --regid 1234 --clear-groups';

  it('finds a host that works working, and leaves nothing', async () => {
    const store = join(room.directory, 'store');
    mkdirSync(store);
    const findings = await checkHost({ storePath: join(store, 'not/yet/there') });
    expect(findings.map(({ check, ok }) => [check, ok])).toEqual([
      ['user namespace with 65536 ids', true],
      ['container runtime', true],
      ['sandbox on the file system of the store', true],
      ['determinism level `fixed`', true],
      ['determinism level `virtual`', true],
      ['control groups', true],
    ]);
    expect(readdirSync(store)).toEqual([]);
  });

  it('names the switch that forbids user namespaces', () => {
    const setUp = `echo 0 > /proc/sys/user/max_user_namespaces; ${ranges('1234:100000:65536\n')}`;
    expect(spoiled(setUp, asSomebody)).toEqual([
      {
        check: 'user namespace with 65536 ids',
        ok: false,
        why: 'cat could not run in a user namespace: cannot make a user namespace: No space left on device',
        remedy: 'sudo sysctl -w user.max_user_namespaces=65536',
      },
    ]);
  });

  it('names an account without a range of ids', () => {
    const [finding] = spoiled(ranges('somebody:100000:65536\n'), asSomebody);
    expect(finding).toMatchObject({
      ok: false,
      why: expect.stringContaining('has no range of 65535 ids in /etc/subuid') as string,
      remedy: 'echo 1234:100000:65536 | sudo tee -a /etc/subuid /etc/subgid',
    });
  });

  it('names a missing newuidmap', () => {
    const empty = join(room.directory, 'empty');
    mkdirSync(empty);
    const setUp = `${ranges('1234:100000:65536 \n1234:100000:65536\n')}; somebody=$(command -v setpriv); PATH='${empty}'; export PATH`;
    const [finding] = spoiled(setUp, asSomebody.replace('setpriv', '$somebody'));
    expect(finding).toMatchObject({
      ok: false,
      why: expect.stringContaining('newuidmap is not installed') as string,
      remedy: expect.stringContaining('sudo apt-get install uidmap') as string,
    });
  });

  it.skipIf(!realRoot)('names a missing container runtime', () => {
    const result = spawnSync(
      process.execPath,
      [
        '-e',
        `import(${JSON.stringify(program)}).then(async ({ checkHost }) => console.log(JSON.stringify(await checkHost({ storePath: '/tmp' }))))`,
      ],
      {
        encoding: 'utf8',
        env: { PATH: onlyCat(room.directory), SELFSAME_NATIVE_DIR: native },
      },
    );
    const findings = JSON.parse(result.stdout) as HostFinding[];
    expect(findings.at(-1)).toEqual({
      check: 'container runtime',
      ok: false,
      why: 'there is no bwrap on the PATH',
      remedy: 'sudo apt-get install bubblewrap',
    });
  });

  it.skipIf(!realRoot)('names a store from which no program may run', () => {
    const place = join(room.directory, 'noexec');
    mkdirSync(place);
    const call = `import(${JSON.stringify(program)}).then(async ({ checkHost }) => console.log(JSON.stringify(await checkHost({ storePath: ${JSON.stringify(place)} }))))`;
    const script = `mount -t tmpfs -o noexec none '${place}' && exec "$0" -e "$1"`;
    const result = spawnSync('unshare', ['-m', 'sh', '-c', script, process.execPath, call], {
      encoding: 'utf8',
      env: { ...process.env, SELFSAME_NATIVE_DIR: native },
    });
    const findings = JSON.parse(result.stdout) as HostFinding[];
    expect(findings[2]).toMatchObject({
      ok: false,
      why: `programs may not run from ${place} (its file system is mounted noexec)`,
    });
  });
});

/** A PATH with `cat` and `rm` and nothing else. */
function onlyCat(directory: string): string {
  const path = join(directory, 'few');
  mkdirSync(path);
  for (const name of ['cat', 'rm', 'chown']) execFileSync('ln', ['-s', `/usr/bin/${name}`, path]);
  return path;
}
