import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InputSpec } from '../inputs/schema.js';
import type { Outcome } from '../sandbox/types.js';
import { openStore } from '../store/store.js';
import { buildPlan } from './engine.js';
import { listFailed } from './failure.js';
import { findResult } from './result.js';
import { openRig, planOf, plannedBuild, sha256 } from './test-rig.js';
import type { Rig } from './test-rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
});
afterEach(() => rig.close());

const fileInput = (name: string, at?: string) => ({
  name,
  spec: { kind: 'file', path: name, unpack: false } satisfies InputSpec,
  at,
});
const chain = () =>
  planOf(plannedBuild('zlib'), plannedBuild('pigz', ['zlib']), plannedBuild('app', ['pigz']));
const run = (plan = chain(), more = {}) =>
  buildPlan(plan, rig.dependencies, rig.context, rig.options(more));
const statuses = (outcomes: Awaited<ReturnType<typeof run>>) =>
  outcomes.map(({ key, status }) => `${key} ${status}`);

describe('buildPlan', () => {
  it('builds what is needed first and keeps the artifacts', async () => {
    const outcomes = await run();
    expect(statuses(outcomes)).toEqual([
      'zlib@default built',
      'pigz@default built',
      'app@default built',
    ]);
    expect(rig.ran).toEqual(['zlib@default/0', 'pigz@default/0', 'app@default/0']);
    const [zlib] = outcomes;
    if (zlib?.status !== 'built') throw new Error('not built');
    expect(zlib.result.artifacts).toEqual([
      { path: 'result.txt', sha256: sha256('make zlib\n'), size: 10, executable: false },
    ]);
    expect(readFileSync(rig.store.filePath(sha256('make zlib\n')), 'utf8')).toBe('make zlib\n');
    const entry = rig.store.entryPath('builds', zlib.defined.buildId);
    expect(sha256(readFileSync(join(entry, 'definition.json')))).toBe(zlib.defined.buildId);
    expect(readdirSync(join(rig.store.root, 'tmp'))).toEqual([]);
  });

  it('runs nothing the second time', async () => {
    await run();
    rig.ran.length = 0;
    expect(statuses(await run())).toEqual([
      'zlib@default cached',
      'pigz@default cached',
      'app@default cached',
    ]);
    expect(rig.ran).toEqual([]);
  });

  it('ends the rebuild where a needed artifact came out the same', async () => {
    await run();
    rig.ran.length = 0;
    // The step of zlib changes, its artifact does not.
    rig.behave.set('zlib@default', (step) => step.out('result.txt', 'make zlib\n') as undefined);
    const changed = plannedBuild('zlib', [], {
      steps: [{ name: 'build', shell: 'sh', script: 'make  zlib' }],
    });
    expect(
      statuses(
        await run(planOf(changed, plannedBuild('pigz', ['zlib']), plannedBuild('app', ['pigz']))),
      ),
    ).toEqual(['zlib@default built', 'pigz@default cached', 'app@default cached']);
  });

  it('builds again what depends on an artifact that changed', async () => {
    await run();
    rig.ran.length = 0;
    const changed = plannedBuild('zlib', [], {
      steps: [{ name: 'build', shell: 'sh', script: 'make zlib CFLAGS=-O3' }],
    });
    await run(planOf(changed, plannedBuild('pigz', ['zlib']), plannedBuild('app', ['pigz'])));
    expect(rig.ran).toEqual(['zlib@default/0', 'pigz@default/0', 'app@default/0']);
  });

  it.each([
    ['is missing', (path: string) => rm(path)],
    [
      'was changed',
      async (path: string) => {
        await chmod(path, 0o644);
        await writeFile(path, 'make evil\n');
      },
    ],
  ])('builds again when an artifact %s', async (_how, damage) => {
    await run();
    rig.ran.length = 0;
    const path = rig.store.filePath(sha256('make zlib\n'));
    await damage(path);
    expect(statuses(await run())).toEqual([
      'zlib@default built',
      'pigz@default cached',
      'app@default cached',
    ]);
    expect(readFileSync(path, 'utf8')).toBe('make zlib\n');
    expect(rig.events).toContainEqual(
      expect.objectContaining({ type: 'notice', level: 'warning' }),
    );
  });

  it('hashes again instead of building again when only the times of an artifact changed', async () => {
    await run();
    rig.ran.length = 0;
    await chmod(rig.store.filePath(sha256('make zlib\n')), 0o400);
    expect(statuses(await run())[0]).toBe('zlib@default cached');
    expect(rig.ran).toEqual([]);
  });

  it.each(['result.json', 'definition.json'])(
    'does not trust an entry without %s',
    async (name) => {
      const [first] = await run();
      if (first?.status !== 'built') throw new Error('not built');
      const entry = rig.store.entryPath('builds', first.defined.buildId);
      await rm(join(entry, name));
      expect((await findResult(rig.store, first.defined.buildId)).type).toBe('damaged');
      expect(statuses(await run())[0]).toBe('zlib@default built');
    },
  );

  it('does not trust a result that was edited', async () => {
    const [first] = await run();
    if (first?.status !== 'built') throw new Error('not built');
    const path = join(rig.store.entryPath('builds', first.defined.buildId), 'result.json');
    await writeFile(
      path,
      readFileSync(path, 'utf8').replace('"executable": false', '"executable": true'),
    );
    expect(await findResult(rig.store, first.defined.buildId)).toMatchObject({ type: 'damaged' });
  });

  it('gives steps read-only inputs, a writable copy, needs, and constant times', async () => {
    rig.files.set('app/source', 'text');
    rig.behave.set('app@default', (step) => {
      expect(readFileSync(step.host('/build/inputs/source/source.txt'), 'utf8')).toBe('text');
      expect(
        step.request.mounts.find(({ target }) => target === '/build/inputs/source/source.txt')
          ?.writable,
      ).toBe(false);
      expect(readFileSync(step.host('/build/work/copy.txt'), 'utf8')).toBe('text');
      expect(statSync(step.host('/build/work/copy.txt')).mtimeMs).toBe(1_600_000_000_000);
      expect(readFileSync(step.host('/build/needs/zlib/result.txt'), 'utf8')).toBe('make zlib\n');
      expect(statSync(step.host('/build/needs/zlib/result.txt')).mtimeMs).toBe(946_684_800_000);
      expect(step.request).toMatchObject({
        cwd: '/build/work',
        network: 'none',
        asRoot: false,
        env: {},
      });
      expect(step.request.description.sourceDateEpoch).toBe(1_600_000_000);
      step.out('result.txt', 'x');
      return undefined;
    });
    const app = plannedBuild('app', ['zlib'], { inputs: [fileInput('source', 'work/copy.txt')] });
    expect(statuses(await run(planOf(plannedBuild('zlib'), app)))[1]).toBe('app@default built');
  });

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

  it('says before building that an environment is not locked', async () => {
    const unlocked = plannedBuild('app', [], {
      environment: { ...plannedBuild('x').environment, name: 'unlocked' },
    });
    await expect(run(planOf(plannedBuild('zlib'), unlocked))).rejects.toMatchObject({
      code: 'LOCK_MISSING',
    });
    expect(rig.ran).toEqual([]);
  });

  it('builds again on request and notices a difference', async () => {
    let count = 0;
    rig.behave.set('zlib@default', (step) => {
      count += 1;
      step.out('result.txt', count < 3 ? 'same' : 'other');
      return undefined;
    });
    const plan = planOf(plannedBuild('zlib'));
    const again = { rebuild: new Set(['zlib@default']) };
    await run(plan);
    expect(statuses(await run(plan, again))).toEqual(['zlib@default built']);
    const [differs] = await run(plan, again);
    expect(differs).toMatchObject({
      status: 'failed',
      error: {
        code: 'BUILD_DIFFERS',
        details: {
          differing: [{ path: 'result.txt', before: sha256('same'), after: sha256('other') }],
        },
      },
    });
    expect(statuses(await run(plan))).toEqual(['zlib@default cached']);
    expect(count).toBe(3);
  });

  it('stops when interrupted and leaves nothing behind', async () => {
    rig.behave.set('pigz@default', () => {
      rig.abort.abort();
      return { type: 'cancelled' };
    });
    await expect(run()).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(readdirSync(join(rig.store.root, 'tmp'))).toEqual([]);
    expect(readdirSync(join(rig.store.root, 'builds'))).toHaveLength(1);
    expect(readdirSync(join(rig.store.root, 'failed'))).toEqual([]);
  });

  it('lets one of two builders of the same thing work and the other use the result', async () => {
    const other = await openRig(rig.store.root);
    const plan = planOf(plannedBuild('zlib'));
    const waiting = new Promise<void>((resolve) => {
      const { emit } = other.context;
      Object.assign(other.context, {
        emit: (event: Parameters<typeof emit>[0]) => (
          emit(event),
          event.type === 'build-waiting' && resolve()
        ),
      });
    });
    let second: ReturnType<typeof buildPlan> | undefined;
    rig.behave.set('zlib@default', async (step) => {
      second = buildPlan(plan, other.dependencies, other.context, other.options());
      await waiting;
      step.out('result.txt', 'once');
      return undefined;
    });
    expect(statuses(await run(plan))).toEqual(['zlib@default built']);
    expect(statuses((await second) ?? [])).toEqual(['zlib@default cached']);
    expect(other.ran).toEqual([]);
    await other.close();
  });

  it('gives the same results in whatever order ready builds start', async () => {
    const builds = [
      plannedBuild('a'),
      plannedBuild('b'),
      plannedBuild('c', ['a']),
      plannedBuild('d', ['a', 'b']),
      plannedBuild('e', ['c', 'd']),
      plannedBuild('f'),
    ];
    let reference: string[] | undefined;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        async (choices, jobs) => {
          const fresh = await openRig();
          try {
            const queue = [...choices];
            const outcomes = await buildPlan(
              planOf(...builds),
              fresh.dependencies,
              fresh.context,
              fresh.options({ jobs, pick: (ready) => (queue.pop() ?? 0) % ready }),
            );
            const ids = outcomes.map((outcome) =>
              outcome.status === 'built'
                ? `${outcome.key} ${outcome.defined.buildId} ${outcome.result.artifactsDigest}`
                : outcome.status,
            );
            reference ??= ids;
            expect(ids).toEqual(reference);
            const position = (key: string) => fresh.ran.indexOf(`${key}@default/0`);
            for (const { project, needs } of builds)
              for (const { name } of needs) expect(position(name)).toBeLessThan(position(project));
          } finally {
            await fresh.close();
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it('never runs more than jobs at once, and as many as it may', async () => {
    let running = 0;
    let most = 0;
    const gate: (() => void)[] = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      rig.behave.set(`${name}@default`, async (step) => {
        running += 1;
        most = Math.max(most, running);
        if (running < 2) await new Promise<void>((resolve) => gate.push(resolve));
        else gate.pop()?.();
        running -= 1;
        step.out('result.txt', name);
        return undefined;
      });
    }
    await run(planOf(...['a', 'b', 'c', 'd'].map((name) => plannedBuild(name))), { jobs: 2 });
    expect(most).toBe(2);
  });

  it('survives another store handle removing nothing it uses', async () => {
    const other = await openStore(rig.store.root);
    await expect(run()).resolves.toHaveLength(3);
    other.close();
  });
});
