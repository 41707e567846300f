import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { describeVirtual } from './levels/virtual.js';
import { sandboxesWork, TestRoom } from './test-environment.js';
import type { TestRun } from './test-environment.js';

type Changes = NonNullable<Parameters<TestRoom['run']>[1]>;

/** All that differs between two runs of this at level `fixed`. */
const everything = `
  date +%s.%N; date -u; cat /proc/sys/kernel/random/uuid; head -c 16 /dev/urandom | od -An -tx1
  od -An -tx1 -N16 /dev/random
  for i in 1 2 3 4 5 6 7 8 9; do echo $i > file-$i-$(od -An -tx1 -N4 /dev/urandom | tr -d ' '); done
  ls -Ui; ls -f; stat -c '%n %Y %X %Z %i %h %d %b' *; sh -c 'echo $PPID'
  mkdir sub; touch sub/b sub/a; tar -c sub | od -An -tx1 | md5sum
  test -x /usr/bin/python3 && python3 -c 'import os, random, time, uuid; print(time.time(), random.random(), uuid.uuid1(), id(object()), hash("x"), os.getrandom(8))'
  test -x /usr/bin/node && node -e 'console.log(Date.now(), Math.random(), require("crypto").randomUUID())'
  true`;

describe.skipIf(!sandboxesWork)('the level `virtual`', () => {
  const room = new TestRoom({ level: 'virtual' });
  afterAll(() => room.dispose());

  const run = (script: string, changes: Changes = {}): Promise<TestRun> =>
    room.run(script, {
      ...changes,
      determinizer: {
        logPath: join(mkdtempSync(join(room.directory, 'log-')), 'log.jsonl'),
        ...changes.determinizer,
      },
    });

  it('fixes everything it promises on this host', async () => {
    const result = await run('true');
    expect(result.notFixed).toEqual([]);
    expect(result.determinizer).toMatchObject({ complete: true, linesLost: 0, processes: 1 });
    expect(result.determinizer?.notCovered).toEqual([]);
  });

  it('gives every program the same answers, where `fixed` does not', async () => {
    const [first, second] = [await run(everything), await run(everything)];
    expect(first.outcome).toEqual({ type: 'exited', code: 0 });
    expect(first.stderr).toBe('');
    expect(second.stdout).toBe(first.stdout);
    const real = await run(everything, {
      description: { level: 'fixed' },
      determinizer: {},
    });
    const lines = real.stdout.split('\n');
    expect(
      first.stdout.split('\n').filter((line, index) => line === lines[index]).length,
    ).toBeLessThan(lines.length / 2);
  });

  it('starts the clock after the epoch, and puts files between the two', async () => {
    const result = await run('date +%s; touch new; stat -c %Y new /build /usr/bin/env');
    const [clock, made, build, program] = result.stdout.split('\n').map(Number);
    const epoch = 1_700_000_000;
    expect([clock, made, build]).toEqual([epoch + 2, epoch + 1, epoch]);
    expect(program).toBeLessThanOrEqual(epoch);
  });

  it('says the same by file and by call', async () => {
    const changes = { description: { cpus: 3, memoryShown: 3 * 2 ** 30 } };
    const result = await run(
      `nproc; grep -c ^processor /proc/cpuinfo; cat /sys/devices/system/cpu/online; grep -c '^cpu[0-9]' /proc/stat
       grep MemTotal /proc/meminfo | tr -dc 0-9; echo; free -b | awk 'NR == 2 { print $2, $4 }'; grep MemFree /proc/meminfo | tr -dc 0-9; echo
       uname -r; cat /proc/sys/kernel/osrelease; uname -v; cat /proc/sys/kernel/version; uname -n; cat /proc/sys/kernel/hostname /etc/hostname
       domainname; cut -d. -f1 /proc/uptime; grep -c . /proc/loadavg`,
      changes,
    );
    expect(result.stdout.split('\n')).toEqual([
      ...['3', '3', '0-2', '3', '3145728', `${3 * 2 ** 30} ${1.5 * 2 ** 30}`, '1572864'],
      ...['6.1.0-selfsame', '6.1.0-selfsame'],
      ...Array<string>(2).fill('#1 SMP PREEMPT_DYNAMIC selfsame 1.0'),
      ...['selfsame', 'selfsame', 'selfsame', '(none)', '1000', '1', ''],
    ]);
  });

  it('holds what answers out of reach of the command', async () => {
    const result = await run(`
      cd /proc; echo [0-9]*; kill -9 1 2>&1; kill -9 -1; ls /proc/1/fd /proc/1/cwd 2>&1; cat /proc/1/environ 2>&1
      ls /proc/$$/fd; cat /proc/$$/status | grep -E '^(Cap|NoNew|Uid|Groups)'`);
    expect(result.outcome).toEqual({ type: 'exited', code: 0 });
    const lines = result.stdout.split('\n');
    expect(lines[0]).toBe('1 2');
    expect(lines.slice(1, 5).join('\n')).toMatch(/not permitted[^]*Permission denied/u);
    expect(lines.filter((line) => /^\d+$/u.test(line))).toEqual(['0', '1', '2']);
    expect(lines.filter((line) => line.startsWith('Cap'))).toEqual(
      ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'].map((name) => `Cap${name}:\t0000000000000000`),
    );
  });

  it('has a log of what was done, also of what was not determined', async () => {
    const result = await run(
      `printf '\\177ELF\\1\\1\\1%013d' 0 > old; chmod +x old; ./old || true; date; exit 7`,
    );
    expect(result.outcome).toEqual({ type: 'exited', code: 7 });
    expect(result.determinizer?.notCovered).toMatchObject([
      { what: '32-bit program refused', programs: 1 },
    ]);
    expect(result.determinizer?.notCovered[0]?.executable).toMatch(/sh$/u);
    expect(result.determinizer?.consumed.clock).toBeGreaterThan(0);
  });

  it('finishes the log of a command that took too long', async () => {
    const result = await run('date > /dev/null; while :; do sleep 1; done', {
      limits: { wallSeconds: 0.5 },
    });
    expect(result.outcome).toEqual({ type: 'timed-out', seconds: 0.5 });
    expect(result.determinizer).toMatchObject({ complete: true });
  });

  it('says so when the determinizer itself is killed', async () => {
    const word = `selfsame-killed-${process.pid}`;
    const result = await run(`echo ready; sleep 60; : ${word}`, {
      onOutput: () => {
        for (const pid of determinizers(word)) process.kill(pid, 'SIGKILL');
      },
    });
    expect(result.outcome).toEqual({ type: 'supervisor-died', signal: 'SIGKILL' });
    expect(determinizers(word)).toEqual([]);
  });

  it('leaves a source alone when asked to', async () => {
    const sources = describeVirtual({ randomness: 'real' });
    const script = 'od -An -tx1 -N16 /dev/urandom; cat /proc/sys/kernel/random/uuid; date +%s';
    const runs = [
      await run(script, { description: { virtual: sources } }),
      await run(script, { description: { virtual: sources } }),
    ].map(({ stdout }) => stdout.split('\n'));
    expect(runs[0]?.[0]).not.toBe(runs[1]?.[0]);
    expect(runs[0]?.[1]).not.toBe(runs[1]?.[1]);
    expect(runs[0]?.[2]).toBe('1700000002');
  });

  it('takes files of earlier steps for newer than the inputs, when told when it all began', async () => {
    const startedAt = Date.now();
    const first = await run('echo > made', { determinizer: { startedAt } });
    const again = {
      mounts: [{ source: first.build, target: '/build/before', writable: true }],
      determinizer: { startedAt },
    };
    expect((await run('stat -c %Y before/made', again)).stdout).toBe('1700000001\n');
    expect((await run('stat -c %Y before/made', { ...again, determinizer: {} })).stdout).toBe(
      '1700000000\n',
    );
  });
});

/** Determinizers of this machine whose command holds the word: the outermost, which is nobody's process 1. */
function determinizers(word: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/u.test(name)) return [];
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      const numbers = /^NSpid:\t(.*)$/mu.exec(status)?.[1]?.split('\t') ?? [];
      return command.startsWith('determinizer\0') &&
        command.includes(word) &&
        numbers.at(-1) !== '1'
        ? [Number(name)]
        : [];
    } catch {
      return [];
    }
  });
}
