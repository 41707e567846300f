import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';

import { runInSandbox } from './run.js';
import { sandboxesWork, TestRoom } from './test-environment.js';

const megabyte = 2 ** 20;

/** Processes of this machine whose command line holds the word. */
function processesWith(word: string): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(word);
    } catch {
      return false;
    }
  });
}

describe.skipIf(!sandboxesWork).each(['fixed', 'virtual'] as const)(
  'the ways a run at level %s can end',
  (level) => {
    const room = new TestRoom({ level });
    afterAll(() => room.dispose());

    it.each([0, 1, 125, 127, 255])('exits with status %d', async (code) => {
      const { outcome } = await room.run(`exit ${code}`);
      expect(outcome).toEqual({ type: 'exited', code });
    });

    it.each(['SIGTERM', 'SIGSEGV', 'SIGKILL'])('ends by %s', async (signal) => {
      const { outcome } = await room.run(`kill -${signal.slice(3)} $$`);
      expect(outcome).toEqual({ type: 'signalled', signal });
    });

    it('passes both streams on, whole', async () => {
      const run = await room.run('head -c 500000 /dev/zero | tr "\\0" x; echo problem >&2');
      expect(run.stdout).toBe('x'.repeat(500_000));
      expect(run.stderr).toBe('problem\n');
      expect(run.outcome).toEqual({ type: 'exited', code: 0 });
    });

    it('times out, whatever the command makes of signals', async () => {
      const run = await room.run('trap "" TERM INT HUP; while :; do sleep 1; done', {
        limits: { wallSeconds: 0.3 },
      });
      expect(run.outcome).toEqual({ type: 'timed-out', seconds: 0.3 });
    });

    it('is cancelled by its signal', async () => {
      const abort = new AbortController();
      const run = await room.run('echo ready; sleep 60', {
        signal: abort.signal,
        onOutput: () => abort.abort(),
      });
      expect(run.outcome).toEqual({ type: 'cancelled' });
      expect(run.milliseconds).toBeLessThan(55_000);
    });

    it('does not start at all when its signal was aborted before', async () => {
      const run = await room.run('touch /build/started', { signal: AbortSignal.abort() });
      expect(run.outcome).toEqual({ type: 'cancelled' });
      expect(readdirSync(run.build)).toEqual([]);
    });

    it('runs out of memory', async () => {
      const run = await room.run('tail /dev/zero', { limits: { memoryBytes: 64 * megabyte } });
      expect(run.outcome).toEqual({ type: 'out-of-memory', limitBytes: 64 * megabyte });
    });

    it('runs out of memory even when the command hides that', async () => {
      const run = await room.run('tail /dev/zero || true', {
        limits: { memoryBytes: 64 * megabyte },
      });
      expect(run.outcome).toEqual({ type: 'out-of-memory', limitBytes: 64 * megabyte });
    });

    it('stops one file that is larger than the disk limit', async () => {
      const run = await room.run('exec head -c 40M /dev/zero > large', {
        limits: { diskBytes: 20 * megabyte },
      });
      expect(run.outcome).toEqual({ type: 'disk-full', limitBytes: 20 * megabyte, cause: 'limit' });
    });

    // Waits for the disk, which others may keep busy.
    const slowDisk = 240;
    it(
      'stops many files that pass the disk limit together, in /build and in the root',
      {
        timeout: 3000 * slowDisk,
      },
      async () => {
        const script =
          'i=0; while :; do head -c 5M /dev/zero > $1/f$i; i=$((i+1)); sync $1/f*; done';
        for (const place of ['/build', '/tmp']) {
          const command: [string, ...string[]] = ['sh', '-c', script, 'sh', place];
          const limits = { diskBytes: 40 * megabyte, wallSeconds: slowDisk };
          const run = await room.run('', { command, limits });
          expect(run.outcome).toEqual({
            type: 'disk-full',
            limitBytes: 40 * megabyte,
            cause: 'limit',
          });
        }
      },
    );

    it('stops endless output and passes on no more than the limit', async () => {
      const run = await room.run('yes', { limits: { outputBytes: 100_000 } });
      expect(run.outcome).toEqual({ type: 'too-much-output', limitBytes: 100_000 });
      expect(run.stdout).toHaveLength(100_000);
    });

    it('stops processes without end', async () => {
      const run = await room.run('while :; do sleep 60 & done', { limits: { processes: 64 } });
      expect(run.outcome).toEqual({ type: 'too-many-processes', limit: 64 });
    });

    it('stops a fork bomb, which without control groups may give up by itself', async () => {
      const script = 'f() { f | f & }; f; while :; do sleep 60 & done';
      const { outcome } = await room.run(script, { limits: { processes: 64 } });
      const gaveUp = outcome.type === 'exited' && outcome.code !== 0;
      expect(gaveUp || outcome.type === 'too-many-processes').toBe(true);
    });

    it('says that the command is not in the environment', async () => {
      const run = await room.run('', { command: ['no-such-command'] });
      expect(run.outcome).toEqual({
        type: 'could-not-start',
        reason: 'the command is not in the sandbox: no-such-command: No such file or directory',
        stage: 'command-missing',
        hint: 'Add the package that has it to the environment, then run `selfsame lock`',
      });
    });

    it('says that the command cannot be run', async () => {
      const run = await room.run('', { command: ['/build'] });
      expect(run.outcome).toMatchObject({
        type: 'could-not-start',
        reason: 'the command cannot be run: /build: Permission denied',
      });
    });

    it('says that the working directory is not there', async () => {
      const run = await room.run('', { cwd: '/nowhere' });
      expect(run.outcome).toMatchObject({
        type: 'could-not-start',
        reason: 'the working directory is not in the sandbox: /nowhere: No such file or directory',
      });
    });

    it('says which layer is missing', async () => {
      const run = await room.run('', { rootLayers: ['/no/such/layer'] });
      expect(run.outcome).toMatchObject({
        type: 'could-not-start',
        reason: '/no/such/layer: No such file or directory',
      });
    });

    it('leaves no process behind, however it was started', async () => {
      const word = `selfsame-leftover-${process.pid}`;
      const script = `
      for mode in 1 2 3; do (setsid sh -c "exec -a ${word}-$mode sleep 300" </dev/null >/dev/null 2>&1 &); done
      python3 - <<'E' 2>/dev/null || true
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv("/bin/sleep", ["${word}-daemon", "300"])
    os._exit(0)
E
      echo started; exit 3`;
      const run = await room.run('', {
        command: ['bash', '-c', script.replaceAll('sh -c', 'bash -c')],
      });
      expect(run).toMatchObject({ outcome: { type: 'exited', code: 3 }, stdout: 'started\n' });
      expect(processesWith(word)).toEqual([]);
    });

    it('reports the memory used, where the host can tell', async () => {
      const abort = new AbortController();
      // Ended only when it has used it, however long that takes.
      const run = await room.run('x=$(yes | head -c 60M); echo used; sleep 60', {
        signal: abort.signal,
        onOutput: () => abort.abort(),
      });
      expect(run.outcome).toEqual({ type: 'cancelled' });
      if (run.peakMemoryBytes !== undefined)
        expect(run.peakMemoryBytes).toBeGreaterThan(20 * megabyte);
    });

    it('refuses the level machine', async () => {
      const request = await room.request('true', { description: { level: 'machine' } });
      await expect(runInSandbox(request)).rejects.toMatchObject({ code: 'LEVEL_NOT_AVAILABLE' });
    });

    it.each(['relative', '/build/../etc', '/', '/a//b', '/nul\0'])(
      'refuses a mount at %j',
      async (target) => {
        const request = await room.request('true', {
          mounts: [{ source: '/usr', target, writable: false }],
        });
        await expect(runInSandbox(request)).rejects.toMatchObject({
          code: 'SANDBOX_REQUEST_INVALID',
        });
      },
    );

    it('refuses an argument with NUL', async () => {
      const request = await room.request('', { command: ['echo', 'a\0b'] });
      await expect(runInSandbox(request)).rejects.toMatchObject({
        code: 'SANDBOX_REQUEST_INVALID',
      });
    });
  },
);
