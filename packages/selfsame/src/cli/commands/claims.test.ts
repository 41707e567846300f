import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resultClaimPayload, sha256Hex, type BuildName, type ResultClaim } from '@selfsame/verify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCodes } from '../../errors/codes.js';
import { writeAttestation } from '../../record/attestation-folder.js';
import type { BuiltResult } from '../../record/built-result.js';
import {
  signedBy,
  temporaryDirectory,
  testKey,
  testPolicyText,
  testResult,
} from '../../record/testing.js';
import { formatPrivateKeyFile } from '../../signing/key-files.js';
import type { OptionValues } from '../command.js';
import { testCommandContext } from '../testing.js';
import { keyNewCommand } from './key-new.js';
import { keyShowCommand } from './key-show.js';
import { createSignCommand, type FindResults } from './sign.js';
import { createVerifyCommand } from './verify.js';

let folder: ReturnType<typeof temporaryDirectory>;
let root: string;
let results: BuiltResult[];
const config = process.env['XDG_CONFIG_HOME'];

beforeEach(() => {
  folder = temporaryDirectory();
  root = join(folder.path, 'workspace');
  mkdirSync(root);
  mkdirSync(join(folder.path, 'store'));
  results = [];
  process.env['XDG_CONFIG_HOME'] = join(folder.path, 'config');
});

afterEach(() => {
  folder[Symbol.dispose]();
  if (config === undefined) delete process.env['XDG_CONFIG_HOME'];
  else process.env['XDG_CONFIG_HOME'] = config;
});

const context = () => testCommandContext(root);

const findResults: FindResults = ({ projects }) => {
  const known = new Map(results.map((result) => [result.definition.project, result]));
  const wanted = projects.length === 0 ? [...known.keys()] : projects;
  return Promise.resolve({
    results: wanted.flatMap((project) => known.get(project) ?? []),
    missing: wanted
      .filter((project) => !known.has(project))
      .map((project) => ({ key: `${project}@default`, reason: 'it was not built' })),
    workspaceRoot: root,
  });
};

const recipes: BuildName[] = [];
const sign = createSignCommand(findResults);
const verify = createVerifyCommand(
  () =>
    Promise.resolve({
      root,
      builds: (project) => {
        const found = recipes.filter((build) => build.project === project);
        return found.length === 0 ? undefined : found;
      },
    }),
  findResults,
);

const withCode = (code: keyof typeof errorCodes) => expect.objectContaining({ code }) as Error;
const build: BuildName = { project: 'pigz', version: '2.8', target: 'default' };

function built(contents: Record<string, string>, changes = {}): BuiltResult {
  return testResult(join(folder.path, 'store'), contents, changes);
}

function keyFile(name: string): string {
  const path = join(folder.path, `${name}.key`);
  writeFileSync(path, formatPrivateKeyFile(testKey(name), name), { mode: 0o600 });
  return path;
}

async function claim(signer: string, changes: Partial<ResultClaim> = {}): Promise<void> {
  const whole: ResultClaim = {
    build,
    definition: sha256Hex('definition'),
    outcome: 'built',
    artifacts: [{ path: 'pigz.tar', sha256: sha256Hex('good') }],
    ...changes,
  };
  await writeAttestation(join(root, 'attestations'), whole.build, signedBy(signer, whole));
}

const other = { artifacts: [{ path: 'pigz.tar', sha256: sha256Hex('bad') }] };

function policy(names: readonly string[] = ['alice', 'bob', 'carol'], more = ''): void {
  writeFileSync(join(root, 'policy.yaml'), testPolicyText(names, more));
}

async function judged(args: readonly string[] = [], options: OptionValues = {}) {
  const { exitCode, text, data } = await verify.run(args, options, context());
  return { exitCode, text: text.join('\n'), data: data as never };
}

describe('selfsame key', () => {
  it('makes a key, shows it, and never replaces it', async () => {
    const made = await keyNewCommand.run([], { name: 'alice' }, context());
    const { path, publicKey, keyId } = made.data as Record<string, string>;
    expect(path).toBe(join(folder.path, 'config/selfsame/keys/alice.key'));
    expect(made.text.join('\n')).toContain(`alice: { key: "${publicKey}" }`);
    const secret = readFileSync(path!, 'utf8').split('\n')[1]!;
    expect(made.text.join('\n')).not.toContain(secret);
    expect(JSON.stringify(made.data)).not.toContain(secret.split(':')[1]);
    await expect(keyNewCommand.run([], { name: 'alice' }, context())).rejects.toThrow(
      withCode('KEY_EXISTS'),
    );
    for (const options of [{}, { name: 'alice' }, { key: path! }]) {
      const shown = await keyShowCommand.run([], options, context());
      expect(shown.text).toEqual([`${publicKey} alice`]);
      expect(shown.data).toMatchObject({ keyId, name: 'alice' });
    }
    const pem = await keyShowCommand.run([], { pem: true }, context());
    expect(pem.text[0]).toBe('-----BEGIN PUBLIC KEY-----');
  });

  it('writes where it is told', async () => {
    await keyNewCommand.run([], { out: 'ci.key' }, context());
    expect(readdirSync(root).sort()).toEqual(['ci.key', 'ci.pub']);
  });

  it('is called wrong with two ways to name a key', async () => {
    await expect(keyShowCommand.run([], { name: 'a', key: 'b' }, context())).rejects.toThrow(
      withCode('WRONG_USE'),
    );
  });
});

describe('selfsame sign', () => {
  it('signs the results of the workspace into its attestations folder', async () => {
    results = [built({ x: 'x' }), built({ y: 'y' }, { project: 'zlib' })];
    const signed = await sign.run([], { key: keyFile('alice') }, context());
    expect(signed.exitCode).toBe(0);
    expect(signed.text[0]).toBe(`pigz@default  1 artifact, build id ${results[0]!.buildId}`);
    expect(readdirSync(join(root, 'attestations')).sort()).toEqual(['pigz', 'zlib']);
    const again = await sign.run([], { key: keyFile('alice') }, context());
    expect(again.text[1]).toMatch(/^ {2}was signed already: attestations\/pigz\/2\.8\/default\//);
  });

  it('signs nothing when something asked for is not built', async () => {
    results = [built({ x: 'x' })];
    const options = { key: keyFile('alice'), out: '../elsewhere' };
    await expect(sign.run(['pigz', 'zlib'], options, context())).rejects.toThrow(
      withCode('NOT_BUILT'),
    );
    results = [];
    await expect(sign.run([], options, context())).rejects.toThrow(withCode('NOT_BUILT'));
    expect(readdirSync(folder.path)).not.toContain('elsewhere');
  });

  it('needs a key', async () => {
    results = [built({ x: 'x' })];
    await expect(sign.run([], {}, context())).rejects.toThrow(withCode('KEY_NOT_FOUND'));
    await keyNewCommand.run([], {}, context());
    expect((await sign.run([], {}, context())).exitCode).toBe(0);
  });
});

describe('selfsame verify', () => {
  it('accepts what two builders built and signed, copied together', async () => {
    results = [built({ 'pigz.tar': 'good', 'pigz.txt': 'doc' })];
    for (const name of ['alice', 'bob']) {
      await sign.run([], { key: keyFile(name), out: `../${name}` }, context());
      cpSync(join(folder.path, name), join(root, 'attestations'), { recursive: true });
    }
    policy();
    const { exitCode, text, data } = await judged();
    expect(exitCode).toBe(0);
    expect(text).toBe(
      [
        'pigz 2.8 (default)',
        `  build id ${results[0]!.buildId}`,
        '  artifact  alice         bob           carol  verdict',
        `  pigz.tar  ${sha256Hex('good').slice(0, 12)}  ${sha256Hex('good').slice(0, 12)}  -      accepted`,
        `  pigz.txt  ${sha256Hex('doc').slice(0, 12)}  ${sha256Hex('doc').slice(0, 12)}  -      accepted`,
        'accepted: pigz 2.8 (default): 2 artifacts, the same from alice and bob (2 needed)',
      ].join('\n'),
    );
    expect(data).toMatchObject({ accepted: true, policy: { threshold: 2 } });
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
    expect((await judged(['pigz'], { built: true })).exitCode).toBe(0);
  });

  it('refuses zero claims and one', async () => {
    policy();
    const none = await judged();
    expect(none.exitCode).toBe(1);
    expect(none.text).toContain('zero claims never pass');
    await claim('alice');
    const one = await judged();
    expect(one.exitCode).toBe(1);
    expect(one.text).toContain('pigz.tar has 1 of 2 signers needed (alice)');
  });

  it('refuses different bits and shows who got what', async () => {
    policy();
    await claim('alice');
    await claim('bob', other);
    const { exitCode, text } = await judged();
    expect(exitCode).toBe(1);
    expect(text).toContain(
      'refused: pigz 2.8 (default): signers got different bits for pigz.tar: ',
    );
    for (const content of ['good', 'bad']) expect(text).toContain(sha256Hex(content).slice(0, 12));
  });

  it('blocks on dissent, or notes it', async () => {
    policy();
    await claim('alice');
    await claim('bob');
    await claim('carol', other);
    expect((await judged()).text).toContain('a trusted signer got other bits');
    policy(['alice', 'bob', 'carol'], 'dissent: note\n');
    const noted = await judged();
    expect(noted.exitCode).toBe(0);
    expect(noted.text).toContain('carol got other bits, which the policy only notes');
  });

  it('refuses while two results have enough signers each', async () => {
    policy(['alice', 'bob', 'carol', 'dave'], 'dissent: note\n');
    for (const name of ['alice', 'bob']) await claim(name);
    for (const name of ['carol', 'dave']) await claim(name, other);
    expect((await judged()).text).toContain('two different results for pigz.tar');
  });

  it('insists on required signers', async () => {
    policy(['alice', 'bob', 'carol'], 'required: [carol]\n');
    for (const name of ['alice', 'bob']) await claim(name);
    const { exitCode, text } = await judged();
    expect(exitCode).toBe(1);
    expect(text).toContain('lacks the required carol');
  });

  it('tells another build definition from a mismatch', async () => {
    policy();
    await claim('alice');
    await claim('bob', { definition: sha256Hex('other'), ...other });
    const { exitCode, text } = await judged(['pigz'], { expect: sha256Hex('definition') });
    expect(exitCode).toBe(1);
    expect(text).toContain('not compared: bob built something else');
    expect(text).toContain('has 1 of 2 signers needed');
    const nobody = await judged(['pigz'], { expect: sha256Hex('mine') });
    expect(nobody.text).toContain('the signers built something else');
  });

  it('expects what this workspace built, when asked to', async () => {
    policy();
    for (const name of ['alice', 'bob']) await claim(name);
    results = [built({ 'pigz.tar': 'good' })];
    const { exitCode, text } = await judged([], { built: true });
    expect(exitCode).toBe(1);
    expect(text).toContain('the signers built something else');
    await expect(judged(['zlib'], { built: true })).rejects.toThrow(withCode('WRONG_USE'));
    results = [];
    await expect(judged(['pigz'], { built: true })).rejects.toThrow(withCode('NOT_BUILT'));
  });

  it('does not take claims about an old version for the new one', async () => {
    policy();
    const old = { ...build, version: '2.7' };
    for (const name of ['alice', 'bob']) await claim(name, { build: old });
    const from = join(root, 'attestations/pigz/2.7');
    cpSync(from, join(root, 'attestations/pigz/2.8'), { recursive: true });
    const all = await judged();
    expect(all.exitCode).toBe(1);
    expect(all.text).toContain('1 of 2 builds accepted');
    expect(all.text).toContain('pigz 2.8 (default): all claims found there are about other builds');
    recipes.push(build);
    try {
      const now = await judged(['pigz']);
      expect(now.exitCode).toBe(1);
      expect(now.text).not.toContain('pigz 2.7 (default)\n  build id');
      rmSync(join(root, 'attestations/pigz/2.8'), { recursive: true });
      expect((await judged(['pigz'])).text).toContain('zero claims never pass');
    } finally {
      recipes.pop();
    }
  });

  it('says whether a file is what the signers got', async () => {
    policy();
    await claim('alice');
    await claim('bob');
    writeFileSync(join(root, 'pigz.tar'), 'good');
    writeFileSync(join(root, 'evil.tar'), 'evil');
    const good = await judged(['pigz'], { file: ['pigz.tar'] });
    expect(good.exitCode).toBe(0);
    expect(good.text).toBe(
      `accepted: pigz.tar is pigz.tar of pigz 2.8 (default), from alice and bob (sha256 ${sha256Hex('good')})`,
    );
    const both = await judged([], { file: ['pigz.tar', 'evil.tar'] });
    expect(both.exitCode).toBe(1);
    expect(both.text).toContain('refused: evil.tar: no signer of the policy knows these bytes');
    writeFileSync(join(root, 'pigz.tar'), 'evil');
    expect((await judged([], { file: 'pigz.tar' })).text).toContain('is not pigz.tar of pigz 2.8');
    await expect(judged([], { file: ['none'] })).rejects.toThrow(withCode('WRONG_USE'));
  });

  it('reports what does not count', async () => {
    policy();
    await claim('alice');
    await claim('mallory');
    const whole = { build, definition: sha256Hex('definition'), outcome: 'built' as const };
    const good = { ...whole, artifacts: [{ path: 'pigz.tar', sha256: sha256Hex('good') }] };
    const moved = { ...signedBy('bob', { ...whole, ...other }), payload: resultClaimPayload(good) };
    await writeAttestation(join(root, 'attestations'), build, moved);
    const directory = join(root, 'attestations/pigz/2.8/default', sha256Hex('page'));
    mkdirSync(directory);
    writeFileSync(join(directory, 'x.dsse.json'), '<html>\u001b[2J404</html>');
    const { exitCode, text } = await judged();
    expect(exitCode).toBe(1);
    expect(text).toContain('a signature said to be by bob does not fit');
    expect(text).toContain('by keys not in the policy');
    expect(text).toContain('x.dsse.json: "<" where a value is expected');
    expect(text).not.toContain('\u001b');
  });

  it('lists signers when there are too many for a table', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `signer-${index + 1}`);
    policy(names);
    for (const name of names) await claim(name);
    const { exitCode, text } = await judged();
    expect(exitCode).toBe(0);
    expect(text).toContain(
      `    ${sha256Hex('good').slice(0, 12)}  signer-1, signer-10, signer-11, signer-12, `,
    );
  });

  it('is called wrong, or has no valid policy: exit code 2', async () => {
    await expect(judged()).rejects.toThrow(withCode('POLICY_NOT_FOUND'));
    policy(['alice', 'bob'], 'treshold: 2\n');
    await expect(judged()).rejects.toThrow(withCode('POLICY_INVALID'));
    policy();
    await claim('alice');
    await claim('alice', { build: { ...build, target: 'debug' } });
    await expect(judged(['pigs'])).rejects.toThrow(withCode('WRONG_USE'));
    await expect(judged(['pigz'], { expect: 'abc' })).rejects.toThrow(withCode('WRONG_USE'));
    const expected = sha256Hex('definition');
    await expect(judged(['pigz'], { expect: expected })).rejects.toThrow(withCode('WRONG_USE'));
    await expect(judged(['pigz@debug'], { expect: expected, built: true })).rejects.toThrow(
      withCode('WRONG_USE'),
    );
    for (const code of ['POLICY_NOT_FOUND', 'POLICY_INVALID', 'WRONG_USE'] as const) {
      expect(errorCodes[code].exit).toBe(2);
    }
    const debug = await judged(['pigz@debug'], { expect: expected });
    expect(debug.text).toContain('pigz 2.8 (debug)');
    expect((await judged([], { target: 'debug' })).text).not.toContain('(default)');
  });
});
