import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { runInSandbox } from './run.js';
import { bundle, nativeDirectory, sandboxesWork, TestRoom } from './test-environment.js';
import { runInUserNamespace } from './user-namespace.js';

describe.skipIf(!sandboxesWork)('what a sandbox lets through', () => {
  const room = new TestRoom();
  afterAll(() => room.dispose());

  it('has no network but its own loopback', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const script = `
      (: < /dev/tcp/127.0.0.1/${port}) 2>/dev/null && echo reached the host
      tail -n +3 /proc/net/dev | cut -d: -f1
      tail -n +2 /proc/net/route`;
    const run = await room.run('', { command: ['bash', '-c', script] });
    server.close();
    expect(run.stdout.trim()).toBe('lo');
  });

  it('lets a program talk to itself over loopback', async () => {
    const python = `
import socket
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
server.accept()[0].send(b"hello")
print(client.recv(5).decode())`;
    const run = await room.run('', { command: ['/usr/bin/python3', '-c', python] });
    if (existsSync('/usr/bin/python3')) expect(run.stdout).toBe('hello\n');
  });

  it('runs as the user of the description, in its accounts, with nothing to gain', async () => {
    const run = await room.run(
      'id; grep -E "^(CapPrm|CapEff|CapBnd|NoNewPrivs)" /proc/self/status; getent passwd 1000; getent group 1000',
    );
    const none = '0000000000000000';
    expect(run.stdout).toBe(
      [
        'uid=1000(builder) gid=1000(builder) groups=1000(builder)',
        `CapPrm:\t${none}`,
        `CapEff:\t${none}`,
        `CapBnd:\t${none}`,
        'NoNewPrivs:\t1',
        'builder:x:1000:1000::/home/builder:/bin/sh',
        'builder:x:1000:',
        '',
      ].join('\n'),
    );
  });

  it('is the same whatever the umask of who asks for it', async () => {
    // Makes the root, with the umask of the tests.
    await room.request('');
    const before = process.umask(0o077);
    try {
      const { stdout } = await room.run('umask; cat /etc/hostname; echo x > y; stat -c %a y');
      expect(stdout).toBe('0022\nselfsame\n644\n');
    } finally {
      process.umask(before);
    }
  });

  it('sees only its own processes, from 1', async () => {
    const run = await room.run(
      'ls /proc | grep -E "^[0-9]+$" | sort -n | head -3 | tr "\\n" " "; echo $$',
    );
    expect(run.stdout).toBe('1 2 3 3\n');
  });

  it('writes only where it may', async () => {
    const places = ['/', '/etc', '/usr', '/build/inputs/in', '/sys', '/proc/sys/kernel', '/dev'];
    const input = join(room.directory, 'input');
    mkdirSync(input, { recursive: true });
    writeFileSync(join(input, 'file'), 'content');
    const script = `for place in ${places.join(' ')}; do touch $place/x 2>/dev/null && echo $place; done
      sh -c 'echo x >> /build/inputs/in/file' 2>/dev/null && echo input; cat /build/inputs/in/file
      for place in /build /tmp /home/builder /dev/shm; do touch $place/x || echo $place; done`;
    const run = await room.run(script, {
      mounts: [{ source: input, target: '/build/inputs/in', writable: false }],
    });
    expect(run.stdout).toBe('content');
    const written = await runInUserNamespace(['stat', '-c', '%u %s', join(run.build, 'x')]);
    expect(written.stdout.toString()).toBe('1000 0\n');
  });

  it('shows read-only inputs with the same owner everywhere', async () => {
    const input = join(room.directory, 'owned');
    mkdirSync(input, { recursive: true });
    writeFileSync(join(input, 'file'), '');
    const mounts = [
      { source: input, target: '/build/inputs/tree', writable: false },
      { source: join(input, 'file'), target: '/build/inputs/one/file', writable: false },
    ];
    const run = await room.run(
      'stat -c "%u:%g" /build/inputs/tree /build/inputs/tree/file /build/inputs/one/file',
      { mounts },
    );
    expect(run.stdout).toBe('0:0\n0:0\n0:0\n');
  });

  it.skipIf(process.getuid?.() !== 0)(
    'says so where the file system cannot show that owner',
    async () => {
      // procfs has no idmapped mounts. Said once, however many such mounts there are.
      const mounts = ['a', 'b'].map((name) => ({
        source: '/proc/version',
        target: `/build/inputs/${name}`,
        writable: false,
      }));
      const run = await room.run('stat -c %u:%g /build/inputs/*; test -r /build/inputs/a', {
        mounts,
      });
      expect(run.outcome).toEqual({ type: 'exited', code: 0 });
      expect(run.stdout).toBe('65534:65534\n65534:65534\n');
      expect(run.notFixed).toEqual(['owners of read-only mounts']);
    },
  );

  it('gives what is in writable mounts to the user, without following links out of them', async () => {
    const build = join(room.directory, 'given');
    const outside = join(room.directory, 'outside');
    mkdirSync(join(build, 'deep'), { recursive: true });
    writeFileSync(outside, '');
    writeFileSync(join(build, 'deep/file'), '');
    symlinkSync(outside, join(build, 'deep/link'));
    const before = statSync(outside).uid;
    const mounts = [{ source: build, target: '/given', writable: true }];
    const run = await room.run(
      'stat -c "%u:%g" /given /given/deep /given/deep/file /given/deep/link; echo more >> /given/deep/file',
      { mounts },
    );
    expect(run.stdout).toBe('1000:1000\n'.repeat(4));
    expect(run.outcome).toEqual({ type: 'exited', code: 0 });
    expect(statSync(outside).uid).toBe(before);
  });

  it('keeps the host out of its environment, names and mount options', async () => {
    const run = await room.run(
      'env; hostname; cat /proc/1/cmdline; grep " / " /proc/mounts; cat /proc/self/cgroup',
      {
        env: { EXTRA: 'with = and spaces' },
      },
    );
    expect(
      run.stdout
        .split('\n')
        .filter((line) => /^[A-Z_]+=/.test(line))
        .sort(),
    ).toEqual([
      'EXTRA=with = and spaces',
      'HOME=/home/builder',
      'LANG=C.UTF-8',
      'LC_ALL=C.UTF-8',
      'LOGNAME=builder',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'PWD=/build',
      'SOURCE_DATE_EPOCH=1700000000',
      'TZ=UTC',
      'USER=builder',
    ]);
    expect(run.stdout).toContain('\nselfsame\n');
    expect(run.stdout).not.toContain(room.directory);
    expect(run.stdout).not.toContain('selfsame-sandbox');
    expect(run.stdout).not.toMatch(/selfsame-\d+-\d+/);
  });

  it('has no way to make namespaces, to trace its supervisor or to type into a terminal', async () => {
    const script =
      'unshare -U true 2>/dev/null && echo namespace; cat /proc/1/environ 2>/dev/null && echo environ; ls /proc/1/fd 2>/dev/null';
    const run = await room.run(script);
    expect(run.stdout).toBe('');
  });

  it('lets programs open /dev/stdout and /dev/stderr', async () => {
    const run = await room.run('echo one > /dev/stdout; echo two | tee /dev/stderr');
    expect(run.stdout).toBe('one\ntwo\n');
    expect(run.stderr).toBe('two\n');
  });

  it('runs package scripts as root of their own tree, and leaves what they changed in the upper directory', async () => {
    const script =
      'id -u; echo x > /etc/new; rm -r /etc/group; mkdir /etc/d; chown 5:6 /etc/d; chmod 2755 /etc/d; touch -d @1 /etc/new';
    const run = await room.run(script, { asRoot: true, description: { level: 'none' } });
    expect(run).toMatchObject({ outcome: { type: 'exited', code: 0 }, stdout: '0\n' });
    const seen = await runInUserNamespace(
      [
        'sh',
        '-c',
        'export LC_ALL=C; cd etc; stat -c "%n %u:%g %a %F %Y" new d; stat -c "%n %F %t:%T" group',
      ],
      { cwd: run.upper },
    );
    expect(seen.stdout.toString()).toMatch(
      /^new 0:0 644 regular file 1\nd 5:6 2755 directory \d+\ngroup character special file 0:0\n$/,
    );
  });

  it('continues in the changes of an earlier run', async () => {
    const first = await room.request('echo kept > /tmp/file');
    expect((await runInSandbox(first)).outcome).toEqual({ type: 'exited', code: 0 });
    const run = await room.run('cat /tmp/file', { scratch: first.scratch });
    expect(run).toMatchObject({ outcome: { type: 'exited', code: 0 }, stdout: 'kept\n' });
  });

  it('stacks layers, topmost first, whatever is in their names', async () => {
    const request = await room.request('cat /etc/which /etc/passwd | head -2');
    const top = join(room.directory, 'layer:with,odd\\name');
    mkdirSync(join(top, 'etc'), { recursive: true });
    writeFileSync(join(top, 'etc/which'), 'top\n');
    await runInUserNamespace(['chown', '-R', '0:0', top]);
    const run = await room.run('cat /etc/which; head -1 /etc/passwd', {
      rootLayers: [top, ...request.rootLayers],
    });
    expect(run.stdout).toBe('top\nroot:x:0:0:root:/root:/bin/sh\n');
  });

  it('takes 300 layers', async () => {
    const { rootLayers } = await room.request('');
    const layers = Array.from({ length: 300 }, (_, index) =>
      join(room.directory, `layers/${index}`),
    );
    for (const layer of layers) mkdirSync(layer, { recursive: true });
    await runInUserNamespace(['chown', '-R', '0:0', join(room.directory, 'layers')]);
    const run = await room.run('echo yes', { rootLayers: [...layers, ...rootLayers] });
    expect(run.stdout).toBe('yes\n');
  });

  it('ends when the process that asked for it is killed', async () => {
    const word = `selfsame-orphan-${process.pid}`;
    const request = await room.request('', {
      command: ['bash', '-c', `echo ready; exec -a ${word} sleep 300`],
    });
    const probe = spawn(
      process.execPath,
      [await bundle(join(import.meta.dirname, 'test-probe.ts'), join(room.directory, 'probe.mjs'))],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: { ...process.env, SELFSAME_NATIVE_DIR: nativeDirectory },
      },
    );
    probe.stdin.end(JSON.stringify({ ...request, signal: undefined }));
    await once(probe.stdout, 'data');
    const running = (): string => execFileSync('ps', ['-eo', 'args']).toString();
    expect(running()).toContain(word);
    probe.kill('SIGKILL');
    await once(probe, 'exit');
    await expect.poll(running).not.toContain(word);
  });
});
