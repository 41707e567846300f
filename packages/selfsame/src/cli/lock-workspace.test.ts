import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../context.js';
import { testContext } from '../download/testing.js';
import type { TestContext } from '../download/testing.js';
import { intentDigest, readLockFile } from '../environment/lock-file.js';
import type { LockedEnvironment } from '../environment/types.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { lockCommand } from './commands/lock.js';
import { environmentListCommand } from './commands/environment-list.js';
import type { CommandContext } from './command.js';
import { lockWorkspace } from './lock-workspace.js';
import type { Resolve } from './lock-workspace.js';

let root: string;
let context: TestContext;
/** Version of every package that the fake archive has now. */
let version: string;
/** Environments that were resolved, in order. */
let asked: string[];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'selfsame-lock-ws-'));
  context = await testContext();
  [version, asked] = ['1', []];
  write(
    'selfsame.yaml',
    'version: 1\nenvironments:\n  default: { debian: trixie, packages: [gcc] }\n  other: { debian: trixie, packages: [gcc] }\n  third: { debian: bookworm, packages: [make] }\n',
  );
  recipe('one', 'default', 'first');
  recipe('two', 'third', 'second');
});
afterEach(async () => {
  await context[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function recipe(name: string, environment: string, step: string): void {
  write(
    `projects/${name}/recipe.yaml`,
    `name: ${name}\nversion: "1"\nenvironment: ${environment}\ninputs: { text: { file: text } }\nsteps: [{ run: ${step} }]\noutputs: [x]\n`,
  );
  write(`projects/${name}/text`, name);
}

const resolve: Resolve = (spec): Promise<LockedEnvironment> => {
  asked.push(spec.name);
  const locked = (name: string) => ({
    name,
    version,
    architecture: 'amd64',
    sha256: version.repeat(64),
    size: 1,
    path: `pool/main/${name}.deb`,
  });
  return Promise.resolve({
    ...{
      name: spec.name,
      intent: intentDigest(spec),
      distribution: 'debian',
      suite: spec.suite,
      architecture: 'amd64',
      epoch: 1,
    },
    releases: [],
    stages: [{ name: 'base', packages: ['dash', ...spec.packages].map(locked) }],
  });
};

const lock = (
  names: readonly string[] = [],
  more: { update?: boolean; check?: boolean; with?: Resolve } = {},
) =>
  lockWorkspace(
    { cwd: root, names, update: more.update ?? false, check: more.check ?? false },
    context,
    more.with ?? resolve,
  );
const read = async () => (await readLockFile(join(root, 'selfsame.lock')))?.environments ?? {};

describe('locking a workspace', () => {
  it('resolves every environment, those with equal intents once, and writes the lock', async () => {
    const summary = await lock();
    expect(asked).toEqual(['default', 'third']);
    expect(Object.keys(await read())).toEqual(['default', 'other', 'third']);
    expect(summary).toMatchObject({
      changed: true,
      written: true,
      path: join(root, 'selfsame.lock'),
    });
    expect(summary.environments[1]).toMatchObject({
      environment: 'other',
      outcome: 'resolved',
      packages: 2,
    });
    expect(context.events).toContainEqual({
      type: 'lock-resolved',
      environment: 'default',
      packages: 2,
      added: 2,
      removed: 0,
      changed: 0,
    });
  });

  it('keeps what is current, resolves what changed, and drops what is gone', async () => {
    await lock();
    const before = readFileSync(join(root, 'selfsame.lock'), 'utf8');
    asked = [];
    version = '2';
    expect(await lock()).toMatchObject({ changed: false, written: false });
    expect([asked, readFileSync(join(root, 'selfsame.lock'), 'utf8')]).toEqual([[], before]);
    write(
      'selfsame.yaml',
      'version: 1\nenvironments:\n  default: { debian: trixie, packages: [gcc] }\n  third: { debian: bookworm, packages: [make, cmake] }\n',
    );
    const summary = await lock();
    expect(asked).toEqual(['third']);
    expect(Object.keys(await read())).toEqual(['default', 'third']);
    expect(
      summary.environments.find(({ environment }) => environment === 'third')?.difference,
    ).toEqual({
      added: [{ name: 'cmake', version: '2' }],
      removed: [],
      changed: [
        { name: 'dash', from: '1', to: '2' },
        { name: 'make', from: '1', to: '2' },
      ],
    });
  });

  it('updates when told to, and only what is named', async () => {
    await lock();
    version = '2';
    await lock(['third'], { update: true });
    expect(asked).toEqual(['default', 'third', 'third']);
    const environments = await read();
    expect(environments['default']?.stages[0]?.packages[0]?.version).toBe('1');
    expect(environments['third']?.stages[0]?.packages[0]?.version).toBe('2');
  });

  it('locks what a project needs when it is named', async () => {
    const summary = await lock(['two']);
    expect(summary.environments.map(({ environment }) => environment)).toEqual(['third']);
    expect(Object.keys(await read())).toEqual(['third']);
  });

  it('writes nothing when it only checks, or when anything fails', async () => {
    expect(await lock([], { check: true })).toMatchObject({ changed: true, written: false });
    const failing: Resolve = (spec, ...rest) =>
      spec.name === 'third'
        ? Promise.reject(new SelfsameError('PACKAGE_NOT_FOUND', 'no make'))
        : resolve(spec, ...rest);
    await expect(lock([], { with: failing })).rejects.toMatchObject({ code: 'PACKAGE_NOT_FOUND' });
    expect(await read()).toEqual({});
  });

  it('says which name it does not know', async () => {
    await expect(lock(['defualt'])).rejects.toMatchObject({
      code: 'WRONG_USE',
      hint: 'did you mean "default"?',
    });
  });
});

describe('the commands', () => {
  const commandContext = (): CommandContext => {
    const same = (text: string) => text;
    return {
      ...{ cwd: root, settings: context.settings, signal: context.signal, json: false },
      ...{ stdinIsTerminal: false, stdoutIsTerminal: false, stderrIsTerminal: false },
      ...{ env: {}, passSignals: () => () => undefined },
      style: { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same },
      engine: (): Promise<Context> => Promise.resolve(context),
    };
  };

  it('report a lock that is up to date, and check it', async () => {
    await lock();
    expect(await lockCommand.run([], {}, commandContext())).toMatchObject({
      exitCode: 0,
      text: ['selfsame.lock is up to date'],
    });
    expect(await lockCommand.run([], { check: true }, commandContext())).toMatchObject({
      exitCode: 0,
    });
  });

  it('list environments with what is locked', async () => {
    await lock(['default']);
    const { text, data } = await environmentListCommand.run([], {}, commandContext());
    expect(text).toEqual([
      'default  locked, 2 packages',
      'other    not locked',
      'third    not locked',
    ]);
    expect(data).toMatchObject({
      environments: [{ name: 'default', state: 'current', digest: undefined }, {}, {}],
    });
    const named = await environmentListCommand.run([], { packages: true }, commandContext());
    expect(named.text).toContain('  gcc 1 amd64');
  });
});
