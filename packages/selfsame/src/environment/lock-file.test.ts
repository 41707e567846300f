import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SelfsameError } from '../errors/selfsame-error.js';
import {
  emptyLockFile,
  formatLockFile,
  intentDigest,
  lockState,
  parseLockFile,
  readLockFile,
  requireLocked,
  writeLockFile,
} from './lock-file.js';
import type { LockFile } from './lock-file.js';
import type { EnvironmentSpec, LockedPackage } from './types.js';

const spec: EnvironmentSpec = {
  name: 'default',
  distribution: 'debian',
  suite: 'bookworm',
  architecture: 'amd64',
  components: ['main'],
  extraSuites: [],
  packages: ['build-essential', 'cmake'],
};

function lockedPackage(name: string, letter: string): LockedPackage {
  return {
    name,
    version: '1:2.3-4+b1',
    architecture: 'amd64',
    sha256: letter.repeat(64),
    size: 1234,
    path: `pool/main/${name[0]}/${name}/${name}_2.3-4+b1_amd64.deb`,
  };
}

const sample: LockFile = {
  environments: {
    default: {
      name: 'default',
      intent: intentDigest(spec),
      distribution: 'debian',
      suite: 'bookworm',
      architecture: 'amd64',
      epoch: 1_746_000_000,
      releases: [
        {
          suite: 'bookworm',
          sha256: 'c'.repeat(64),
          date: '2025-04-30T08:00:00Z',
          signedBy: ['A'.repeat(40)],
        },
      ],
      stages: [
        { name: 'base', packages: [lockedPackage('base-files', 'a'), lockedPackage('dash', 'b')] },
        { name: 'packages', packages: [lockedPackage('cmake', 'd')] },
      ],
    },
  },
  inputs: {
    'zlib@default/source': {
      form: 'tree',
      digest: 'e'.repeat(64),
      date: 12,
      origin: { version: '1.2', files: [{ name: 'a', size: 1 }] },
    },
  },
};

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'selfsame-lock-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function refusal(text: string): Promise<SelfsameError> {
  const outcome = await parseLockFile(text, 'selfsame.lock').then(
    () => undefined,
    (error: unknown) => error as SelfsameError,
  );
  expect(outcome?.code).toBe('LOCK_INVALID');
  return outcome as SelfsameError;
}

describe('a lock file', () => {
  it('says the same after writing and reading', async () => {
    const path = join(directory, 'selfsame.lock');
    expect(await readLockFile(path)).toBeUndefined();
    expect(await writeLockFile(path, sample)).toBe(true);
    expect(await readLockFile(path)).toEqual(sample);
    expect(await writeLockFile(path, sample)).toBe(false);
    expect(await readdir(directory)).toEqual(['selfsame.lock']);
  });

  it('is spelled the same whatever order things come in, one package per line', async () => {
    const stage = sample.environments['default']?.stages[0];
    const shuffled: LockFile = {
      inputs: Object.fromEntries(
        Object.entries(sample.inputs).map(([key, { origin, date, ...rest }]) => [
          key,
          {
            origin: Object.fromEntries(Object.entries(origin).reverse()),
            date: date ?? 0,
            ...rest,
          },
        ]),
      ),
      environments: {
        default: {
          ...sample.environments['default']!,
          stages: [
            { name: 'base', packages: [...(stage?.packages ?? [])].reverse() },
            sample.environments['default']!.stages[1]!,
          ],
        },
      },
    };
    const text = formatLockFile(sample);
    expect(formatLockFile(shuffled)).toBe(text);
    expect(JSON.parse(text)).toMatchObject({ lockVersion: 1 });
    expect(text.split('\n').filter((line) => line.includes('"path"'))).toHaveLength(3);
    expect(formatLockFile(emptyLockFile)).toBe(
      '{\n  "lockVersion": 1,\n  "environments": {},\n  "inputs": {}\n}\n',
    );
  });

  it('names no host', () => {
    expect(formatLockFile(sample)).not.toMatch(/https?:|\/\/|\.org|\.com/u);
  });

  it('may be formatted by another tool', async () => {
    const text = JSON.stringify(sample.inputs);
    const other = JSON.stringify(JSON.parse(formatLockFile(sample)), null, 4);
    expect(await parseLockFile(other, 'selfsame.lock')).toEqual(sample);
    expect(text).toContain('zlib');
  });
});

describe('a lock edited by hand', () => {
  const text = formatLockFile(sample);
  const line = (needle: string) => text.split('\n').findIndex((row) => row.includes(needle)) + 1;

  it.each([
    ['a broken digest', 'b'.repeat(64), 'b'.repeat(63), 'sha256', '"dash"'],
    ['a path that climbs', 'pool/main/d/dash/', 'pool/main/../dash/', 'pool/', '"dash"'],
    ['an absolute path', '"pool/main/d/dash/', '"/pool/main/d/dash/', 'pool/', '"dash"'],
    [
      'an unknown field',
      '"name": "dash"',
      '"nmae": "dash", "name": "dash"',
      'unknown field',
      '"dash"',
    ],
    ['a missing field', '"name": "dash", ', '', '"name" is missing', 'dash_2.3'],
    [
      'a package name with a slash',
      '"name": "dash"',
      '"name": "da/sh"',
      'package name',
      'dash_2.3',
    ],
    [
      'a package locked twice',
      '"name": "dash"',
      '"name": "base-files"',
      'locked twice',
      'dash_2.3',
    ],
    [
      'a size that is no size',
      '"size": 1234, "sha256": "b',
      '"size": -1, "sha256": "b',
      'whole number',
      '"dash"',
    ],
    ['a repeated field', '"name": "dash"', '"name": "bash", "name": "dash"', 'name', '"dash"'],
    ['stages out of order', '"name": "base",', '"name": "packages",', 'stages are', undefined],
    ['another version', '"lockVersion": 1', '"lockVersion": 2', 'lockVersion 1', '"lockVersion"'],
    ['a trailing comma', '"lockVersion": 1,', '"lockVersion": 1,,', '', '"lockVersion"'],
  ])('is refused with its place: %s', async (_what, from, to, says, where) => {
    expect(text).toContain(from);
    const error = await refusal(text.replace(from, to));
    expect(error.message).toContain(says);
    expect(error.hint).toContain('selfsame lock');
    if (where !== undefined) expect(error.location?.line).toBe(line(where));
  });

  it('is refused while a merge is unfinished', async () => {
    const error = await refusal(`<<<<<<< ours\n${text}`);
    expect(error.message).toContain('merge');
  });

  it('is refused when it is cut off', async () => {
    await refusal(text.slice(0, text.length / 2));
  });

  it('cannot reach the prototype of an object', async () => {
    const error = await refusal(text.replace('"default": {', '"__proto__": {'));
    expect(error.message).toContain('__proto__');
  });
});

describe('the state of a lock', () => {
  it('is current for the intent it was made from, in any order and under any name', () => {
    const same = { ...spec, packages: ['cmake', 'build-essential', 'cmake'] };
    expect(lockState(sample, same).type).toBe('current');
    expect(intentDigest({ ...spec, name: 'other' })).toBe(intentDigest(spec));
    expect(requireLocked(sample, same).stages).toHaveLength(2);
  });

  it.each([
    { packages: ['build-essential'] },
    { suite: 'trixie' },
    { architecture: 'arm64' },
    { components: ['main', 'contrib'] },
    { extraSuites: ['bookworm-updates'] },
  ])('is outdated after %o', (change) => {
    const changed = { ...spec, ...change };
    expect(lockState(sample, changed).type).toBe('outdated');
    expect(() => requireLocked(sample, changed)).toThrow(
      expect.objectContaining({ code: 'LOCK_OUTDATED', hint: 'run: selfsame lock' }),
    );
  });

  it('is missing for an environment it does not have, also for inherited names', () => {
    for (const lock of [undefined, sample]) {
      const other = { ...spec, name: 'constructor' };
      expect(lockState(lock, other).type).toBe('missing');
      expect(() => requireLocked(lock, other)).toThrow(
        expect.objectContaining({ code: 'LOCK_MISSING' }),
      );
    }
  });
});

describe('writing where it cannot be', () => {
  it('says so and leaves nothing', async () => {
    const path = join(directory, 'missing', 'selfsame.lock');
    await expect(writeLockFile(path, sample)).rejects.toMatchObject({ code: 'LOCK_UNWRITABLE' });
    await writeFile(join(directory, 'file'), '');
    await expect(readLockFile(join(directory, 'file', 'x'))).rejects.toMatchObject({
      code: 'LOCK_UNWRITABLE',
    });
    expect(await readFile(join(directory, 'file'), 'utf8')).toBe('');
  });
});
