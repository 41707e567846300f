import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlannedBuild } from '../recipe/types.js';
import type { BuildDefinition } from '../record/definition.js';
import { runInSandbox } from '../sandbox/run.js';
import { sandboxesWork, TestRoom } from '../sandbox/test-environment.js';
import type { Mount } from '../sandbox/types.js';
import { buildPlan } from './engine.js';
import { listFailed } from './failure.js';
import { takeBack } from './open-build.js';
import { failedRequest } from './shell.js';
import type { EngineDependencies } from './dependencies.js';
import { openRig, planOf, plannedBuild } from './test-rig.js';
import type { Rig } from './test-rig.js';

/** The engine on the real sandbox, with the host's own programs as the environment. */
describe.skipIf(!sandboxesWork)('builds in sandboxes', () => {
  const room = new TestRoom();
  afterAll(() => room.dispose());
  let rig: Rig;
  let dependencies: EngineDependencies;
  let hostMounts: readonly Mount[];

  beforeEach(async () => {
    rig = await openRig();
    const model = await room.request('true');
    hostMounts = model.mounts.filter(({ target }) => target !== '/build');
    dependencies = {
      ...rig.dependencies,
      materialise: () =>
        Promise.resolve({ name: 'host', digest: '', rootLayers: model.rootLayers }),
      runInSandbox: (request) =>
        runInSandbox({ ...request, mounts: [...hostMounts, ...request.mounts] }),
      takeBack,
    };
  });
  afterEach(async () => {
    for (const { buildId } of await listFailed(rig.store))
      await rig.store.remove('failed', buildId);
    expect(readdirSync(join(rig.store.root, 'tmp'))).toEqual([]);
    await rig.close();
  });

  const script = (text: string, more = {}) =>
    plannedBuild('lib', [], { steps: [{ name: 'build', shell: 'sh', script: text }], ...more });
  const run = (...builds: readonly PlannedBuild[]) =>
    buildPlan(planOf(...builds), dependencies, rig.context, rig.options());

  it('runs steps that see inputs, copies and needs, and collects what they leave', async () => {
    rig.files.set('app/source', 'text');
    const app = plannedBuild('app', ['lib'], {
      inputs: [
        {
          name: 'source',
          spec: { kind: 'file', path: 'x', unpack: false },
          at: 'work/copy/source.txt',
        },
      ],
      steps: [
        {
          name: 'look',
          shell: 'sh',
          script: [
            'pwd; id -un; echo "$0 $SOURCE_DATE_EPOCH"',
            'cat /build/inputs/source/source.txt /build/needs/lib/result.txt',
            'stat -c "%n %a %Y" /build/inputs/source /build/inputs/source/source.txt /build/needs/lib /build/needs/lib/result.txt copy/source.txt copy .',
            'for f in /build/inputs/source/source.txt /build/needs/lib/result.txt /build/step; do if (echo x >>"$f") 2>/dev/null; then echo "$f is writable"; fi; done',
            'echo changed >>copy/source.txt; touch /build/seen /tmp/seen',
          ].join('\n'),
        },
        {
          name: 'make',
          shell: 'bash',
          script:
            'test -e /build/seen; test ! -e /tmp/seen; mkdir -p /build/out/bin; cp copy/source.txt /build/out/result.txt; cp /build/step /build/out/bin/tool; chmod 700 /build/out/bin/tool',
        },
      ],
      outputs: ['**'],
    });
    const outcomes = await run(script('echo library >/build/out/result.txt'), app);
    expect(
      outcomes.map(({ status }) => status),
      JSON.stringify(
        outcomes.map((outcome) => (outcome.status === 'failed' ? outcome.error.details : '')),
      ),
    ).toEqual(['built', 'built']);
    const [, built] = outcomes;
    if (built?.status !== 'built') throw new Error('not built');
    expect(built.result.artifacts.map(({ path, executable }) => [path, executable])).toEqual([
      ['bin/tool', true],
      ['result.txt', false],
    ]);
    expect(
      readFileSync(join(rig.store.entryPath('builds', built.result.buildId), 'log'), 'utf8').split(
        '\n',
      ),
    ).toEqual([
      '=== step 1 of 2: look',
      '/build/work',
      'builder',
      '/build/step 1600000000',
      'textlibrary',
      '/build/inputs/source 755 946684800',
      '/build/inputs/source/source.txt 444 946684800',
      '/build/needs/lib 755 946684800',
      '/build/needs/lib/result.txt 444 946684800',
      'copy/source.txt 644 1600000000',
      'copy 755 1600000000',
      '. 755 1600000000',
      '=== step 2 of 2: make',
      '',
    ]);
  });

  describe('at level virtual', () => {
    const steps = [
      {
        name: 'make',
        shell: 'sh',
        script: `
          for i in 1 2 3 4 5 6 7 8; do date +%s.%N > f$i; od -An -tx1 -N8 /dev/urandom >> f$i; done
          (cat /proc/sys/kernel/random/uuid > f10) & (od -An -tx1 -N9 /dev/urandom > f9) & wait
          ls -f; tar -cf /build/out/tree.tar .; nproc; date > /build/out/date.txt`,
      },
      {
        name: 'look',
        shell: 'sh',
        script: `
          test f1 -nt /build/inputs; stat -c '%n %Y %i' f* /build/out/* > /build/out/times.txt
          test "$(stat -c %Y f1)" = $((SOURCE_DATE_EPOCH + 1)); sh -c 'echo $$' > /build/out/number.txt`,
      },
    ] as const;
    const app = (more: Partial<PlannedBuild> = {}) =>
      plannedBuild('lib', [], { determinism: 'virtual', steps, outputs: ['**'], ...more });
    const built = async (build: PlannedBuild, other: Rig = rig) => {
      const outcomes = await buildPlan(
        planOf(build),
        { ...dependencies, ...(other === rig ? {} : { pinInput: other.dependencies.pinInput }) },
        other.context,
        other.options(),
      );
      const [outcome] = outcomes;
      if (outcome?.status !== 'built')
        throw new Error(JSON.stringify(outcome?.status === 'failed' ? outcome.error : outcome));
      return outcome.result;
    };

    it('makes the same bits in another store and at another time, and others at fixed', async () => {
      const first = await built(app());
      const other = await openRig();
      try {
        const second = await built(app(), other);
        expect(second.buildId).toBe(first.buildId);
        expect(second.artifacts).toEqual(first.artifacts);
      } finally {
        await other.close();
      }
      const atFixed = await built(
        app({ determinism: 'fixed', steps: steps.slice(0, 1), outputs: ['**'] }),
      );
      const { sha256 } = atFixed.artifacts.find(({ path }) => path === 'tree.tar') ?? {};
      expect(sha256).not.toBe(first.artifacts.find(({ path }) => path === 'tree.tar')?.sha256);
    });

    it('keeps what the logs say, and tells what was not determined', async () => {
      const gap = `printf '\\177ELF\\1\\1\\1%013d' 0 > old; chmod +x old; ./old || true`;
      const result = await built(
        app({
          steps: [{ name: 'make', shell: 'sh', script: `${gap}; date > /build/out/x` }],
        }),
      );
      expect(result.notFixed).toContain('32-bit program refused');
      const path = rig.store.entryPath('builds', result.buildId);
      const report: unknown = JSON.parse(readFileSync(join(path, 'determinizer.json'), 'utf8'));
      expect(report).toMatchObject({
        type: 'selfsame/determinizer-report/v1',
        steps: [{ step: 'make', summary: { complete: true, consumed: { clock: 1 } } }],
      });
      expect(rig.events.filter(({ type }) => type === 'build-not-covered')).toMatchObject([
        { build: 'lib@default', notCovered: [{ what: '32-bit program refused', programs: 1 }] },
      ]);
    });

    it('has what the level means in the definition, and so in the build id', async () => {
      const ids = new Set<string>();
      for (const more of [{}, { sources: { clock: 'real' } }, { determinism: 'fixed' }] as const) {
        const steps = [{ name: 'make', shell: 'sh', script: 'echo > /build/out/x' }] as const;
        const { buildId } = await built(app({ ...more, steps }));
        ids.add(buildId);
        const path = join(rig.store.entryPath('builds', buildId), 'definition.json');
        const definition = JSON.parse(readFileSync(path, 'utf8')) as BuildDefinition;
        expect(definition.sandbox.virtual?.sources.clock).toBe(
          'determinism' in more ? undefined : 'sources' in more ? 'real' : 'fixed',
        );
      }
      expect(ids.size).toBe(3);
    });
  });

  it('collects files that only the builder may read', async () => {
    const [built] = await run(
      script(
        'umask 077; mkdir /build/out/deep; echo secret >/build/out/deep/result.txt; chmod 400 /build/out/deep/result.txt',
        { outputs: ['deep/*'] },
      ),
    );
    expect(built).toMatchObject({
      status: 'built',
      result: { artifacts: [{ path: 'deep/result.txt', size: 7 }] },
    });
  });

  it('keeps the tree of a failure, which can be entered with what was changed', async () => {
    const [failed] = await run(
      script('echo here >half; echo "cc: no such file" >&2; mkdir -m 000 locked; exit 3'),
    );
    expect(failed).toMatchObject({
      status: 'failed',
      error: {
        code: 'BUILD_FAILED',
        message: 'step "build" of lib@default exited with 3',
        details: { lastLines: ['=== step 1 of 1: build', 'cc: no such file'] },
      },
    });
    const [kept] = await listFailed(rig.store);
    if (kept === undefined) throw new Error('nothing kept');
    const request = failedRequest(
      kept,
      rig.store.entryPath('failed', kept.buildId),
      rig.store.root,
    );
    let output = '';
    for (let i = 0; i < 2; i += 1) {
      const result = await runInSandbox({
        ...request,
        mounts: [...hostMounts, ...request.mounts],
        stdio: 'capture',
        command: ['sh', '-c', 'pwd; cat half; tail -c 7 /build/step; echo more >>half'],
        onOutput: (_stream, chunk) => (output += Buffer.from(chunk).toString()),
        signal: rig.context.signal,
      });
      expect(result.outcome).toEqual({ type: 'exited', code: 0 });
    }
    expect(output).toBe('/build/work\nhere\nexit 3\n/build/work\nhere\nmore\nexit 3\n');
  });

  it.each([
    [
      'prints without end',
      'BUILD_TOO_MUCH_OUTPUT',
      'while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done',
      { outputBytes: 100_000 },
    ],
    ['takes too long', 'BUILD_TIMED_OUT', 'sleep 600', { wallSeconds: 0.5 }],
    ['fills the disk', 'BUILD_DISK_LIMIT', 'head -c 300M /dev/zero >big', { diskBytes: 8 << 20 }],
    [
      'starts processes for ever',
      'BUILD_TOO_MANY_PROCESSES',
      'while :; do sleep 60 & done',
      { processes: 64 },
    ],
  ])('says when a step %s', async (_what, code, text, limits) => {
    const base = plannedBuild('x').limits;
    const [failed] = await run(script(text, { limits: { ...base, ...limits } }));
    expect(failed).toMatchObject({ status: 'failed', error: { code } });
  });
});
