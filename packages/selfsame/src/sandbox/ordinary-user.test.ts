import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  bundle,
  copyNative,
  nativeDirectory,
  sandboxesWork,
  TestRoom,
} from './test-environment.js';
import type { SandboxRequest, SandboxResult } from './types.js';

/** An account of this machine, not root, with a range of ids; for trying from root what others get. */
function otherAccount(): string | undefined {
  if (process.getuid?.() !== 0) return undefined;
  try {
    const names = readFileSync('/etc/subuid', 'utf8')
      .split('\n')
      .map((line) => line.split(':')[0] ?? '');
    return names.find(
      (name) => name !== '' && name !== 'root' && spawnSync('id', ['-u', name]).status === 0,
    );
  } catch {
    return undefined;
  }
}

const account = otherAccount();
if (account === undefined)
  process.stderr.write(
    'skipping tests of another account: needs root and an account with a range in /etc/subuid\n',
  );

describe.skipIf(!sandboxesWork || account === undefined)(
  'the same sandbox, made by root and by an ordinary user',
  () => {
    const room = new TestRoom();
    let place: string;
    let probe: string;
    let native: string;
    afterAll(async () => {
      asAccount(['rm', '-rf', place]);
      await room.dispose();
    });

    function asAccount(command: readonly string[], input = ''): string {
      return execFileSync('runuser', ['-u', account ?? '', '--', ...command], {
        input,
        cwd: '/',
        env: { ...process.env, SELFSAME_NATIVE_DIR: native },
      }).toString();
    }

    function inNamespaceOfAccount(script: string): void {
      asAccount([join(native, 'selfsame-ns'), 'run', '--', 'sh', '-c', script]);
    }

    beforeAll(async () => {
      probe = await bundle(
        join(import.meta.dirname, 'test-probe.ts'),
        join(room.directory, 'probe.mjs'),
      );
      place = asAccount(['mktemp', '-d', '/tmp/selfsame-ordinary-XXXXXX']).trim();
      native = copyNative(room.directory);
      execFileSync('install', ['-m', '644', probe, `${place}/probe.mjs`]);
      asAccount([
        'sh',
        '-c',
        `cd ${place}; mkdir -p root/etc/alternatives root/tmp root/usr root/proc root/dev root/sys; for d in bin sbin lib lib64; do ln -s usr/$d root/$d; done
      echo root:x:0:0:root:/root:/bin/sh > root/etc/passwd; echo root:x:0: > root/etc/group; chmod 755 root; chmod 1777 root/tmp`,
      ]);
      mkdirSync(join(room.directory, 'input'));
    });

    function run(request: SandboxRequest): { output: string; result: SandboxResult } {
      for (const name of ['scratch', 'build']) {
        inNamespaceOfAccount(`rm -rf ${place}/${name}; mkdir ${place}/${name}`);
      }
      const mounts = request.mounts.map((mount) =>
        mount.target === '/build' ? { ...mount, source: `${place}/build` } : mount,
      );
      const theirs = {
        ...request,
        mounts,
        rootLayers: [`${place}/root`],
        scratch: `${place}/scratch`,
        signal: undefined,
      };
      const text = asAccount([process.execPath, `${place}/probe.mjs`], JSON.stringify(theirs));
      const at = text.lastIndexOf('RESULT ');
      const result = JSON.parse(text.slice(at + 'RESULT '.length)) as SandboxResult;
      inNamespaceOfAccount(`rm -rf ${place}/scratch ${place}/build`);
      return { output: text.slice(0, at), result };
    }

    it('shows the same world', async () => {
      const script = `id; env | sort; nproc; uname -a; cat /proc/meminfo /proc/cpuinfo; ulimit -a; umask; ls -ln /etc/hosts; ls -A /home /tmp
      stat -c "%n %u:%g %a %Y" /home/builder; stat -c "%n %u:%g %a" / /etc /home/builder /dev/shm /dev/null; grep -E "Cap|NoNew" /proc/self/status; cat /proc/self/cgroup | wc -l
      cat /etc/passwd /etc/group; findmnt -no OPTIONS / ; cut -d" " -f1 /proc/self/maps`;
      const ours = await room.run(script);
      const theirs = run(await room.request(script));
      expect(theirs.result.outcome).toEqual({ type: 'exited', code: 0 });
      expect(theirs.result.notFixed).toEqual([]);
      expect(theirs.output).toBe(ours.stdout);
    });

    it('answers the same at level virtual', async () => {
      const script = `id; env | sort; date +%s.%N; nproc; uname -a; free; ulimit -a; umask; grep -E "Cap|NoNew" /proc/self/status
      for i in c a b; do echo $i > $i; done; ls -Ui; stat -c "%n %u:%g %Y %i %h" * /build; sh -c 'echo $PPID'; cat /proc/uptime
      od -An -tx1 -N16 /dev/urandom; head -c 4 /dev/random | od -An -tx1; cat /proc/sys/kernel/random/uuid; stat /dev/urandom; tr "\\0" " " </proc/1/cmdline
      test -x /usr/bin/python3 && python3 -c 'import os, time; print(os.getrandom(8), hash("x"), time.time())'; tar -c a b | md5sum`;
      const changes = { description: { level: 'virtual' } } as const;
      const logPath = `${place}/log`;
      const ours = await room.run(script, {
        ...changes,
        determinizer: { logPath: join(room.directory, 'log') },
      });
      const theirs = run(await room.request(script, { ...changes, determinizer: { logPath } }));
      expect(theirs.result.outcome).toEqual({ type: 'exited', code: 0 });
      expect(theirs.result.notFixed).toEqual([]);
      expect(theirs.output).toBe(ours.stdout);
      // Only where /dev/fuse is for root alone.
      const gaps = theirs.result.determinizer?.notCovered.map(({ what }) => what) ?? ['no log'];
      expect(gaps.filter((what) => !/^(?:random-devices|urandom|uuid)-/u.test(what))).toEqual([]);
    });

    it.each([
      [
        'tail /dev/zero',
        { memoryBytes: 64 * 2 ** 20 },
        { type: 'out-of-memory', limitBytes: 64 * 2 ** 20 },
      ],
      [
        'for i in 1 2 3 4 5 6 7 8 9; do (x=$(yes | head -c 30M); sleep 20) & done; wait',
        { memoryBytes: 64 * 2 ** 20 },
        { type: 'out-of-memory', limitBytes: 64 * 2 ** 20 },
      ],
      [
        'head -c 100M /dev/zero > /dev/shm/x; sleep 20',
        { memoryBytes: 64 * 2 ** 20 },
        { type: 'out-of-memory', limitBytes: 64 * 2 ** 20 },
      ],
      ['while :; do sleep 60 & done', { processes: 40 }, { type: 'too-many-processes', limit: 40 }],
      [
        'while :; do head -c 5M /dev/zero > f$((i=i+1)); sync f$i; done',
        { diskBytes: 30 * 2 ** 20 },
        { type: 'disk-full', limitBytes: 30 * 2 ** 20, cause: 'limit' },
      ],
      ['yes', { outputBytes: 1000 }, { type: 'too-much-output', limitBytes: 1000 }],
      ['sleep 60', { wallSeconds: 0.2 }, { type: 'timed-out', seconds: 0.2 }],
    ] as const)('holds limits without control groups: %s', async (script, limits, outcome) => {
      expect(run(await room.request(script, { limits })).result.outcome).toEqual(outcome);
      const request = await room.request(script, { limits, description: { level: 'virtual' } });
      expect(run(request).result.outcome).toEqual(outcome);
    });
  },
);

describe.skipIf(!sandboxesWork || process.getuid?.() !== 0)('a file system without room', () => {
  const room = new TestRoom();
  afterAll(() => room.dispose());

  it('is told from a limit', async () => {
    const probe = await bundle(
      join(import.meta.dirname, 'test-probe.ts'),
      join(room.directory, 'probe.mjs'),
    );
    const request = await room.request('head -c 100M /dev/zero > /build/large; exit 1');
    const small = join(room.directory, 'small');
    mkdirSync(small);
    const mounts = request.mounts.map((mount) =>
      mount.target === '/build' ? { ...mount, source: `${small}/build` } : mount,
    );
    const script = `mount -t tmpfs -o size=32m none '${small}' && mkdir '${small}/build' '${small}/scratch' && exec "$0" "$1"`;
    const result = spawnSync('unshare', ['-m', 'sh', '-c', script, process.execPath, probe], {
      input: JSON.stringify({ ...request, mounts, scratch: `${small}/scratch`, signal: undefined }),
      env: { ...process.env, SELFSAME_NATIVE_DIR: nativeDirectory },
      encoding: 'utf8',
    });
    expect(result.stdout).toContain('No space left on device');
    expect(result.stdout).toContain(
      'RESULT {"outcome":{"type":"disk-full","limitBytes":268435456,"cause":"file-system"}',
    );
  });
});
