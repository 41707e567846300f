import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { intentDigest, writeLockFile } from '../environment/lock-file.js';
import { runInSandbox } from '../sandbox/run.js';
import { sandboxesWork, TestRoom } from '../sandbox/test-environment.js';
import { runInUserNamespace } from '../sandbox/user-namespace.js';
import { loadWorkspace } from '../workspace/load-workspace.js';
import type { EngineDependencies } from './dependencies.js';
import { buildPlan } from './engine.js';
import { openBuild } from './open-build.js';
import { openRig } from './test-rig.js';
import { writeOut } from './write-out.js';

/**
 * A workspace, its store and the layers of its environment at paths with `name` in them, built by the engine
 * in the real sandbox with the host's own programs.
 */
describe.skipIf(!sandboxesWork)('a store and a workspace at a path with', () => {
  const room = new TestRoom();
  afterAll(() => room.dispose());
  let place: string;
  beforeEach(() => (place = mkdtempSync(join(tmpdir(), 'selfsame-odd-'))));
  afterEach(async () => {
    await runInUserNamespace(['rm', '-rf', '--', place]);
    rmSync(place, { recursive: true, force: true });
  });

  async function lock(workspace: string): Promise<void> {
    const spec = loadWorkspace(workspace).environments.get('default');
    if (spec === undefined) throw new Error('no environment');
    const { suite, architecture } = spec;
    await writeLockFile(join(workspace, 'selfsame.lock'), {
      environments: {
        default: {
          name: 'default',
          intent: intentDigest(spec),
          distribution: 'debian',
          suite,
          architecture,
          epoch: 1_700_000_000,
          releases: [],
          stages: [],
        },
      },
      inputs: {},
    });
  }

  /** Build ids and hashes do not depend on places, so every name must give the same. */
  const seen = new Set<string>();

  it.each([
    ['nothing special', 'plain'],
    ['blanks', ' two  blanks '],
    ['a colon, which parts layers in the options of an overlay', 'a:b'],
    ['a comma, which parts options of a mount', 'a,lowerdir=b,b'],
    ['a backslash, which quotes in both', 'a\\:b\\'],
    ['characters of other scripts', '構築-сборка-é'],
    ['what a shell would read', `$(x) 'a' "b" ; * & {c}`],
    ['what looks like an option', '-v --rm'],
    ['what an expression looks like', '${{ project }} %s #'],
  ])('%s builds', async (_what, name) => {
    const workspace = join(place, name, 'ws');
    const files = {
      'selfsame.yaml':
        'version: 1\nenvironments:\n  default: { debian: trixie, packages: [gcc] }\n',
      'projects/lib/recipe.yaml': `name: lib
version: "1.0"
inputs:
  source: { file: source.txt, at: work/copy.txt }
steps: [{ name: build, run: "cat copy.txt /build/inputs/source/source.txt >/build/out/lib.txt" }]
outputs: [lib.txt]
`,
      'projects/lib/source.txt': 'library\n',
      'projects/app/recipe.yaml': `name: app
version: "1.0"
needs: [lib]
steps: [{ name: build, run: "cat \${{ needs.lib.path }}/lib.txt >/build/out/app.txt" }]
outputs: [app.txt]
`,
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(workspace, path, '..'), { recursive: true });
      writeFileSync(join(workspace, path), text);
    }
    await lock(workspace);
    const rig = await openRig(join(place, name, 'store'));
    try {
      const model = await room.request('true');
      const root = join(place, name, 'root');
      const [layer = ''] = model.rootLayers;
      const copied = await runInUserNamespace(['cp', '-a', '--', layer, root]);
      if (copied.exitCode !== 0) throw new Error(copied.stderr.toString());
      const hostMounts = model.mounts.filter(({ target }) => target !== '/build');
      const { plan, dependencies: real } = await openBuild(workspace, {}, rig.context);
      const dependencies: EngineDependencies = {
        ...real,
        materialise: () => Promise.resolve({ name: 'host', digest: '', rootLayers: [root] }),
        runInSandbox: (request) =>
          runInSandbox({ ...request, mounts: [...hostMounts, ...request.mounts] }),
      };
      const outcomes = await buildPlan(plan, dependencies, rig.context, rig.options());
      const made = outcomes.map((outcome) =>
        outcome.status === 'built'
          ? writeOut(rig.store, join(workspace, 'out'), outcome.result, new Map())
          : outcome,
      );
      expect(made).toEqual([
        join(workspace, 'out/lib/1.0/default'),
        join(workspace, 'out/app/1.0/default'),
      ]);
      expect(readFileSync(join(workspace, 'out/app/1.0/default/app.txt'), 'utf8')).toBe(
        'library\nlibrary\n',
      );
      seen.add(
        outcomes
          .map((outcome) => (outcome.status === 'built' ? outcome.result.buildId : ''))
          .join(),
      );
      expect(seen.size).toBe(1);
      const again = await buildPlan(plan, dependencies, rig.context, rig.options());
      expect(again.map(({ status }) => status)).toEqual(['cached', 'cached']);
    } finally {
      await rig.close();
    }
  });
});
