import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatPublicKey, sha256Hex } from '@selfsame/verify';
import { describe, expect, it } from 'vitest';
import type { errorCodes } from '../errors/codes.js';
import { SelfsameError, SelfsameErrors } from '../errors/selfsame-error.js';
import { privateKeyToPem } from '../signing/key-files.js';
import { verifyArtifacts } from './built-result.js';
import { chooseKeyFile } from './choose-key.js';
import { hashList } from './hash-list.js';
import {
  keyDirectory,
  keyFilePath,
  publicKeyPath,
  readPrivateKey,
  readPublicKey,
  writeKeyFiles,
} from './key-file.js';
import { readPolicyFile } from './policy-file.js';
import { claimOf, signClaim } from './result-claim.js';
import { signResults } from './sign-results.js';
import { temporaryDirectory, testKey, testPolicyText, testResult } from './testing.js';

const withCode = (code: keyof typeof errorCodes) => expect.objectContaining({ code }) as Error;

function errorOf(run: () => unknown): SelfsameError {
  try {
    run();
  } catch (error) {
    if (error instanceof SelfsameErrors) return error.errors[0];
    if (error instanceof SelfsameError) return error;
    throw error;
  }
  throw new Error('no error');
}

describe('key files', () => {
  it('are written so that only the owner reads the private one, and read back', async () => {
    using folder = temporaryDirectory();
    const path = join(folder.path, 'keys', 'alice.key');
    const key = testKey('alice');
    await writeKeyFiles(path, key, 'alice');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder.path, 'keys')).mode & 0o777).toBe(0o700);
    expect(readPrivateKey(path).key.publicKey.id).toBe(key.publicKey.id);
    expect(readFileSync(publicKeyPath(path), 'utf8')).toBe(
      `${formatPublicKey(key.publicKey)} alice\n`,
    );
    for (const file of [path, publicKeyPath(path)]) {
      expect(readPublicKey(file)).toEqual({ key: key.publicKey, name: 'alice' });
    }
    expect(readdirSync(join(folder.path, 'keys')).sort()).toEqual(['alice.key', 'alice.pub']);
  });

  it('are never replaced', async () => {
    using folder = temporaryDirectory();
    const path = join(folder.path, 'a.key');
    await writeKeyFiles(path, testKey('a'), 'a');
    const before = readFileSync(path, 'utf8');
    await expect(writeKeyFiles(path, testKey('b'), 'b')).rejects.toThrow(withCode('KEY_EXISTS'));
    expect(readFileSync(path, 'utf8')).toBe(before);
    const half = join(folder.path, 'half.key');
    writeFileSync(publicKeyPath(half), 'mine');
    await expect(writeKeyFiles(half, testKey('b'), 'b')).rejects.toThrow(withCode('KEY_EXISTS'));
    expect(readdirSync(folder.path).sort()).toEqual(['a.key', 'a.pub', 'half.pub']);
  });

  it('that others can read are refused with the remedy', async () => {
    using folder = temporaryDirectory();
    const path = join(folder.path, 'a.key');
    await writeKeyFiles(path, testKey('a'), 'a');
    for (const mode of [0o640, 0o604, 0o620, 0o666]) {
      chmodSync(path, mode);
      const error = errorOf(() => readPrivateKey(path));
      expect(error.code).toBe('KEY_FILE_MODE');
      expect(error.hint).toContain(`chmod 600 ${path}`);
    }
  });

  it('may be PEM, and nothing else', () => {
    using folder = temporaryDirectory();
    const path = join(folder.path, 'a.pem');
    writeFileSync(path, privateKeyToPem(testKey('a')), { mode: 0o600 });
    expect(readPrivateKey(path).key.publicKey.id).toBe(testKey('a').publicKey.id);
    expect(readPublicKey(path).key.id).toBe(testKey('a').publicKey.id);
    writeFileSync(path, 'not a key');
    expect(() => readPrivateKey(path)).toThrow(withCode('KEY_FILE_INVALID'));
    expect(() => readPublicKey(path)).toThrow(withCode('KEY_FILE_INVALID'));
    writeFileSync(path, 'x'.repeat(100_000));
    expect(() => readPrivateKey(path)).toThrow(withCode('KEY_FILE_INVALID'));
    expect(() => readPrivateKey(folder.path)).toThrow(withCode('KEY_FILE_INVALID'));
    expect(() => readPrivateKey(join(folder.path, 'none'))).toThrow(withCode('KEY_NOT_FOUND'));
  });

  it('cannot be written where there is no place', async () => {
    using folder = temporaryDirectory();
    writeFileSync(join(folder.path, 'file'), '');
    await expect(
      writeKeyFiles(join(folder.path, 'file', 'a.key'), testKey('a'), 'a'),
    ).rejects.toThrow(withCode('KEY_WRITE'));
  });

  it('are found by name below the configuration directory', () => {
    expect(keyFilePath('ci', { XDG_CONFIG_HOME: '/c' })).toBe('/c/selfsame/keys/ci.key');
    expect(keyDirectory({ XDG_CONFIG_HOME: 'relative' })).toMatch(
      /^\/.*\/\.config\/selfsame\/keys$/,
    );
    for (const name of ['../x', '', '.x', 'a/b', 'a b']) {
      expect(() => keyFilePath(name, {})).toThrow(withCode('WRONG_USE'));
    }
  });

  it('are chosen when there is no doubt', async () => {
    using config = temporaryDirectory();
    const env = { XDG_CONFIG_HOME: config.path };
    expect(() => chooseKeyFile(env)).toThrow(withCode('KEY_NOT_FOUND'));
    await writeKeyFiles(keyFilePath('alice', env), testKey('alice'), 'alice');
    expect(chooseKeyFile(env)).toBe(keyFilePath('alice', env));
    await writeKeyFiles(keyFilePath('bob', env), testKey('bob'), 'bob');
    expect(errorOf(() => chooseKeyFile(env)).message).toContain('2 keys');
    await writeKeyFiles(keyFilePath('default', env), testKey('carol'), 'default');
    expect(chooseKeyFile(env)).toBe(keyFilePath('default', env));
  });
});

describe('policy files', () => {
  const read = (text: string) => {
    using folder = temporaryDirectory();
    const path = join(folder.path, 'policy.yaml');
    writeFileSync(path, text);
    return readPolicyFile(path, 'policy.yaml');
  };

  it('are read, with the digest of their bytes', () => {
    const text = testPolicyText(['alice', 'bob'], 'required: [bob]\ndissent: note\n');
    const { policy, sha256 } = read(text);
    expect(policy).toMatchObject({ threshold: 2, required: ['bob'], dissent: 'note' });
    expect(sha256).toBe(sha256Hex(text));
  });

  it('that are missing are asked for', () => {
    expect(() => readPolicyFile('/nonexistent/policy.yaml', 'policy.yaml')).toThrow(
      withCode('POLICY_NOT_FOUND'),
    );
  });

  const good = testPolicyText(['alice', 'bob']);
  it.each<[string, string, [number, number], RegExp]>([
    ['a threshold of one', good.replace('threshold: 2', 'threshold: 1'), [2, 12], /less than 2/],
    ['a threshold too high', good.replace('threshold: 2', 'threshold: 9'), [2, 12], /never be met/],
    ['no threshold', good.replace('threshold: 2\n', ''), [1, 1], /missing/],
    [
      'a misspelt key',
      good.replace('threshold: 2', 'threshold: 2\nrequird: [bob]'),
      [3, 1],
      /unknown field "requird"/,
    ],
    [
      'a key that is none',
      good.replace(/(bob: ).*/, '$1ed25519:AAAA'),
      [5, 8],
      /has 32 bytes, not 3/,
    ],
    [
      'a nameless required signer',
      good.replace('threshold: 2', 'threshold: 2\nrequired: [bob, eve]'),
      [3, 17],
      /eve is not/,
    ],
  ])('with %s are refused at the place', (_name, text, [line, column], message) => {
    const error = errorOf(() => read(text));
    expect(error.code).toBe('POLICY_INVALID');
    expect(error.message).toMatch(message);
    expect(error.location).toMatchObject({ file: 'policy.yaml', line, column });
    expect(error.hint).toBeDefined();
  });

  it('are strict YAML', () => {
    expect(errorOf(() => read(`${good}threshold: 3\n`)).code).toBe('DUPLICATE_KEY');
    expect(errorOf(() => read('threshold: [')).code).toBe('YAML_SYNTAX');
    expect(errorOf(() => read('')).code).toBe('POLICY_INVALID');
  });

  it('suggest what a misspelt key may mean', () => {
    const error = errorOf(() => read(good.replace('threshold: 2', 'treshold: 2')));
    expect(error.message).toContain('the field "threshold" is missing');
    expect(error.hint).toBe('did you mean "threshold" where it says "treshold"?');
    expect(error.location).toMatchObject({ line: good.split('\n').indexOf('threshold: 2') + 1 });
    expect(errorOf(() => read(good.replace('threshold: 2', 'dissent: note'))).hint).toMatch(
      /^write how many/,
    );
    expect(errorOf(() => read(`${good}disent: note\n`)).hint).toBe('did you mean "dissent"?');
  });
});

describe('claims', () => {
  it('say what was built, and only that', () => {
    using store = temporaryDirectory();
    const result = testResult(store.path, { 'b.txt': 'b', 'a.txt': 'a' });
    expect(claimOf(result, 'built')).toEqual({
      build: { project: 'pigz', version: '2.8', target: 'default' },
      definition: result.buildId,
      outcome: 'built',
      artifacts: [
        { path: 'b.txt', sha256: sha256Hex('b') },
        { path: 'a.txt', sha256: sha256Hex('a') },
      ],
    });
  });

  it('are refused when the definition is not that of the build id', () => {
    using store = temporaryDirectory();
    const result = { ...testResult(store.path, { x: 'x' }), buildId: sha256Hex('other') };
    expect(() => claimOf(result, 'built')).toThrow(withCode('CLAIM_MISMATCH'));
  });

  it('are refused for names no claim can hold', () => {
    using store = temporaryDirectory();
    const result = testResult(store.path, { x: 'x' });
    const artifacts = [{ path: 'a\\b', sha256: sha256Hex('x') }];
    expect(() => signClaim({ ...claimOf(result, 'built'), artifacts }, testKey('a'))).toThrow(
      withCode('CLAIM_NAME'),
    );
  });
});

describe('signing', () => {
  it('gives byte-identical payloads to builders with the same bits', async () => {
    using a = temporaryDirectory();
    using b = temporaryDirectory();
    using folder = temporaryDirectory();
    const [one] = await signResults(
      [testResult(a.path, { x: 'x', y: 'y' })],
      testKey('a'),
      folder.path,
    );
    const [two] = await signResults(
      [testResult(b.path, { y: 'y', x: 'x' })],
      testKey('b'),
      folder.path,
    );
    expect(one!.payload).toBe(two!.payload);
    expect(one!.path.split('/').slice(0, -1)).toEqual(two!.path.split('/').slice(0, -1));
  });

  it('hashes the artifacts again and signs nothing when one has changed', async () => {
    using store = temporaryDirectory();
    using folder = temporaryDirectory();
    const results = [
      testResult(store.path, { x: 'x' }, { project: 'first' }),
      testResult(store.path, { y: 'y' }, { project: 'second' }),
    ];
    for (const content of ['evil', 'Y', undefined]) {
      const path = join(store.path, sha256Hex('y'));
      if (content === undefined) execFileSync('rm', ['-f', path]);
      else writeFileSync(path, content);
      await expect(verifyArtifacts(results[1]!, undefined)).rejects.toThrow(
        withCode('ARTIFACT_CHANGED'),
      );
      await expect(signResults(results, testKey('a'), folder.path)).rejects.toThrow(
        withCode('ARTIFACT_CHANGED'),
      );
    }
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('says where it cannot write', async () => {
    using store = temporaryDirectory();
    using folder = temporaryDirectory();
    const path = join(folder.path, 'file');
    writeFileSync(path, '');
    await expect(
      signResults([testResult(store.path, { x: 'x' })], testKey('a'), path),
    ).rejects.toThrow(withCode('ATTESTATION_WRITE'));
  });

  it('stops when interrupted', async () => {
    using store = temporaryDirectory();
    const result = testResult(store.path, { x: 'x' });
    await expect(verifyArtifacts(result, AbortSignal.abort())).rejects.toThrow();
  });
});

describe('hashList', () => {
  it('is what sha256sum checks', () => {
    using folder = temporaryDirectory();
    mkdirSync(join(folder.path, 'd'));
    const contents = { 'd/b c.txt': 'b', 'a.txt': 'a' };
    const result = testResult(folder.path, contents);
    for (const [path, content] of Object.entries(contents)) {
      writeFileSync(join(folder.path, path), content);
    }
    const list = hashList(result.artifacts);
    expect(list.split('\n').map((line) => line.slice(66))).toEqual(['a.txt', 'd/b c.txt', '']);
    const check = execFileSync('sha256sum', ['--check', '--strict'], {
      cwd: folder.path,
      input: list,
    });
    expect(check.toString()).toBe('a.txt: OK\nd/b c.txt: OK\n');
  });
});
