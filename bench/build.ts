import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execPath } from 'node:process';
import { buildPlan } from '../packages/selfsame/src/build/engine.js';
import { openBuild } from '../packages/selfsame/src/build/open-build.js';
import { intentDigest, writeLockFile } from '../packages/selfsame/src/environment/lock-file.js';
import { openStore } from '../packages/selfsame/src/store/store.js';
import { loadWorkspace } from '../packages/selfsame/src/workspace/load-workspace.js';
import type { Context } from '../packages/selfsame/src/context.js';
import type { BenchRow } from './row.js';

const cli = join(import.meta.dirname, '../packages/selfsame/bin/selfsame.js');

/** Builds with nothing to do: one project against starting Node, and a thousand against the clock. */
export async function run(): Promise<readonly BenchRow[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'selfsame-bench-build-'));
  try {
    const one = await prepare(join(scratch, 'one'), 1);
    const many = await prepare(join(scratch, 'many'), 1000);
    const bare = measure(() => spawnSync(execPath, ['-e', '0']).status, 10);
    const single = measure(() => noop(one).status, 10);
    const thousand = measure(() => noop(many).status, 3);
    const memory = noop(many).maxRss;
    return [
      {
        name: '`selfsame build` with everything cached (peer: node -e 0)',
        ours: single,
        peer: bare,
        unit: 'ms',
        ratio: single / bare,
        bar: '≤ 5× node -e 0',
        met: single <= 5 * bare,
      },
      {
        name: 'no-op build of 1,000 projects with 3,000 needs',
        ours: thousand / 1000,
        peer: 4,
        unit: 's',
        ratio: thousand / 4000,
        bar: '≤ 4 s',
        met: thousand <= 4000,
      },
      {
        name: 'memory of that build',
        ours: memory / 1e6,
        peer: 400,
        unit: 'MB',
        ratio: memory / 400e6,
        bar: '≤ 400 MB',
        met: memory <= 400e6,
      },
    ];
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Prepared {
  readonly workspace: string;
  readonly store: string;
}

/** A workspace whose builds all have results, made by an engine whose sandbox only writes a file. */
async function prepare(directory: string, projects: number): Promise<Prepared> {
  const workspace = join(directory, 'workspace');
  await writeText(
    join(workspace, 'selfsame.yaml'),
    'version: 1\nenvironments:\n  default: { debian: trixie, packages: [gcc] }\n',
  );
  for (let i = 0; i < projects; i += 1) {
    const needs = [1, 2, 3].map((step) => i - step).filter((need) => need >= 0);
    await writeText(
      join(workspace, `projects/p${i}/recipe.yaml`),
      `name: p${i}\nversion: "1.${i}"\nenvironment: default\ninputs:\n  source: { file: source.txt }\nneeds: [${needs.map((need) => `p${need}`).join(', ')}]\nsteps:\n  - { name: build, run: "make p${i}" }\noutputs: ["*.txt"]\n`,
    );
    await writeText(join(workspace, `projects/p${i}/source.txt`), `source ${i}\n`);
  }
  const spec = loadWorkspace(workspace).environments.get('default');
  if (spec === undefined) throw new Error('no environment');
  const digest = 'a'.repeat(64);
  await writeLockFile(join(workspace, 'selfsame.lock'), {
    environments: {
      default: {
        name: 'default',
        intent: intentDigest(spec),
        distribution: 'debian',
        suite: spec.suite,
        architecture: spec.architecture,
        epoch: 1_700_000_000,
        releases: [],
        stages: [
          {
            name: 'base',
            packages: [
              {
                name: 'gcc',
                version: '1',
                architecture: 'amd64',
                sha256: digest,
                size: 1,
                path: 'pool/g.deb',
              },
            ],
          },
        ],
      },
    },
    inputs: {},
  });
  const store = await openStore(join(directory, 'store'));
  const context: Context = {
    emit: () => undefined,
    signal: new AbortController().signal,
    store,
    settings: {
      storePath: store.root,
      jobs: 2,
      offline: true,
      parallelDownloads: 1,
      debian: { mirrors: [], keyrings: [], snapshot: undefined },
      npm: { registry: undefined },
    },
  };
  const { plan, dependencies } = await openBuild(workspace, {}, context);
  const outcomes = await buildPlan(
    plan,
    {
      ...dependencies,
      materialise: () => Promise.resolve({ name: 'default', digest, rootLayers: [] }),
      async runInSandbox({ mounts, source }) {
        const build = mounts.find(({ target }) => target === '/build')?.source ?? '';
        await writeFile(join(build, 'out/result.txt'), `made ${source}\n`);
        return {
          outcome: { type: 'exited', code: 0 },
          milliseconds: 1,
          peakMemoryBytes: undefined,
          notFixed: [],
        };
      },
    },
    context,
    { jobs: 8, keepGoing: false, rebuild: new Set() },
  );
  store.close();
  const wrong = outcomes.find(({ status }) => status !== 'built');
  if (wrong !== undefined)
    throw new Error(
      `${wrong.key} was ${wrong.status}: ${wrong.status === 'failed' ? wrong.error.message : ''}`,
    );
  const prepared = { workspace, store: store.root };
  // The first one writes the artifacts out.
  if (noop(prepared).status !== 0) throw new Error('the build that should find everything failed');
  return prepared;
}

function noop({ workspace, store }: Prepared): {
  readonly status: number | null;
  readonly maxRss: number;
} {
  const report = `process.on('exit', () => process.stderr.write('maxrss ' + process.resourceUsage().maxRSS + '\\n'))`;
  const child = spawnSync(
    execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(report)}`, cli, 'build'],
    {
      cwd: workspace,
      encoding: 'utf8',
      env: { ...process.env, SELFSAME_STORE: store },
      maxBuffer: 64 << 20,
    },
  );
  if (child.status !== 0) process.stderr.write(child.stderr.slice(-2000));
  return {
    status: child.status,
    maxRss: Number(/maxrss ([0-9]+)/u.exec(child.stderr)?.[1] ?? 0) * 1024,
  };
}

function measure(work: () => number | null, times: number): number {
  let fastest = Infinity;
  for (let i = 0; i < times; i += 1) {
    const started = performance.now();
    if (work() !== 0) throw new Error('a measured command failed');
    fastest = Math.min(fastest, performance.now() - started);
  }
  return fastest;
}

async function writeText(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
