import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../sandbox/types.js';
import { listFailed } from './failure.js';
import { openRig, planOf, plannedBuild, runPlan, sha256, statuses } from './test-rig.js';
import type { Plan } from '../recipe/types.js';
import type { Rig } from './test-rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
});
afterEach(() => rig.close());
const run = (plan?: Plan, more = {}) => runPlan(rig, plan, more);

describe('a build that fails', () => {
  it('stops at a failure, and with keepGoing only what needs it', async () => {
    rig.behave.set('pigz@default', () => ({ type: 'exited', code: 2 }));
    const plan = planOf(
      plannedBuild('pigz'),
      plannedBuild('app', ['pigz']),
      plannedBuild('top', ['app']),
      plannedBuild('zlib'),
    );
    expect(statuses(await run(plan))).toEqual([
      'pigz@default failed',
      'app@default skipped',
      'top@default skipped',
      'zlib@default skipped',
    ]);
    const outcomes = await run(plan, { keepGoing: true });
    expect(statuses(outcomes)).toEqual([
      'pigz@default failed',
      'app@default skipped',
      'top@default skipped',
      'zlib@default built',
    ]);
    expect(outcomes[2]).toMatchObject({ because: 'pigz@default' });
  });

  const outcomes: [Outcome, string][] = [
    [{ type: 'exited', code: 3 }, 'BUILD_FAILED'],
    [{ type: 'signalled', signal: 'SIGSEGV' }, 'BUILD_FAILED'],
    [{ type: 'timed-out', seconds: 60 }, 'BUILD_TIMED_OUT'],
    [{ type: 'out-of-memory', limitBytes: 1 << 30 }, 'BUILD_OUT_OF_MEMORY'],
    [{ type: 'disk-full', limitBytes: 1 << 30, cause: 'limit' }, 'BUILD_DISK_LIMIT'],
    [{ type: 'disk-full', limitBytes: 1 << 30, cause: 'file-system' }, 'BUILD_NO_DISK'],
    [{ type: 'too-much-output', limitBytes: 1 << 20 }, 'BUILD_TOO_MUCH_OUTPUT'],
    [{ type: 'too-many-processes', limit: 64 }, 'BUILD_TOO_MANY_PROCESSES'],
    [{ type: 'supervisor-died', signal: 'SIGKILL' }, 'BUILD_SUPERVISOR_DIED'],
    [
      { type: 'could-not-start', reason: 'no user namespaces', hint: 'sysctl' },
      'BUILD_NOT_STARTED',
    ],
  ];
  it.each(outcomes)('keeps the tree and says how a step ended: %j', async (outcome, code) => {
    rig.behave.set('zlib@default', (step) => {
      step.print('cc: error\n');
      step.out('half', 'x');
      return outcome;
    });
    const [failed] = await run(planOf(plannedBuild('zlib')));
    if (failed?.status !== 'failed') throw new Error('did not fail');
    expect(failed.error.code).toBe(code);
    expect(failed.error.message).toMatch(/^step "build" of zlib@default /u);
    expect(failed.error.hint).toContain('selfsame shell --failed zlib@default');
    expect(failed.error.details).toMatchObject({
      lastLines: ['=== step 1 of 1: build', 'cc: error'],
    });
    const [kept] = await listFailed(rig.store);
    expect(kept).toMatchObject({ key: 'zlib@default', step: 'build' });
    const path = rig.store.entryPath('failed', kept?.buildId ?? '');
    expect(readFileSync(join(path, 'build/out/half'), 'utf8')).toBe('x');
    expect(readFileSync(String(failed.error.details?.['logPath']), 'utf8')).toContain('cc: error');
    for (const { source } of kept?.mounts ?? [])
      expect(existsSync(join(rig.store.root, source)), source).toBe(true);
    // A second failure takes the place of the first.
    await run(planOf(plannedBuild('zlib')));
    expect(await listFailed(rig.store)).toHaveLength(1);
    expect(readdirSync(join(rig.store.root, 'tmp'))).toEqual([]);
  });

  it('runs steps in order with one log, and nothing after the first that fails', async () => {
    const steps = ['a', 'b', 'c'].map((name) => ({ name, shell: 'bash' as const, script: name }));
    const scripts: string[] = [];
    rig.behave.set('zlib@default', (step) => {
      scripts.push(step.script);
      expect(step.request.command).toEqual(['bash', '-euo', 'pipefail', '/build/step']);
      return step.script === 'b\n' ? { type: 'exited', code: 1 } : undefined;
    });
    await run(planOf(plannedBuild('zlib', [], { steps })));
    expect(scripts).toEqual(['a\n', 'b\n']);
  });

  it.each([
    ['no file', 'OUTPUT_MISSING', () => undefined],
    [
      'a symbolic link',
      'OUTPUT_INVALID',
      async (out: string) => {
        await symlink('/etc/passwd', join(out, 'result.txt'));
      },
    ],
    [
      'a name with a line feed',
      'OUTPUT_INVALID',
      async (out: string) => {
        await writeFile(join(out, 'result.txt'), '');
        await writeFile(join(out, 'a\nb'), '');
      },
    ],
    [
      'an empty directory for a file',
      'OUTPUT_MISSING',
      (out: string) => mkdir(join(out, 'result.txt')),
    ],
  ])('refuses outputs that are %s', async (_what, code, make) => {
    rig.behave.set('zlib@default', async (step) => {
      await make(step.host('/build/out'));
      return undefined;
    });
    const [failed] = await run(planOf(plannedBuild('zlib')));
    expect(failed).toMatchObject({ status: 'failed', error: { code } });
    expect(await listFailed(rig.store)).toHaveLength(1);
  });

  it.each([
    ['SHA256SUMS', 'OUTPUT_INVALID'],
    ['provenance.intoto.json', 'OUTPUT_INVALID'],
    ['SHA256SUMS/x', 'OUTPUT_INVALID'],
    ['lists/SHA256SUMS', undefined],
    ['SHA256SUMS.txt', undefined],
  ])('takes an artifact called %s or refuses it: %s', async (path, code) => {
    rig.behave.set('zlib@default', (step) => {
      step.out(path, 'of the build');
      return undefined;
    });
    const [outcome] = await run(planOf(plannedBuild('zlib', [], { outputs: ['**'] })));
    expect(outcome).toMatchObject(
      code === undefined
        ? { status: 'built', result: { artifacts: [{ path }] } }
        : { status: 'failed', error: { code, message: expect.stringContaining(path) as string } },
    );
  });

  it('leaves alone what selfsame would write, when no pattern asks for it', async () => {
    rig.behave.set('zlib@default', (step) => {
      step.out('result.txt', '');
      step.out('SHA256SUMS', 'of the build');
      return undefined;
    });
    expect(await run(planOf(plannedBuild('zlib')))).toMatchObject([{ status: 'built' }]);
  });

  it('does not follow a link that stands in for the whole of out', async () => {
    rig.behave.set('zlib@default', async (step) => {
      const out = step.host('/build/out');
      await rm(out, { recursive: true });
      await mkdir(join(rig.directory, 'secret'));
      await writeFile(join(rig.directory, 'secret', 'result.txt'), 'host secret');
      await symlink(join(rig.directory, 'secret'), out);
      return undefined;
    });
    const [failed] = await run(planOf(plannedBuild('zlib')));
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'OUTPUT_INVALID' } });
    expect(await rig.store.hasFile(sha256('host secret'))).toBe(false);
  });
});
