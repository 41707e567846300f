import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';

import { sandboxesWork, TestRoom } from './test-environment.js';

const gigabyte = 2 ** 30;

describe.skipIf(!sandboxesWork)('the level `fixed`', () => {
  const room = new TestRoom();
  afterAll(() => room.dispose());

  it('fixes everything it promises on this host', async () => {
    expect((await room.run('true')).notFixed).toEqual([]);
  });

  it('names the machine, the kernel and the host the same everywhere', async () => {
    const run = await room.run(
      'uname -snrv; cat /proc/version /proc/sys/kernel/osrelease /proc/sys/kernel/hostname; hostname; domainname',
    );
    expect(run.stdout).toBe(
      [
        'Linux selfsame 6.1.0-selfsame #1 SMP PREEMPT_DYNAMIC selfsame 1.0',
        'Linux version 6.1.0-selfsame (selfsame@selfsame) #1 SMP PREEMPT_DYNAMIC selfsame 1.0',
        '6.1.0-selfsame',
        'selfsame',
        'selfsame',
        '(none)',
        '',
      ].join('\n'),
    );
  });

  const cpuProbes = `
    nproc; nproc --all; getconf _NPROCESSORS_ONLN; getconf _NPROCESSORS_CONF; grep -c ^processor /proc/cpuinfo
    grep -c "^cpu[0-9]" /proc/stat; cat /sys/devices/system/cpu/online
    test -x /usr/bin/python3 && /usr/bin/python3 -c 'import os; print(os.cpu_count(), len(os.sched_getaffinity(0)))'
    test -x /usr/bin/node && /usr/bin/node -p 'const os = require("os"); [os.cpus().length, os.availableParallelism(), os.totalmem(), os.uptime()].join()'
    true`;

  it.each([1, 3, 8, 100])(
    'shows %d CPUs to every kind of program, whatever the machine has',
    async (cpus) => {
      const run = await room.run(cpuProbes, { description: { cpus, memoryShown: 4 * gigabyte } });
      const expected = [...Array<string>(6).fill(String(cpus)), cpus === 1 ? '0' : `0-${cpus - 1}`];
      if (existsSync('/usr/bin/python3')) expected.push(`${cpus} ${cpus}`);
      if (existsSync('/usr/bin/node')) expected.push(`${cpus},${cpus},${4 * gigabyte},1`);
      expect(run.stdout.trim().split('\n')).toEqual(expected);
    },
  );

  it.skipIf(availableParallelism() < 2)(
    'gives the same answers when we may use fewer CPUs of the machine',
    async () => {
      const everything = `${cpuProbes}; cat /proc/cpuinfo /proc/stat /proc/meminfo /proc/interrupts; find /sys -type f -exec cat {} +`;
      const before = await room.run(everything);
      const allowed =
        execFileSync('taskset', ['-p', String(process.pid)])
          .toString()
          .trim()
          .split(' ')
          .at(-1) ?? '';
      execFileSync('taskset', ['-p', '1', String(process.pid)]);
      try {
        expect(availableParallelism()).toBe(1);
        const after = await room.run(everything);
        expect(after.stdout).toBe(before.stdout);
      } finally {
        execFileSync('taskset', ['-p', allowed, String(process.pid)]);
      }
    },
  );

  it('shows the memory of the description', async () => {
    const run = await room.run(
      'grep MemTotal /proc/meminfo; free -b | grep Mem; stat -f -c "%b %S" /dev/shm',
      {
        description: { memoryShown: 3 * gigabyte },
      },
    );
    const [total, free, shared = ''] = run.stdout.split('\n');
    expect(total).toBe('MemTotal:        3145728 kB');
    expect(free?.split(/\s+/).slice(0, 3)).toEqual(['Mem:', String(3 * gigabyte), '0']);
    const [blocks, size] = shared.split(' ').map(Number);
    expect((blocks ?? 0) * (size ?? 0)).toBe(1.5 * gigabyte);
  });

  it('accepts a choice of CPUs shown and refuses others, as a kernel with that many would', async () => {
    const run = await room.run(
      'taskset -c 0,7 nproc; taskset -c 8 nproc 2>/dev/null || echo refused; taskset -p 4194303 2>/dev/null || echo no such process',
    );
    expect(run.stdout).toBe('8\nrefused\nno such process\n');
  });

  it('has the same address-space layout in every run', async () => {
    const script = 'cut -d" " -f1 /proc/self/maps | head -20; setarch --show 2>/dev/null; true';
    const [first, second] = [await room.run(script), await room.run(script)];
    expect(first.stdout.split('\n').length).toBeGreaterThan(10);
    expect(second.stdout).toBe(first.stdout);
  });

  it('fixes limits, mask and time zone', async () => {
    const run = await room.run('', {
      command: ['bash', '-c', 'ulimit -n; ulimit -Hn; ulimit -s -c -l; umask; date -d @0 +%Z%z'],
    });
    expect(run.stdout.match(/\S+$/gm)).toEqual([
      '1024',
      '4096',
      '8192',
      '0',
      '64',
      '0022',
      'UTC+0000',
    ]);
  });

  it('passes the umask of the description on', async () => {
    const run = await room.run('umask', { description: { umask: 0o077 } });
    expect(run.stdout).toBe('0077\n');
  });

  it('gives the changed files of /etc and the new home the time of the sources', async () => {
    const run = await room.run(
      'stat -c %Y /etc/passwd /etc/group /etc/hosts /etc/hostname /etc/resolv.conf /home/builder / /etc',
    );
    expect(run.stdout).toBe(`${'1700000000\n'.repeat(7)}1600000000\n`);
  });

  it('answers 32-bit programs the same way', async () => {
    const run = await room.run('setarch i686 uname -m; uname -m');
    expect(run.stdout).toBe(process.arch === 'x64' ? 'i686\nx86_64\n' : run.stdout);
  });

  it('serves many processes that ask at once', async () => {
    const run = await room.run(
      'for i in 1 2 3 4 5 6 7 8; do (for j in 1 2 3 4 5 6 7 8 9 10; do nproc; done) & done; wait',
    );
    expect(run.stdout).toBe('8\n'.repeat(80));
  });

  it('has no calls that only some kernels have', async () => {
    const python = `
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
for number in (425, 298, 321, 323, 103):
    libc.syscall(number, 0, 0, 0, 0, 0)
    print(errno.errorcode[ctypes.get_errno()])`;
    if (process.arch !== 'x64' || !existsSync('/usr/bin/python3')) return;
    const run = await room.run('', { command: ['/usr/bin/python3', '-c', python] });
    expect(run.stdout.split('\n')).toEqual(['ENOSYS', 'ENOSYS', 'ENOSYS', 'ENOSYS', 'EPERM', '']);
  });

  it('survives processes that die while they ask', async () => {
    const run = await room.run(
      'i=0; while [ $i -lt 50 ]; do timeout -s KILL 0.001 nproc >/dev/null 2>&1; i=$((i+1)); done; nproc',
    );
    expect(run.stdout).toBe('8\n');
  });
});

describe.skipIf(!sandboxesWork)('the level `none`', () => {
  const room = new TestRoom();
  afterAll(() => room.dispose());

  it('isolates, and shows the machine as it is', async () => {
    const run = await room.run(
      'nproc; uname -r; echo ${TZ-none} ${SOURCE_DATE_EPOCH-none}; id -u; hostname',
      { description: { level: 'none' } },
    );
    const [cpus, release, ...rest] = run.stdout.split('\n');
    expect(cpus).toBe(String(availableParallelism()));
    expect(release).toBe(execFileSync('uname', ['-r']).toString().trim());
    expect(rest).toEqual(['none none', '1000', 'selfsame', '']);
  });
});
