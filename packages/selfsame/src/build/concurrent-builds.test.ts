import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../store/store.js';
import { buildPlan } from './engine.js';
import { openRig, planOf, plannedBuild, runPlan, statuses } from './test-rig.js';
import type { Plan } from '../recipe/types.js';
import type { Rig } from './test-rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
});
afterEach(() => rig.close());
const run = (plan?: Plan, more = {}) => runPlan(rig, plan, more);

describe('builds at the same time', () => {
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
