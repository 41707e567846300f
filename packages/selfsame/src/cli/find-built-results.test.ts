import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '@selfsame/verify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeResult, writeResult } from '../build/result.js';
import { buildId } from '../record/build-id.js';
import type { BuildDefinition } from '../record/definition.js';
import { temporaryDirectory, testDefinition } from '../record/testing.js';
import { registerWorkspace } from '../store/roots.js';
import { openStore } from '../store/store.js';
import { loadWorkspace } from '../workspace/load-workspace.js';
import { findBuiltResults } from './find-built-results.js';
import { buildNames, findWorkspace } from './find-workspace.js';

const RECIPE = `name: NAME
version: "2.8"
environment: { debian: trixie, packages: [gcc] }
targets: { default: {}, debug: {} }
steps: [ { name: build, run: "true" } ]
outputs: [ "*.tar" ]
`;

let folder: ReturnType<typeof temporaryDirectory>;
let root: string;
let store: Awaited<ReturnType<typeof openStore>>;

beforeEach(async () => {
  folder = temporaryDirectory();
  root = join(folder.path, 'workspace');
  for (const name of ['pigz', 'zlib']) {
    mkdirSync(join(root, 'projects', name), { recursive: true });
    writeFileSync(join(root, 'projects', name, 'recipe.yaml'), RECIPE.replace('NAME', name));
  }
  writeFileSync(join(root, 'selfsame.yaml'), 'version: 1\n');
  store = await openStore(join(folder.path, 'store'));
});

afterEach(async () => {
  await store.close();
  folder[Symbol.dispose]();
});

async function build(changes: Partial<BuildDefinition>): Promise<string> {
  const definition = testDefinition(changes);
  const id = buildId(definition);
  const file = await store.putFile(Buffer.from(definition.project));
  const artifacts = [{ path: 'x.tar', ...file, executable: false }];
  const facts = { notFixed: [], milliseconds: 1, peakMemoryBytes: undefined };
  await store.publish('builds', id, (directory) =>
    writeResult(directory, store, definition, makeResult(definition, id, artifacts, facts)),
  );
  const key = `${definition.project}@${definition.target}`;
  await registerWorkspace(store, loadWorkspace(root).root, { [key]: { buildId: id, uses: [] } });
  return id;
}

const find = (projects: string[], target?: string) =>
  findBuiltResults(loadWorkspace(root), store, { projects, target });

describe('findBuiltResults', () => {
  it('finds what was built, and says what was not', async () => {
    const id = await build({ project: 'pigz' });
    const { results, missing } = find([]);
    expect(results.map(({ key, buildId: found }) => [key, found])).toEqual([['pigz@default', id]]);
    expect(missing).toEqual([
      { key: 'zlib@default', reason: 'it was not built in this workspace' },
    ]);
    expect(results[0]!.artifacts).toMatchObject([{ path: 'x.tar', sha256: sha256Hex('pigz') }]);
    expect(buildId(results[0]!.definition)).toBe(id);
  });

  it('goes by project and target', async () => {
    await build({ project: 'pigz' });
    await build({ project: 'pigz', target: 'debug' });
    const keys = (projects: string[], target?: string) =>
      find(projects, target).results.map(({ key }) => key);
    expect(keys(['pigz'])).toEqual(['pigz@default']);
    expect(keys(['pigz@debug'])).toEqual(['pigz@debug']);
    expect(keys(['pigz'], 'debug')).toEqual(['pigz@debug']);
    expect(() => find(['pigs'])).toThrow();
  });

  it('does not take the newest build for one of another version', async () => {
    await build({ project: 'pigz', version: '2.7' });
    expect(find(['pigz']).missing).toEqual([
      { key: 'pigz@default', reason: 'version 2.7 was built, the recipe says 2.8' },
    ]);
  });

  it('does not use what was damaged or removed', async () => {
    const id = await build({ project: 'pigz' });
    const path = store.entryPath('builds', id);
    const reason = () => find(['pigz']).missing[0]?.reason;
    const entry = (name: string) => join(path, name);
    writeFileSync(entry('definition.json'), '{}');
    expect(reason()).toBe('its definition is not that of its build id');
    writeFileSync(entry('result.json'), '{}');
    expect(reason()).toMatch(/damaged/);
    rmSync(path, { recursive: true });
    expect(reason()).toBe('its result is no longer in the store');
  });
});

describe('findWorkspace', () => {
  it('is undefined outside of any, and names builds inside of one', () => {
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
