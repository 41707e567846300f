import { readFileSync, readdirSync, statSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InputSpec } from '../inputs/schema.js';
import { findResult } from './result.js';
import { openRig, planOf, plannedBuild, runPlan, sha256, statuses } from './test-rig.js';
import type { Plan } from '../recipe/types.js';
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
const run = (plan?: Plan, more = {}) => runPlan(rig, plan, more);

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
});
