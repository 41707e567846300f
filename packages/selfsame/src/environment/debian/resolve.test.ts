import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '../../download/testing.js';
import type { TestContext } from '../../download/testing.js';
import { hasDpkg } from '../testing.js';
import type { DebContents } from '../testing.js';
import type { EnvironmentSpec, LockedEnvironment } from '../types.js';
import { isolatedApt } from './apt.js';
import { resolveEnvironment } from './resolve.js';
import { testArchive } from './test-archive.js';
import type { TestArchive } from './test-archive.js';

const hasApt = hasDpkg && spawnSync('apt-get', ['--version']).status === 0;
// The keyring of the tests is below it.
const hasName = !/[\s,]/u.test(tmpdir());
if (!hasApt || !hasName)
  process.stderr.write(
    `skipping tests of resolving: ${hasApt ? 'apt can name no keyring below TMPDIR' : 'apt is not installed here'}\n`,
  );

const essential = (name: string, fields: readonly string[] = []): DebContents => ({
  name,
  fields: ['Essential: yes', ...fields],
});
const plain = (name: string, depends?: string, version = '1.0'): DebContents => ({
  name,
  version,
  fields: depends === undefined ? [] : [`Depends: ${depends}`],
});

const usual: readonly DebContents[] = [
  essential('base-files'),
  essential('dash', ['Depends: libc6']),
  plain('libc6'),
  plain('build-essential', 'gcc, make'),
  plain('gcc', 'libc6'),
  plain('make', 'libc6'),
  plain('cmake', 'make, libuv1'),
  { name: 'libuv1', fields: ['Recommends: recommended'] },
  plain('recommended'),
  { name: 'fighter', fields: ['Conflicts: make'] },
  plain('broken', 'not-there'),
];

let context: TestContext;
let archive: TestArchive;

beforeEach(async () => {
  if (!hasApt) return;
  context = await testContext();
  archive = await testArchive(context.directory);
  await archive.publish('teststable', usual);
});
afterEach(() => context?.[Symbol.asyncDispose]());

function spec(packages: readonly string[], more: Partial<EnvironmentSpec> = {}): EnvironmentSpec {
  return {
    name: 'default',
    distribution: 'debian',
    suite: 'teststable',
    architecture: 'amd64',
    components: ['main'],
    extraSuites: [],
    packages,
    ...more,
  };
}

function resolve(
  wanted: EnvironmentSpec,
  previous?: LockedEnvironment,
  update = false,
  keyrings = [archive.keyring],
): Promise<LockedEnvironment> {
  const debian = { mirrors: [archive.uri], keyrings, snapshot: undefined };
  return resolveEnvironment(
    wanted,
    { previous, update },
    { ...context, settings: { ...context.settings, debian } },
  );
}

const names = (locked: LockedEnvironment) =>
  locked.stages.map(({ name, packages }) => [name, packages.map((item) => item.name)]);
const version = (locked: LockedEnvironment, name: string) =>
  locked.stages.flatMap(({ packages }) => packages).find((item) => item.name === name)?.version;

describe.runIf(hasApt && hasName)('resolving', () => {
  it('makes stages of what is essential, the toolchain, and the rest, without recommendations', async () => {
    const locked = await resolve(spec(['cmake', 'build-essential']));
    expect(names(locked)).toEqual([
      ['base', ['base-files', 'dash', 'libc6']],
      ['toolchain', ['build-essential', 'gcc', 'make']],
      ['packages', ['cmake', 'libuv1']],
    ]);
    expect(locked.epoch).toBe(1_700_000_000);
    expect(locked.releases).toMatchObject([
      { suite: 'teststable', date: '2023-11-14T22:13:20Z', signedBy: [archive.fingerprint] },
    ]);
    expect(locked.stages[0]?.packages[0]).toMatchObject({
      version: '1.0',
      architecture: 'amd64',
      path: 'pool/main/base-files_1.0_amd64.deb',
    });
    expect(JSON.stringify(locked)).not.toContain('file:');
  });

  it('leaves stages out that nobody asked for', async () => {
    expect(names(await resolve(spec(['make'])))).toEqual([
      ['base', ['base-files', 'dash', 'libc6']],
      ['packages', ['make']],
    ]);
    expect(names(await resolve(spec(['dash'])))).toEqual([
      ['base', ['base-files', 'dash', 'libc6']],
    ]);
    expect(names(await resolve(spec([])))).toEqual([['base', ['base-files', 'dash', 'libc6']]]);
  });

  it('keeps the versions of a lock where they still are, until it is told to update', async () => {
    const first = await resolve(spec(['make']));
    await archive.publish(
      'teststable',
      [...usual, plain('make', 'libc6', '2.0'), plain('libuv1', undefined, '2.0')],
      { date: 1_700_000_999 },
    );
    const more = await resolve(spec(['make', 'libuv1']), first);
    expect([version(more, 'make'), version(more, 'libuv1')]).toEqual(['1.0', '2.0']);
    const updated = await resolve(spec(['make']), first, true);
    expect([version(updated, 'make'), updated.epoch]).toEqual(['2.0', 1_700_000_999]);
    await archive.publish('teststable', [
      ...usual.filter(({ name }) => name !== 'make'),
      plain('make', 'libc6', '3.0'),
    ]);
    expect(version(await resolve(spec(['make']), first), 'make')).toBe('3.0');
  });

  it('keeps the clock when a newer Release file brings the same packages', async () => {
    const first = await resolve(spec(['make']));
    await archive.publish('teststable', usual, { date: 1_700_009_999 });
    expect(await resolve(spec(['make']), first, true)).toEqual(first);
  });

  it('takes packages of several suites, and names the Release file of each', async () => {
    await archive.publish('teststable-updates', [plain('make', 'libc6', '1.1')], {
      date: 1_700_000_500,
    });
    const locked = await resolve(spec(['make'], { extraSuites: ['teststable-updates'] }));
    expect(version(locked, 'make')).toBe('1.1');
    expect(locked.releases.map(({ suite }) => suite)).toEqual(['teststable', 'teststable-updates']);
    expect(locked.epoch).toBe(1_700_000_500);
  });

  it('takes exactly the version that is asked for', async () => {
    await archive.publish('teststable', [...usual, plain('make', 'libc6', '2.0')]);
    expect(version(await resolve(spec(['make=1.0'])), 'make')).toBe('1.0');
    await expect(resolve(spec(['make=9']))).rejects.toMatchObject({
      code: 'PACKAGE_NOT_FOUND',
      hint: 'they have 2.0, 1.0',
    });
  });

  it('says which package does not exist, and what was meant', async () => {
    await expect(resolve(spec(['build-esential']))).rejects.toMatchObject({
      code: 'PACKAGE_NOT_FOUND',
      message:
        'environment "default" wants the package build-esential, which its suites do not have',
      hint: 'did you mean "build-essential"?',
    });
  });

  it('says which packages do not go together, and which needs what is not there', async () => {
    await expect(resolve(spec(['fighter', 'make']))).rejects.toMatchObject({
      code: 'PACKAGES_CONFLICT',
    });
    await expect(resolve(spec(['broken']))).rejects.toMatchObject({
      code: 'PACKAGES_CONFLICT',
      message: expect.stringContaining('not-there') as string,
    });
  });

  it('says which suite does not exist', async () => {
    await expect(resolve(spec([], { suite: 'nosuch' }))).rejects.toMatchObject({
      code: 'SUITE_NOT_FOUND',
      message: expect.stringContaining('nosuch') as string,
    });
  });

  it('trusts no suite that another key signed, or that was changed', async () => {
    const other = await testArchive(`${context.directory}/other`);
    await expect(resolve(spec([]), undefined, false, [other.keyring])).rejects.toMatchObject({
      code: 'SUITE_NOT_TRUSTED',
      hint: expect.stringContaining('debian.keyrings') as string,
    });
    await archive.publish('teststable', usual, {
      tamper: (text) => text.replace('Label: Debian', 'Label: debian'),
    });
    await expect(resolve(spec([]))).rejects.toMatchObject({ code: 'SUITE_NOT_TRUSTED' });
  });

  it('refuses indexes that are not the signed ones', async () => {
    const { appendFileSync } = await import('node:fs');
    appendFileSync(
      `${archive.root}/dists/teststable/main/binary-amd64/Packages`,
      '\nPackage: evil\n',
    );
    await expect(resolve(spec([]))).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
  });

  it('says what is missing when a component or architecture is not there', async () => {
    const wanted = spec([], { components: ['main', 'contrib'] });
    await expect(resolve(wanted)).rejects.toMatchObject({
      code: 'COMPONENT_NOT_FOUND',
      hint: 'it has main for amd64',
    });
    await expect(resolve(spec([], { architecture: 'arm64' }))).rejects.toMatchObject({
      code: 'COMPONENT_NOT_FOUND',
    });
  });

  it('refuses a Release file that expired, unless the machine’s apt does not mind', async () => {
    await archive.publish('teststable', usual, { validUntil: 1_700_000_001 });
    const outcome = await resolve(spec([])).catch((error: unknown) => error);
    const minds = !/false/u.test(
      spawnSync('apt-config', ['dump', 'Acquire::Check-Valid-Until'], { encoding: 'utf8' }).stdout,
    );
    if (minds)
      expect(outcome).toMatchObject({
        code: 'SUITE_NOT_TRUSTED',
        message: expect.stringContaining('2023-11-14') as string,
      });
    else
      expect(context.events).toContainEqual(
        expect.objectContaining({ type: 'notice', level: 'warning' }),
      );
  });

  it('cannot be done below a directory that apt cannot name', async () => {
    const options = {
      directory: `${context.directory}/"`,
      architecture: 'amd64',
      components: ['main'],
      releases: [],
      signal: context.signal,
    };
    await expect(isolatedApt(options)).rejects.toMatchObject({
      code: 'RESOLVER_FAILED',
      hint: expect.stringContaining('SELFSAME_STORE') as string,
    });
  });

  it.each(['of keys.asc', 'a,b.asc'])('says that apt can name no keyring like %j', async (name) => {
    const keyring = join(context.directory, name);
    copyFileSync(archive.keyring, keyring);
    await expect(resolve(spec([]), undefined, false, [keyring])).rejects.toMatchObject({
      code: 'RESOLVER_FAILED',
      message: expect.stringContaining(JSON.stringify(keyring)) as string,
    });
  });
});
