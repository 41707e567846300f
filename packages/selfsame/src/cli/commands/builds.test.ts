import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildPlan } from '../../build/engine.js';
import { openBuild } from '../../build/open-build.js';
import { defaultBehaviour, openRig, sha256 } from '../../build/test-rig.js';
import type { Rig } from '../../build/test-rig.js';
import { intentDigest, writeLockFile } from '../../environment/lock-file.js';
import { openStore } from '../../store/store.js';
import type { OpenStore } from '../../store/store.js';
import { loadWorkspace } from '../../workspace/load-workspace.js';
import { runCommandLine } from '../frame.js';
import type { Product } from '../frame.js';
import { testIo, testProduct } from '../testing.js';
import { buildCommand } from './build.js';
import { explainCommand } from './explain.js';
import { shellCommand } from './shell.js';
import { storeGcCommand } from './store-gc.js';
import { storeVerifyCommand } from './store-verify.js';

let directory: string;
let workspace: string;
let rig: Rig;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'selfsame-commands-'));
  workspace = join(directory, 'ws');
  rig = await openRig(join(directory, 'store'));
  write(
    'selfsame.yaml',
    'version: 1\nenvironments:\n  default: { debian: trixie, packages: [gcc] }\n',
  );
  write('projects/zlib/recipe.yaml', recipe('zlib', '[]', 'make zlib'));
  write('projects/zlib/source.txt', 'zlib source\n');
  write('projects/pigz/recipe.yaml', recipe('pigz', '[zlib]', 'make pigz\nmake install'));
  write('projects/pigz/source.txt', 'pigz source\n');
  await lock(workspace);
});

afterEach(async () => {
  await rig.close();
  rmSync(directory, { recursive: true, force: true });
});

function write(path: string, text: string, root = workspace): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const recipe = (name: string, needs: string, script: string) =>
  [
    `name: ${name}`,
    'version: "1.0"',
    'environment: default',
    'inputs: { source: { file: source.txt } }',
    `needs: ${needs}`,
    `steps: [{ name: build, run: ${JSON.stringify(script)} }]`,
    'outputs: ["*.txt"]',
    '',
  ].join('\n');

async function lock(root: string): Promise<void> {
  const spec = loadWorkspace(root).environments.get('default');
  if (spec === undefined) throw new Error('no environment');
  const packages = [
    {
      name: 'gcc',
      version: '1',
      architecture: 'amd64',
      sha256: 'a'.repeat(64),
      size: 1,
      path: 'pool/g.deb',
    },
  ];
  const { suite, architecture } = spec;
  await writeLockFile(join(root, 'selfsame.lock'), {
    environments: {
      default: {
        name: 'default',
        intent: intentDigest(spec),
        distribution: 'debian',
        suite,
        architecture,
        epoch: 1_700_000_000,
        releases: [],
        stages: [{ name: 'base', packages }],
      },
    },
    inputs: {},
  });
}

/** Builds everything with a sandbox that only pretends, so that the commands find results. */
async function prebuild(root = workspace, more = {}): Promise<void> {
  const { plan, dependencies } = await openBuild(root, {}, rig.context);
  const fake = {
    ...dependencies,
    materialise: rig.dependencies.materialise,
    runInSandbox: rig.dependencies.runInSandbox,
  };
  await buildPlan(plan, fake, rig.context, rig.options({ keepGoing: true, ...more }));
  rig.store.close();
}

async function run(argv: readonly string[], cwd = workspace) {
  let opened: OpenStore | undefined;
  const io = testIo({ cwd });
  const base = testProduct([
    buildCommand,
    explainCommand,
    shellCommand,
    storeGcCommand,
    storeVerifyCommand,
  ]);
  const product: Product = {
    ...base,
    loadSettings: async (env, at) => ({
      ...(await base.loadSettings(env, at)),
      storePath: join(directory, 'store'),
    }),
    openStore: async (path) => (opened = await openStore(path)),
  };
  const exitCode = await runCommandLine([...argv], io, product);
  // As the end of the process does.
  opened?.close();
  return { exitCode, out: io.stdout.text(), err: io.stderr.text() };
}

/** The answer of a command run with --json. */
async function data(argv: readonly string[], cwd = workspace): Promise<Record<string, unknown>> {
  const { out } = await run([...argv, '--json'], cwd);
  const last = JSON.parse(out.trim().split('\n').at(-1) ?? '') as { data: Record<string, unknown> };
  return last.data;
}

/** The code of the error a command ends with. */
async function errorCode(argv: readonly string[]): Promise<unknown> {
  const { out } = await run([...argv, '--json']);
  const last = JSON.parse(out.trim().split('\n').at(-1) ?? '') as {
    errors?: readonly { code: string }[];
  };
  return last.errors?.[0]?.code;
}

describe('selfsame build', () => {
  it('finds what is built, writes it out and says so', async () => {
    await prebuild();
    const { exitCode, out } = await run(['build']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      /^zlib@default {2}cached {2}[0-9a-f]{12} {2}out\/zlib\/1\.0\/default\n {2}[0-9a-f]{64} {2}result\.txt\n/mu,
    );
    const place = join(workspace, 'out/pigz/1.0/default');
    expect(readFileSync(join(place, 'SHA256SUMS'), 'utf8')).toBe(
      `${sha256(readFileSync(join(place, 'result.txt')))}  result.txt\n`,
    );
    expect(await data(['build', 'zlib'])).toMatchObject({
      builds: [
        {
          project: 'zlib',
          target: 'default',
          status: 'cached',
          artifacts: [{ path: 'result.txt' }],
        },
      ],
    });
  });

  it('gives one build id in two checkouts, whatever the number of jobs', async () => {
    await prebuild();
    const other = join(directory, 'somewhere/else');
    cpSync(workspace, other, { recursive: true });
    expect((await run(['build', '--jobs', '7'], other)).out.replaceAll('else/', '')).toBe(
      (await run(['build'])).out,
    );
  });

  it('says that the lock is missing or outdated before anything else', async () => {
    rmSync(join(workspace, 'selfsame.lock'));
    expect(await run(['build'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('selfsame lock') as string,
    });
  });

  it.each([['0'], ['many'], ['-3'], ['1.5']])('refuses --jobs %s', async (jobs) => {
    expect(await run(['build', `--jobs=${jobs}`])).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/from 1 to 1024\n +hint: For example: --jobs 4/u) as string,
    });
  });

  it('says which file cannot be written', async () => {
    await prebuild();
    write('blocked', '');
    expect(await run(['build', '--out', 'blocked'])).toMatchObject({
      exitCode: 5,
      err: expect.stringContaining('--out') as string,
    });
  });
});

describe('selfsame explain', () => {
  it('says where every field comes from', async () => {
    await prebuild();
    const { exitCode, out } = await run(['explain', 'pigz']);
    expect(exitCode).toBe(0);
    for (const line of [
      /^ {2}environment +[0-9a-f]{64} {2}\(selfsame\.lock, environment default\)$/mu,
      /^ {2}needs\.zlib\.artifacts +[0-9a-f]{64} {2}\(the artifacts of zlib@default\)$/mu,
      /^ {2}sandbox\.sourceDateEpoch +1700000000 {2}\(the date of the locked environment\)$/mu,
      /^ {6}make install$/mu,
    ])
      expect(out).toMatch(line);
    expect((await run(['explain', 'zlib'])).out).toMatch(
      /^ {2}needs +\(none\) {2}\(the recipe\)$/mu,
    );
  });

  it('says which fields differ, and only those', async () => {
    await prebuild();
    const before = String((await data(['explain', 'pigz']))['buildId']);
    expect(await run(['explain', before.slice(0, 8), 'pigz'])).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('the same build') as string,
    });
    write(
      'projects/pigz/recipe.yaml',
      recipe('pigz', '[zlib]', 'make pigz\nmake check\nmake install').replace('"1.0"', '"1.1"'),
    );
    const { exitCode, out } = await run(['explain', before, 'pigz']);
    expect(exitCode).toBe(1);
    expect(out.split('\n').slice(2)).toEqual([
      'They differ in 2 fields:',
      '  version',
      '    a  1.0',
      '    b  1.1',
      '  steps.build.script',
      '    b  make check',
      '',
    ]);
    const file = join(directory, 'store/builds', before, 'definition.json');
    expect(await data(['explain', file, 'pigz'])).toMatchObject({
      a: before,
      differences: [{ field: 'version', a: '1.0', b: '1.1' }, { field: 'steps.build.script' }],
    });
  });

  it('says what it needs to know first', async () => {
    expect(await run(['explain', 'pigz'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('selfsame build zlib@default') as string,
    });
    write('notes.json', '{}');
    expect(await run(['explain', 'notes.json'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('is not a build definition') as string,
    });
    expect(await run(['explain', '0123456789'])).toMatchObject({ exitCode: 2 });
    expect(await errorCode(['explain', 'pigz'])).toBe('BUILD_UNKNOWN');
    expect(await errorCode(['explain', 'notes.json'])).toBe('BUILD_UNKNOWN');
  });
});

describe('selfsame store', () => {
  it('keeps what a workspace built and removes it with the workspace', async () => {
    await prebuild();
    await run(['build']);
    expect(await data(['store', 'gc'])).toMatchObject({ removed: [], dryRun: false });
    rmSync(workspace, { recursive: true });
    const dry = await run(['store', 'gc', '--dry-run'], directory);
    expect(dry).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('would be removed') as string,
    });
    expect(readdirSync(join(directory, 'store/builds'))).toHaveLength(2);
    await run(['store', 'gc'], directory);
    expect(readdirSync(join(directory, 'store/builds'))).toEqual([]);
    expect(await run(['store', 'gc', '--keep-days', 'x'], directory)).toMatchObject({
      exitCode: 2,
    });
  });

  it('gives everything back with --all, unless somebody uses the store', async () => {
    rig.behave.set('pigz@default', () => ({ type: 'exited', code: 1 }));
    await prebuild();
    await run(['build', 'zlib']);
    const inStore = () =>
      ['files', 'layers', 'environments', 'trees', 'builds', 'failed', 'tmp', 'quarantine'].flatMap(
        (kind) =>
          readdirSync(join(directory, 'store', kind), { recursive: true, withFileTypes: true })
            .filter((entry) => kind !== 'files' || entry.isFile())
            .map(({ name }) => `${kind} ${name}`),
      );
    const before = inStore();
    expect(before.length).toBeGreaterThan(3);
    expect(await errorCode(['store', 'gc', '--all', '--keep-days', '3'])).toBe('WRONG_USE');
    const other = await openStore(join(directory, 'store'));
    const scratch = await other.scratch('work');
    expect(await errorCode(['store', 'gc', '--all'])).toBe('STORE_IN_USE');
    await scratch[Symbol.asyncDispose]();
    other.close();
    expect(await run(['store', 'gc', '--all', '--dry-run'])).toMatchObject({ exitCode: 0 });
    expect(inStore()).toEqual(before);
    expect(await data(['store', 'gc', '--all'])).toMatchObject({ all: true, kept: 0 });
    expect(inStore()).toEqual([]);
    expect(existsSync(join(workspace, 'out/zlib/1.0/default/result.txt'))).toBe(true);
    expect(await run(['store', 'verify'])).toMatchObject({ exitCode: 0 });
  });

  it('verifies: exit code 1 for damage, and repair lets it be built again', async () => {
    await prebuild();
    expect(await run(['store', 'verify'])).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('nothing is damaged') as string,
    });
    const artifact = (await data(['build', 'zlib']))['builds'] as [
      { artifacts: [{ sha256: string }] },
    ];
    const path = rig.store.filePath(artifact[0].artifacts[0].sha256);
    chmodSync(path, 0o644);
    writeFileSync(path, 'evil');
    expect(await run(['store', 'verify'])).toMatchObject({
      exitCode: 1,
      out: expect.stringContaining('--repair') as string,
    });
    expect(existsSync(path)).toBe(true);
    expect(await run(['store', 'verify', '--repair'])).toMatchObject({
      exitCode: 1,
      out: expect.stringContaining('moved to') as string,
    });
    expect(await run(['store', 'verify'])).toMatchObject({ exitCode: 0 });
  });
});

describe('selfsame shell', () => {
  it('says what there is to enter', async () => {
    expect(await run(['shell'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('--environment') as string,
    });
    expect(await run(['shell', '--environment', 'defualt'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('default') as string,
    });
    expect(await run(['shell', '--failed', 'zlib'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('no failed build of zlib is kept') as string,
    });
    expect(await errorCode(['shell', '--failed'])).toBe('NO_FAILED_BUILD');
    expect(await errorCode(['shell', 'pigz'])).toBe('BUILD_UNKNOWN');
    rig.behave.set('pigz@default', () => ({ type: 'exited', code: 1 }));
    rig.behave.set('zlib@default', defaultBehaviour);
    await prebuild();
    expect(await run(['shell', '--failed', 'zlib'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('pigz@default') as string,
    });
  });
});
