import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Context } from '../context.js';
import type { LockedPackage } from '../environment/types.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { Event } from '../events/event.js';
import type { PinnedInput } from '../inputs/types.js';
import type { Plan, PlannedBuild } from '../recipe/types.js';
import type { Outcome, SandboxRequest } from '../sandbox/types.js';
import type { OpenStore } from '../store/store.js';
import { openStore } from '../store/store.js';
import type { EngineDependencies } from './dependencies.js';
import { buildPlan } from './engine.js';
import type { EngineOptions } from './engine.js';

export const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');

/** One call of the fake sandbox: what a step sees of the host's side of its directories. */
export interface FakeRun {
  readonly request: SandboxRequest;
  readonly script: string;
  /** Host path of a path in the sandbox. */
  host(path: string): string;
  /** Writes a file below /build/out. */
  out(path: string, content: string): void;
  print(text: string): void;
}

export type Behaviour = (run: FakeRun) => Outcome | undefined | Promise<Outcome | undefined>;

/** An engine whose sandbox, inputs and environments are functions of the test. */
export interface Rig {
  readonly directory: string;
  readonly store: OpenStore;
  readonly context: Context;
  readonly events: Event[];
  readonly dependencies: EngineDependencies;
  /** `project@target/step` of every step run, in order of starting. */
  readonly ran: string[];
  /** Contents of file inputs by `project/input`. */
  readonly files: Map<string, string>;
  /** What steps of a build do; default: out/NAME says which needs' artifacts it saw. */
  readonly behave: Map<string, Behaviour>;
  readonly abort: AbortController;
  options(more?: Partial<EngineOptions>): EngineOptions;
  close(): Promise<void>;
}

/** What is said to be installed in every environment of the rig. */
export const rigPackages: readonly LockedPackage[] = [
  {
    name: 'gcc',
    version: '4:14.2.0-1+b1',
    architecture: 'amd64',
    sha256: sha256('gcc'),
    size: 3,
    path: 'pool/main/g/gcc.deb',
  },
];

export async function openRig(storePath?: string): Promise<Rig> {
  const directory = await mkdtemp(join(tmpdir(), 'selfsame-build-'));
  const store = await openStore(storePath ?? join(directory, 'store'));
  const events: Event[] = [];
  const ran: string[] = [];
  const files = new Map<string, string>();
  const behave = new Map<string, Behaviour>();
  const abort = new AbortController();
  const context: Context = {
    emit: (event) => events.push(event),
    signal: abort.signal,
    store,
    settings: {
      storePath: store.root,
      jobs: 1,
      offline: true,
      parallelDownloads: 1,
      debian: { mirrors: [], keyrings: [], snapshot: undefined },
      npm: { registry: undefined },
    },
  };
  const content = (project: string, input: string) => files.get(`${project}/${input}`) ?? '';
  const pin = (build: PlannedBuild, input: string): PinnedInput => ({
    form: 'file',
    digest: sha256(content(build.project, input)),
    fileName: `${input}.txt`,
    date: 1_600_000_000,
    origin: {},
  });
  const dependencies: EngineDependencies = {
    pinInput: (build, input) => Promise.resolve(pin(build, input.name)),
    fetchInput: async (build, input, pinned) => {
      const stored = await store.putFile(Buffer.from(content(build.project, input.name)), {
        expected: pinned.digest,
      });
      return { ...pinned, path: store.filePath(stored.sha256) };
    },
    lockedEnvironment: (build) => {
      if (build.environment.name === 'unlocked')
        throw new SelfsameError('LOCK_MISSING', 'environment "unlocked" is not in selfsame.lock');
      return {
        digest: sha256(build.environment.name),
        epoch: 1_500_000_000,
        stages: [],
        packages: rigPackages,
      };
    },
    materialise: (build) =>
      Promise.resolve({
        name: build.environment.name,
        digest: sha256(build.environment.name),
        rootLayers: [directory],
      }),
    takeBack: () => Promise.resolve(),
    runInSandbox: async (request) => {
      const run = fakeRun(request);
      const index = ran.filter((item) => item.startsWith(`${request.source}/`)).length;
      ran.push(`${request.source}/${index}`);
      const outcome = await (behave.get(request.source) ?? defaultBehaviour)(run);
      return {
        outcome: outcome ?? { type: 'exited', code: 0 },
        milliseconds: 5,
        peakMemoryBytes: 1000,
        notFixed: [],
      };
    },
  };
  return {
    directory,
    store,
    context,
    events,
    dependencies,
    ran,
    files,
    behave,
    abort,
    options: (more) => ({ jobs: 1, keepGoing: false, rebuild: new Set(), ...more }),
    async close() {
      store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function fakeRun(request: SandboxRequest): FakeRun {
  const host = (path: string) => {
    const mount = [...request.mounts]
      .reverse()
      .find(({ target }) => path === target || path.startsWith(`${target}/`));
    if (mount === undefined) throw new Error(`nothing is mounted at ${path}`);
    return mount.source + path.slice(mount.target.length);
  };
  return {
    request,
    script: readFileSync(host('/build/step'), 'utf8'),
    host,
    out(path, content) {
      const place = host(`/build/out/${path}`);
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, content);
    },
    print: (text) => request.onOutput?.('stdout', Buffer.from(text)),
  };
}

/** The artifact is a function of the script and of everything mounted read-only, as an honest build's is. */
export const defaultBehaviour: Behaviour = (run) => {
  const seen = run.request.mounts
    .filter(({ target, writable }) => !writable && target.startsWith('/build/inputs/'))
    .map(({ source, target }) => `${target}: ${readFileSync(source, 'utf8')}`);
  const needs = run.request.mounts
    .filter(({ target }) => target.startsWith('/build/needs/'))
    .map(({ source, target }) => `${target}: ${sha256(readFileSync(join(source, 'result.txt')))}`);
  run.out('result.txt', [run.script, ...seen, ...needs].join('\n'));
  return undefined;
};

/** A planned build with one step and one output; `more` overrides. */
export function plannedBuild(
  project: string,
  needs: readonly string[] = [],
  more: Partial<PlannedBuild> = {},
): PlannedBuild {
  return {
    key: `${project}@default`,
    project,
    version: '1.0',
    target: 'default',
    recipeFile: `/ws/projects/${project}/recipe.yaml`,
    environment: {
      name: 'default',
      distribution: 'debian',
      suite: 'trixie',
      architecture: 'amd64',
      components: ['main'],
      extraSuites: [],
      packages: [],
    },
    determinism: 'fixed',
    inputs: [],
    needs: needs.map((name) => ({ name, build: `${name}@default` })),
    steps: [{ name: 'build', shell: 'sh', script: `make ${project}` }],
    outputs: ['result.txt'],
    limits: {
      wallSeconds: 60,
      memoryBytes: 1 << 30,
      processes: 64,
      diskBytes: 1 << 30,
      outputBytes: 1 << 20,
    },
    cpus: 4,
    memoryShown: 2 ** 33,
    sourceDateEpoch: undefined,
    ...more,
  };
}

/** A plan in the order given, which must have needs first. */
export function planOf(...builds: readonly PlannedBuild[]): Plan {
  return {
    builds: new Map(builds.map((build) => [build.key, build])),
    order: builds.map((build) => build.key),
  };
}

/** Three builds, each of which needs the one before. */
export const chain = (): Plan =>
  planOf(plannedBuild('zlib'), plannedBuild('pigz', ['zlib']), plannedBuild('app', ['pigz']));

/** Builds a plan in a rig. */
export const runPlan = (
  rig: Rig,
  plan = chain(),
  more: Parameters<Rig['options']>[0] = {},
): ReturnType<typeof buildPlan> =>
  buildPlan(plan, rig.dependencies, rig.context, rig.options(more));

/** How each build of a plan ended: `zlib@default built`. */
export const statuses = (outcomes: Awaited<ReturnType<typeof runPlan>>): string[] =>
  outcomes.map(({ key, status }) => `${key} ${status}`);
