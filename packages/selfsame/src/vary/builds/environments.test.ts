import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { takeBack } from '../../build/open-build.js';
import { openRig, planOf, plannedBuild } from '../../build/test-rig.js';
import type { Rig } from '../../build/test-rig.js';
import { runInSandbox } from '../../sandbox/run.js';
import { sandboxesWork, TestRoom } from '../../sandbox/test-environment.js';
import type { Mount, RunInSandbox } from '../../sandbox/types.js';
import { CheckRoom, made, testEpoch, varyAll } from '../testing.js';
import { variations } from '../variations/variations.js';
import { inMaterialised } from './command-in-environment.js';
import { mergedLogs } from './merged-logs.js';
import { recipeBuilder } from './recipe.js';

const usual = variations.filter((one) => one.onRequest !== true);

/** The builders on the real sandbox, with the host's own programs as the environment. */
describe.skipIf(!sandboxesWork)('builds in environments', () => {
  const sandboxes = new TestRoom();
  const room = new CheckRoom();
  let rig: Rig;
  let rootLayers: readonly string[];
  let runs: RunInSandbox;
  beforeAll(async () => {
    rig = await openRig();
    const model = await sandboxes.request('true');
    const hostMounts: readonly Mount[] = model.mounts.filter(({ target }) => target !== '/build');
    rootLayers = model.rootLayers;
    runs = (request) => runInSandbox({ ...request, mounts: [...hostMounts, ...request.mounts] });
  });
  afterAll(async () => {
    await sandboxes.dispose();
    await room.dispose();
    await rig.close();
  });

  const look =
    'id -un; pwd; echo "$HOME"; touch "$HOME/x"; uname -nr; umask; nproc; date +%Y; echo "${TMPDIR-}"; touch "${TMPDIR:-/tmp}/x"; echo "${SOURCE_DATE_EPOCH-}"';

  it('of a command are like those on the machine, with the programs of the environment', async () => {
    const cwd = room.tree('command', {
      given: 'given',
      same: 'same',
      'probe.sh': `{ ${look}; } >seen`,
    });
    const environment = { name: 'host', digest: '', rootLayers };
    const command = ['sh', '-c', 'sh ./probe.sh; echo more >>given; printf same >same'] as const;
    const builder = await inMaterialised(
      environment,
      {
        ...{ command: [...command], cwd, outputs: [], env: [], epoch: String(testEpoch) },
        ...{ at: undefined, caller: { PATH: '/nowhere' } },
      },
      await room.context(),
      runs,
    );
    await using _end = builder;
    const base = await builder.build(builder.base, [], 'a');
    expect(base.artifacts.map(({ path }) => path)).toEqual(
      // Written again with the same content at another time.
      ['given', 'same', 'seen'],
    );
    expect(made(base, 'seen').split('\n')).toEqual([
      ...['builder', '/build', '/home/builder', 'selfsame 6.1.0-selfsame', '0022', '4', '2023'],
      ...['', '', ''],
    ]);
    const conditions = varyAll(builder.base, builder.host, usual);
    const varied = await builder.build(conditions, ['all'], 'b');
    expect(varied.outcome).toEqual({ type: 'built' });
    const { user, path, home, hostname, kernelRelease, cpus, temporaryDirectory } = conditions;
    expect(made(varied, 'seen').split('\n')).toEqual([
      ...[user.name, path, home, `${hostname} ${kernelRelease}`, '0007', String(cpus)],
      ...[
        String(new Date((conditions.epoch + 3) * 1000).getFullYear()),
        temporaryDirectory,
        '',
        '',
      ],
    ]);
  });

  it('of a recipe leave nothing in the store, and see their time of the sources', async () => {
    const lib = plannedBuild('lib', [], {
      steps: [{ name: 'make', shell: 'sh', script: 'echo library >/build/out/lib.txt' }],
      outputs: ['*'],
    });
    const app = plannedBuild('app', ['lib'], {
      steps: [
        { name: 'look', shell: 'sh', script: `{ ${look}; } >../out/seen` },
        {
          name: 'copy',
          shell: 'sh',
          script: 'cat /build/needs/lib/lib.txt >../out/copy; uname -n',
        },
      ],
      outputs: ['*'],
    });
    const environment = { name: 'host', digest: '', rootLayers };
    const dependencies = {
      ...rig.dependencies,
      ...{ materialise: () => Promise.resolve(environment), runInSandbox: runs, takeBack },
    };
    await using builder = await recipeBuilder(
      { plan: planOf(lib, app), key: app.key, dependencies },
      rig.context,
    );
    const [one, two, three] = await Promise.all([
      builder.build(builder.base, [], 'a'),
      builder.build(builder.base, [], 'b'),
      builder.build(varyAll(builder.base, builder.host, usual), ['all'], 'c'),
    ]);
    expect(one?.artifacts.map(({ path }) => path)).toEqual(['copy', 'seen']);
    expect(one?.artifacts).toEqual(two?.artifacts);
    expect(three?.outcome).toEqual({ type: 'built' });
    if (one === undefined || three === undefined) throw new Error('not built');
    const epoch = String(builder.base.epoch);
    expect(made(one, 'seen').trimEnd().split('\n').at(-1)).toBe(epoch);
    expect(made(three, 'seen').trimEnd().split('\n').at(-1)).toBe(epoch);
    expect(made(three, 'seen')).toContain(three.canaries.hostname);
    expect(made(three, 'copy')).toBe('library\n');
    const log = readFileSync(one.logPath ?? '', 'utf8')
      .trimEnd()
      .split('\n');
    const types = log.map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types.filter((type) => type === 'start' || type === 'end')).toEqual(['start', 'end']);
    // Of the need there is a result; of what is checked there is none.
    expect(rig.events.filter(({ type }) => type === 'build-finished')).toHaveLength(1);
    expect(builder.host.notHere).toHaveProperty('build-path');
    expect(usual.find(({ name }) => name === 'build-path')?.available(builder.host).works).toBe(
      false,
    );
  });

  it('of a recipe say what is printed and written elsewhere, and are those of level virtual', async () => {
    const app = plannedBuild('app', [], {
      determinism: 'virtual',
      steps: [
        { name: 'make', shell: 'sh', script: 'touch made; echo é' },
        {
          name: 'look',
          shell: 'sh',
          // What an earlier step made is no input: its time is one of the build's own.
          script: 'stat -c %Y made >../out/time; touch "$HOME/thing" "$HOME/.private" /tmp/x',
        },
      ],
      outputs: ['*'],
    });
    const environment = { name: 'host', digest: '', rootLayers };
    const dependencies = {
      ...rig.dependencies,
      ...{ materialise: () => Promise.resolve(environment), runInSandbox: runs, takeBack },
    };
    for (const determinism of ['virtual', 'fixed'] as const) {
      const plan = planOf({ ...app, determinism });
      await using builder = await recipeBuilder({ plan, key: app.key, dependencies }, rig.context);
      expect(builder.level).toBe(determinism);
      const from = rig.events.length;
      const run = await builder.build(builder.base, [], 'build-7');
      expect(made(run, 'time')).toBe(`${builder.base.epoch + 1}\n`);
      expect(run.wroteOutside).toEqual(['/home/builder/thing']);
      expect(run.canaries.pid).toBeGreaterThan(0);
      const printed = rig.events.slice(from).filter(({ type }) => type === 'output');
      expect(printed).toEqual([
        { type: 'output', source: 'build-7', stream: 'stdout', text: 'é\n' },
      ]);
      const pids = variations.filter(({ name }) => name === 'pids');
      const other = await builder.build(varyAll(builder.base, builder.host, pids), ['pids'], 'b');
      expect(other.canaries.pid).toBeGreaterThan(299);
    }
  });

  it('of a recipe end when all steps together take too long', async () => {
    const step = { name: 'one', shell: 'sh', script: 'sleep 0.7' } as const;
    const app = plannedBuild('app', [], {
      steps: [step, { ...step, name: 'two' }],
      outputs: ['*'],
    });
    const environment = { name: 'host', digest: '', rootLayers };
    const limits: number[] = [];
    const noted: RunInSandbox = (request) => {
      limits.push(request.limits.wallSeconds);
      return runs(request);
    };
    const dependencies = {
      ...rig.dependencies,
      ...{ materialise: () => Promise.resolve(environment), runInSandbox: noted, takeBack },
    };
    await using builder = await recipeBuilder(
      { plan: planOf(app), key: app.key, dependencies, seconds: 1 },
      rig.context,
    );
    const run = await builder.build(builder.base, [], 'a');
    const failed = run.outcome.type === 'failed' ? run.outcome.why : '';
    expect(failed).toMatch(/step "(?:one|two)": the command ran longer than 1 s and was stopped/u);
    expect(limits.slice(1).every((seconds) => seconds <= 1)).toBe(true);
  });

  it('of a recipe that fails say in which step', async () => {
    const app = plannedBuild('app', [], {
      steps: [{ name: 'broken', shell: 'sh', script: 'echo so far; exit 4' }],
      outputs: ['*'],
    });
    const empty = plannedBuild('empty', [], {
      steps: [{ name: 'nothing', shell: 'sh', script: ':' }],
      outputs: ['*.txt'],
    });
    const environment = { name: 'host', digest: '', rootLayers };
    const dependencies = {
      ...rig.dependencies,
      ...{ materialise: () => Promise.resolve(environment), runInSandbox: runs, takeBack },
    };
    for (const [build, why] of [
      [app, 'step "broken": the command ended with status 4'],
      [empty, 'the output pattern "*.txt" matched no file'],
    ] as const) {
      await using builder = await recipeBuilder(
        { plan: planOf(build), key: build.key, dependencies },
        rig.context,
      );
      const run = await builder.build(builder.base, [], 'a');
      expect(run.outcome).toMatchObject({ type: 'failed', why });
    }
  });
});

describe('logs of several steps', () => {
  it('are one log, in which no two processes have one number', () => {
    const step = (name: string): string =>
      [
        { type: 'start', version: 1 },
        { type: 'process', process: 1, parent: 0, executable: name },
        { type: 'process', process: 2, parent: 1, executable: name },
        { type: 'not-covered', process: 0, what: 'w' },
        { type: 'end', status: 0 },
      ]
        .map((line) => `${JSON.stringify(line)}\n`)
        .join('');
    const merged = mergedLogs([step('a'), `${step('b')}no json\n`]);
    const lines = merged.trimEnd().split('\n');
    expect(lines.pop()).toBe('no json');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { type: 'start' },
      ...[{ process: 1, parent: 0 }, { process: 2, parent: 1 }, { process: 0 }],
      ...[{ process: 3, parent: 0 }, { process: 4, parent: 3 }, { process: 0 }],
      { type: 'end' },
    ]);
    expect(mergedLogs([step('a')])).toBe(step('a'));
  });
});
