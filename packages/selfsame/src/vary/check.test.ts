import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import type { Difference, Finding } from '../compare/types.js';
import type { Event } from '../events/event.js';
import { newDifference } from '../compare/difference.js';
import { canariesOf } from './canaries.js';
import { check } from './check.js';
import type { CheckOptions } from './check.js';
import { baseConditions } from './conditions.js';
import type { Artifact, Builder, BuildRun, HostFacts, Variation } from './types.js';

const base = baseConditions({
  epoch: 1_700_000_000,
  user: { name: 'builder', uid: 1000, gid: 1000, group: 'builder' },
  home: '/home/builder',
  path: '/build',
});

const variation = (name: string, more: Partial<Variation> = {}): Variation => ({
  ...{ name, title: name, changes: '', needs: 'nothing', undo: '', causes: [], sources: [] },
  fixedAt: 'fixed',
  available: () => ({ works: true }),
  apply: (conditions) => ({ ...conditions, variables: { ...conditions.variables, [name]: '1' } }),
  values: (before, after) => ({
    a: before.variables[name] ?? 'no',
    b: after.variables[name] ?? 'no',
  }),
  ...more,
});

/** Files of a build by path; what is `undefined` is not made. */
type Files = Readonly<Record<string, string | undefined>>;

interface Fake {
  readonly makes: (varied: ReadonlySet<string>) => Files | 'fails';
  /** What is there before any build. */
  readonly given?: Files;
}

function artifactOf(path: string, text: string): Artifact {
  const [content = '', mode = '644'] = text.split('#');
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { path, type: 'file', sha256, mode: parseInt(mode, 8), size: content.length };
}

function fakeBuilder({ makes, given = {} }: Fake): Builder {
  return {
    base,
    host: {} as HostFacts,
    artifactAt: (_run, path) => {
      const text = given[path];
      return Promise.resolve(text === undefined ? undefined : artifactOf(path, text));
    },
    build: (conditions, varied, id): Promise<BuildRun> => {
      const made = makes(new Set(varied));
      return Promise.resolve({
        ...{ id, varied, conditions, canaries: canariesOf(conditions), milliseconds: 1 },
        ...{ logPath: undefined, notes: [], wroteOutside: [`/var/${id}`] },
        outcome:
          made === 'fails'
            ? { type: 'failed', why: 'it ended with 1', lastLines: varied }
            : { type: 'built' },
        tree: made === 'fails' ? undefined : `/trees/${id}`,
        artifacts:
          made === 'fails'
            ? []
            : Object.entries(made).flatMap(([path, text]) =>
                text === undefined ? [] : [artifactOf(path, text)],
              ),
      });
    },
  };
}

const finding = (cause: Finding['cause'], certainty: Finding['certainty']): Finding => ({
  ...{ cause, certainty, kind: '', place: [], offsetA: 0, offsetB: 0, a: '', b: '' },
  ...{ remedy: '', consequence: false, more: 0 },
});

async function run(fake: Fake, more: Partial<CheckOptions> = {}) {
  const events: Event[] = [];
  const compared: [string, string, readonly string[]][] = [];
  const names = ['time', 'path', 'locale', 'umask', 'order', 'home'];
  const { report, trees } = await check({
    ...{ subject: 'make', directory: '/work', seed: 's', runs: 2, quick: false, jobs: 1 },
    confirm: 2,
    ...{ builds: 40, milliseconds: undefined, host: {} as HostFacts },
    builder: fakeBuilder(fake),
    variations: names.map((name) => ({
      variation: variation(name),
      status: 'used',
      why: undefined,
    })),
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
    compare: (a, b, { only = [] } = {}) => {
      compared.push([a, b, only]);
      return Promise.resolve(new Map(only.map((path) => [path, newDifference(path, {})])));
    },
    now: () => 0,
    ...more,
  });
  return { report, trees, events, compared };
}

describe('check', () => {
  it('says what was used, what not and why', async () => {
    const { report, events } = await run(
      { makes: () => ({ out: 'same' }) },
      {
        variations: [
          { variation: variation('time'), status: 'used', why: undefined },
          { variation: variation('fuse'), status: 'skipped', why: 'no /dev/fuse' },
        ],
      },
    );
    expect(report).toMatchObject({ verdict: 'reproducible', identical: 1, artifacts: [] });
    expect(report.variations).toMatchObject([
      { name: 'time', status: 'used', a: 'no', b: '1', neverAsked: false },
      { name: 'fuse', status: 'skipped', why: 'no /dev/fuse', a: undefined },
    ]);
    expect(report.wroteOutside).toEqual(['/var/build-1', '/var/build-2', '/var/build-3']);
    // There was no log: that is a gap.
    expect(report.notCovered).toHaveLength(1);
    expect(events.at(-1)).toEqual({ type: 'check-ended' });
  });

  it('compares the pair in which least else differs', async () => {
    const { report, compared } = await run({
      makes: (varied) => ({
        both: varied.has('time') && varied.has('path') ? 'x' : 'y',
        home: varied.has('home') ? 'x' : 'y',
      }),
    });
    const { builds } = report;
    const shown = (name: string) => {
      const { builds: pair } = report.artifacts.find(({ path }) => path === name) ?? {};
      return builds.find(({ id }) => id === pair?.[1])?.varied;
    };
    expect(shown('both')).toEqual(['path', 'time']);
    expect(shown('home')).toEqual(['home']);
    for (const [a] of compared) expect(a).toBe('/trees/build-1');
    // No artifact of a pair is compared twice.
    const pairs = compared.flatMap(([, b, only]) => only.map((path) => `${b} ${path}`));
    expect(new Set(pairs).size).toBe(pairs.length);
  });

  it('does not take for a difference what one build wrote anew and another left alone', async () => {
    const { report } = await run({
      given: { config: 'as it was', touched: 'as it was' },
      makes: (varied) => ({
        out: 'x',
        touched: varied.has('time') ? 'as it was' : undefined,
        config: varied.has('path') ? 'changed' : undefined,
      }),
    });
    expect(report.artifacts.map(({ path }) => path)).toEqual(['config']);
    expect(report.artifacts[0]?.dependence).toEqual({ type: 'with', sets: [['path']] });
    expect(report.identical).toBe(2);
  });

  it('takes of modes only what is part of an artifact', async () => {
    const { report } = await run({
      makes: (varied) => ({
        plain: varied.has('umask') ? 'x#600' : 'x#644',
        program: varied.has('umask') ? 'x#644' : 'x#755',
      }),
    });
    expect(report.artifacts.map(({ path }) => path)).toEqual(['program']);
  });

  it('names as cause what builds have proved where bytes do not tell', async () => {
    const difference = new Map<string, Difference>([
      ['text', newDifference('text', { findings: [finding('text', 'possible')] })],
      ['time', newDifference('time', { findings: [finding('timestamp', 'certain')] })],
    ]);
    const { report } = await run(
      {
        makes: (varied) => ({
          text: varied.has('locale') ? 'x' : 'y',
          time: varied.has('time') ? 'x' : 'y',
        }),
      },
      {
        variations: [
          { name: 'time', causes: ['timestamp'] as const, fixedAt: 'virtual' as const },
          { name: 'locale', causes: ['locale'] as const },
        ].map(({ name, ...more }) => ({
          ...{ variation: variation(name, more), status: 'used', why: undefined },
        })),
        compare: (_a, _b, { only = [] } = {}) =>
          Promise.resolve(new Map([...difference].filter(([path]) => only.includes(path)))),
      },
    );
    expect(report.artifacts).toMatchObject([
      { path: 'text', causes: ['locale'], vanishesAt: 'fixed' },
      // Without a log the builds were not those of level virtual.
      { path: 'time', causes: ['timestamp'], vanishesAt: undefined },
    ]);
  });

  it('tells what builds have proved, with what ends it, also where bytes show no more than a build-id', async () => {
    const { report } = await run(
      {
        makes: (varied) => ({ hello: varied.has('path') ? 'b' : 'a', a: [...varied].sort().at(0) }),
      },
      {
        variations: [
          { variation: variation('path', { causes: ['build-path'] }) },
          { variation: variation('size', { causes: ['file-system'], title: 'block size' }) },
        ].map((each) => ({ ...each, status: 'used', why: undefined })),
        compare: () =>
          Promise.resolve(
            new Map([
              [
                'hello',
                newDifference('hello', {
                  findings: [{ ...finding('build-id', 'certain'), consequence: true }],
                }),
              ],
              ['a', newDifference('a', {})],
            ]),
          ),
      },
    );
    const findings = new Map(report.artifacts.map((one) => [one.path, one.difference?.findings]));
    expect(findings.get('hello')).toMatchObject([
      { cause: 'build-path', kind: 'in what was stripped', a: 'no', b: '1', consequence: false },
      { cause: 'build-id', consequence: true },
    ]);
    expect(findings.get('hello')?.[0]?.remedy).toMatch(/-ffile-prefix-map/);
    expect(findings.get('a')).toMatchObject([
      { cause: 'build-path', kind: 'proved by builds' },
      { cause: 'file-system', kind: 'proved by builds' },
    ]);
    expect(findings.get('a')?.[1]?.remedy).toMatch(/block size.*level `fixed`/);
  });

  it('tells it of one of several conditions, too, whose pair is not the one that is shown', async () => {
    const { report } = await run(
      { makes: (varied) => ({ deb: `${varied.has('path')}${varied.has('time')}` }) },
      {
        variations: [
          { variation: variation('path', { causes: ['build-path'] }) },
          { variation: variation('time', { causes: ['timestamp'] }) },
        ].map((each) => ({ ...each, status: 'used', why: undefined })),
        compare: (_a, _b, { canariesB } = {}) =>
          Promise.resolve(
            new Map([
              [
                'deb',
                newDifference('deb', {
                  findings: [
                    canariesB?.variables['path'] === '1'
                      ? { ...finding('build-id', 'certain'), consequence: true }
                      : finding('timestamp', 'certain'),
                  ],
                }),
              ],
            ]),
          ),
      },
    );
    const [deb] = report.artifacts;
    expect(deb?.dependence).toMatchObject({ sets: [['path'], ['time']] });
    expect(deb?.difference?.findings).toMatchObject([
      { cause: 'build-path', kind: 'in what was stripped' },
      { cause: 'timestamp' },
      { cause: 'build-id' },
    ]);
  });

  it('reports each way in which the build fails', async () => {
    const { report } = await run({
      makes: (varied) =>
        varied.has('umask') || (varied.has('time') && varied.has('path')) ? 'fails' : { out: 'x' },
    });
    expect(report.verdict).toBe('fails-when-varied');
    expect(report.failures.map(({ dependence, lastLines }) => [dependence, lastLines])).toEqual([
      [{ type: 'with', sets: [['umask']] }, ['umask']],
      [{ type: 'with', sets: [['time', 'path']] }, ['path', 'time']],
    ]);
  });

  it('knows what did not build at all, and what made nothing', async () => {
    expect((await run({ makes: () => 'fails' })).report).toMatchObject({
      verdict: 'does-not-build',
      failures: [{ dependence: { type: 'always' }, why: 'it ended with 1' }],
    });
    expect((await run({ makes: () => ({}) })).report.verdict).toBe('no-artifacts');
  });

  it('keeps to the time', async () => {
    let time = 0;
    const { report } = await run(
      { makes: (varied) => ({ out: varied.has('home') ? 'x' : 'y' }) },
      { milliseconds: 5, now: () => (time += 2) },
    );
    expect(report.budgetSpent).toBe(true);
    expect(report.artifacts[0]?.dependence?.type).toBe('unsearched');
  });

  it('builds nothing more once it is interrupted', async () => {
    const controller = new AbortController();
    const reason = new Error('interrupted by the test');
    let built = 0;
    const checking = run(
      {
        makes: () => {
          built++;
          controller.abort(reason);
          return { out: 'x' };
        },
      },
      { signal: controller.signal },
    );
    await expect(checking).rejects.toBe(reason);
    expect(built).toBe(1);
  });
});
