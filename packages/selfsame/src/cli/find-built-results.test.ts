import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildPlan } from '../build/engine.js';
import { openRig, plannedBuild, planOf } from '../build/test-rig.js';
import type { Rig } from '../build/test-rig.js';
import { buildId } from '../record/build-id.js';
import { verifyArtifacts } from '../record/built-result.js';
import { temporaryDirectory } from '../record/testing.js';
import { findBuiltResults } from './find-built-results.js';
import { buildNames, findWorkspace } from './find-workspace.js';

let rig: Rig;

beforeEach(async () => {
  rig = await openRig();
});

afterEach(() => rig.close());

const pigz = plannedBuild('pigz', ['zlib']);
const plan = planOf(plannedBuild('zlib'), pigz);

const find = (projects: string[] = [], target?: string) =>
  findBuiltResults(plan, { projects, target }, rig.dependencies, rig.store);
const build = () => buildPlan(plan, rig.dependencies, rig.context, rig.options());

describe('findBuiltResults', () => {
  it('finds what was built, whole', async () => {
    const outcomes = await build();
    const { results, missing } = await find();
    expect(missing).toEqual([]);
    expect(results.map((result) => [result.key, result.buildId])).toEqual(
      outcomes.map((one) => [one.key, one.status === 'built' ? one.result.buildId : undefined]),
    );
    for (const result of results) {
      expect(buildId(result.definition)).toBe(result.buildId);
      expect(result.artifacts.length).toBeGreaterThan(0);
      await verifyArtifacts(result, undefined);
    }
  });

  it('builds nothing, and says what is not built', async () => {
    const { results, missing } = await find();
    expect(results).toEqual([]);
    expect(missing).toEqual([
      { key: 'zlib@default', reason: 'what the recipe and the lock say now was not built' },
      { key: 'pigz@default', reason: 'zlib@default, which it needs, is not built' },
    ]);
    expect(rig.ran).toEqual([]);
  });

  it('goes by project and target', async () => {
    await build();
    const keys = async (projects: string[], target?: string) =>
      (await find(projects, target)).results.map(({ key }) => key);
    expect(await keys(['pigz'])).toEqual(['pigz@default']);
    expect(await keys(['zlib@default'])).toEqual(['zlib@default']);
    expect(await keys([], 'debug')).toEqual([]);
    expect(await keys(['pigz'], 'default')).toEqual(['pigz@default']);
  });

  it('does not take the result of an older recipe for one of today', async () => {
    await build();
    const changed = { ...pigz, outputs: ['*.txt', 'result.txt'] };
    const newer = planOf(plannedBuild('zlib'), changed);
    const found = await findBuiltResults(
      newer,
      { projects: ['pigz'], target: undefined },
      rig.dependencies,
      rig.store,
    );
    expect(found.results).toEqual([]);
    expect(found.missing.map(({ key }) => key)).toEqual(['pigz@default']);
  });

  it('does not use what was damaged', async () => {
    await build();
    const id = (await find(['zlib'])).results[0]!.buildId;
    const path = rig.store.entryPath('builds', id);
    const definition = readFileSync(join(path, 'definition.json'));
    const reason = async () => (await find(['zlib'])).missing[0]?.reason;
    rmSync(join(path, 'definition.json'));
    writeFileSync(join(path, 'definition.json'), '{}');
    expect(await reason()).toBe('its stored definition is not that of its build id');
    rmSync(join(path, 'definition.json'));
    writeFileSync(join(path, 'definition.json'), definition);
    expect(await reason()).toBeUndefined();
    rmSync(join(path, 'result.json'));
    expect(await reason()).toMatch(/damaged/);
  });
});

describe('findWorkspace', () => {
  it('is undefined outside of any, and names builds inside of one', () => {
    using folder = temporaryDirectory();
    const root = join(folder.path, 'workspace');
    mkdirSync(join(root, 'projects', 'pigz'), { recursive: true });
    writeFileSync(join(root, 'selfsame.yaml'), 'version: 1\n');
    writeFileSync(
      join(root, 'projects', 'pigz', 'recipe.yaml'),
      `name: pigz
version: "2.8"
environment: { debian: trixie, packages: [gcc] }
targets: { default: {}, debug: {} }
steps: [ { name: build, run: "true" } ]
outputs: [ "*.tar" ]
`,
    );
    expect(findWorkspace(folder.path)).toBeUndefined();
    const workspace = findWorkspace(join(root, 'projects'))!;
    expect(buildNames(workspace, 'pigz', undefined)).toEqual([
      { project: 'pigz', version: '2.8', target: 'default' },
    ]);
    expect(buildNames(workspace, 'pigz', 'debug')).toEqual([
      { project: 'pigz', version: '2.8', target: 'debug' },
    ]);
    expect(buildNames(workspace, 'hello', undefined)).toBeUndefined();
  });
});
