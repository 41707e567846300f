import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../build/test-rig.js';
import { testServer } from '../../download/testing.js';
import type { Handler } from '../../download/testing.js';
import { intentDigest, writeLockFile } from '../../environment/lock-file.js';
import { openStore } from '../../store/store.js';
import type { OpenStore } from '../../store/store.js';
import { loadWorkspace } from '../../workspace/load-workspace.js';
import { runCommandLine } from '../frame.js';
import { testIo, testProduct } from '../testing.js';
import { buildCommand } from './build.js';
import { lockCommand } from './lock.js';

let directory: string;
let workspace: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'selfsame-mirror-'));
  workspace = join(directory, 'ws');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(workspace, path)), { recursive: true });
  writeFileSync(join(workspace, path), text);
}

/** A workspace whose environment is locked, with one input that `address` is to deliver. */
async function makeWorkspace(address: string, more = ''): Promise<void> {
  write('selfsame.yaml', 'version: 1\nenvironments:\n  default: { debian: trixie }\n');
  write(
    'projects/tool/recipe.yaml',
    `name: tool
version: "1.0"
inputs: { source: { url: { urls: ["${address}/good.txt"], sha256: ${sha256('good')}${more} } } }
steps: [{ name: build, run: make }]
outputs: [tool]
`,
  );
  const spec = loadWorkspace(workspace).environments.get('default');
  if (spec === undefined) throw new Error('no environment');
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
        stages: [],
      },
    },
    inputs: {},
  });
}

interface Failure {
  readonly code: string;
  readonly message: string;
}

interface Ended {
  readonly exitCode: number;
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/** Locks the input, which its hash in the recipe is enough for, and builds, for which it must be fetched. */
async function build(signal?: AbortSignal): Promise<Ended> {
  expect(await run('lock')).toMatchObject({ exitCode: 0 });
  return run('build', signal);
}

async function run(command: string, signal?: AbortSignal): Promise<Ended> {
  let opened: OpenStore | undefined;
  const io = testIo({ cwd: workspace, ...(signal === undefined ? {} : { signal }) });
  const base = testProduct([buildCommand, lockCommand]);
  const exitCode = await runCommandLine([command, '--json'], io, {
    ...base,
    loadSettings: async (env, at) => ({
      ...(await base.loadSettings(env, at)),
      storePath: join(directory, 'store'),
      offline: false,
    }),
    openStore: async (path) => (opened = await openStore(path)),
  });
  opened?.close();
  const last = JSON.parse(io.stdout.text().trim().split('\n').at(-1) ?? '') as {
    errors?: readonly Failure[];
    data?: { builds?: readonly { error?: Failure }[] };
  };
  const failure = last.errors?.[0] ?? last.data?.builds?.[0]?.error;
  return { exitCode, code: failure?.code, message: failure?.message };
}

/** Names of all files that came into the store. */
const kept = () =>
  readdirSync(join(directory, 'store/files'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

describe('selfsame build, when a mirror', () => {
  it('has the file, takes it', async () => {
    await using server = await testServer((_request, response) => response.end('good'));
    await makeWorkspace(server.url);
    // The next obstacle: the environment of the test holds no packages.
    expect(await build()).toMatchObject({ code: 'LOCK_INVALID' });
    expect(kept()).toEqual([sha256('good')]);
  });

  const endless: Handler = (_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  };

  it.each<[string, Handler, string, string]>([
    [
      'does not have the file',
      (_request, response) => response.writeHead(404).end('nothing here'),
      '',
      'DOWNLOAD_NOT_FOUND',
    ],
    [
      'answers with a page of its own',
      (_request, response) => response.end('<html>Sign in to this network</html>'),
      '',
      'DOWNLOAD_DIGEST_MISMATCH',
    ],
    ['sends without end', endless, ', size: 4', 'DOWNLOAD_TOO_LARGE'],
  ])('%s, says so and keeps nothing', async (_what, handler, more, code) => {
    await using server = await testServer(handler);
    await makeWorkspace(server.url, more);
    const ended = await build();
    expect(ended).toMatchObject({ exitCode: 3, code });
    expect(ended.message).toContain('good.txt');
    expect(kept()).toEqual([]);
  });

  it('begins and then sends nothing more, can be interrupted', async () => {
    const interruption = new AbortController();
    await using server = await testServer((_request, response) => {
      response.writeHead(200, { 'content-length': '4' });
      response.write('go', () => interruption.abort(new Error('Ctrl-C')));
    });
    await makeWorkspace(server.url);
    expect(await build(interruption.signal)).toMatchObject({ exitCode: 130, code: 'INTERRUPTED' });
    expect(kept()).toEqual([]);
  });
});
