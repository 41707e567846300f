import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  canonicalJson,
  parseEnvelope,
  parsePolicy,
  publicKeyFromBytes,
  sha256Hex,
  verifyEnvelope,
  type BuildName,
  type JsonValue,
} from '@selfsame/verify';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readBuildAttestations } from './attestation-folder.js';
import { buildPath, definitionPath } from './attestation-path.js';
import type { BuiltResult } from './built-result.js';
import { compareDefinitions } from './compare-definitions.js';
import { readDefinition, writeDefinition } from './definition-file.js';
import { judgeBuild } from './judge-builds.js';
import { provenancePayload } from './provenance.js';
import { signResults } from './sign-results.js';
import {
  temporaryDirectory,
  testDefinition,
  testKey,
  testPolicyText,
  testResult,
} from './testing.js';

const build: BuildName = { project: 'pigz', version: '2.8', target: 'default' };
const policy = parsePolicy(parse(testPolicyText(['alice', 'bob', 'carol'])) as JsonValue);

/** A result with provenance that says it took until `second`. */
function proven(store: string, second: number, changes = {}): BuiltResult {
  const result = testResult(store, { x: 'x' }, changes);
  const payload = provenancePayload(
    result,
    { packages: [], distribution: 'debian', suite: 'trixie', origins: new Map(), needs: new Map() },
    {
      versions: { selfsame: '0.1.0' },
      host: { kernel: '6.1.0', architecture: 'x64', cpus: 8, memoryBytes: 2 ** 33 },
      startedOn: new Date(0),
      finishedOn: new Date(second * 1000),
      notFixed: [],
    },
  );
  return { ...result, readProvenance: () => payload };
}

const sign = async (signer: string, folder: string, second: number, changes = {}) => {
  using store = temporaryDirectory();
  const [signed] = await signResults(
    [proven(store.path, second, changes)],
    testKey(signer),
    folder,
  );
  return signed!;
};

describe('evidence beside claims', () => {
  it('is the signed provenance and the definition, and changes no claim', async () => {
    using folder = temporaryDirectory();
    const alice = await sign('alice', folder.path, 1);
    const bob = await sign('bob', folder.path, 2);
    expect(alice.payload).toBe(bob.payload);
    expect(alice.definitionPath).toBe(bob.definitionPath);
    expect(readFileSync(join(folder.path, alice.definitionPath), 'utf8')).toBe(
      canonicalJson(testDefinition()),
    );
    expect(dirname(alice.provenancePath!)).not.toBe(dirname(bob.provenancePath!));
    const envelope = parseEnvelope(readFileSync(join(folder.path, bob.provenancePath!)));
    const key = publicKeyFromBytes(testKey('bob').publicKey.bytes);
    expect(verifyEnvelope(envelope, [key])).toMatchObject([{ result: 'valid' }]);
    expect(sha256Hex(envelope.payload)).toBe(dirname(bob.provenancePath!).split('/').at(-1));
  });

  it('is written once: signing again adds nothing', async () => {
    using folder = temporaryDirectory();
    await sign('alice', folder.path, 1);
    const before = readdirSync(folder.path, { recursive: true });
    expect((await sign('alice', folder.path, 1)).outcome).toBe('unchanged');
    expect(readdirSync(folder.path, { recursive: true })).toEqual(before);
  });

  it('is left out where there is none, or one about something else', async () => {
    using folder = temporaryDirectory();
    using store = temporaryDirectory();
    const result = proven(store.path, 1);
    const other = proven(store.path, 1, { version: '2.9' });
    const sign = (readProvenance: BuiltResult['readProvenance']) =>
      signResults([{ ...result, readProvenance }], testKey('alice'), folder.path);
    expect(await sign(() => undefined)).toMatchObject([
      { provenancePath: undefined, provenanceProblem: 'none was stored' },
    ]);
    expect(await sign(other.readProvenance)).toMatchObject([
      { provenancePath: undefined, provenanceProblem: 'it is about another build' },
    ]);
    expect(await sign(() => Buffer.from('{'))).toMatchObject([{ provenancePath: undefined }]);
    expect(readdirSync(join(folder.path, buildPath(build)))).not.toContain('provenance');
  });

  it('is never counted, wherever it lies', async () => {
    using folder = temporaryDirectory();
    await sign('alice', folder.path, 1);
    const { provenancePath, path } = await sign('bob', folder.path, 2);
    const place = join(folder.path, buildPath(build));
    writeFileSync(join(place, 'provenance', 'junk.dsse.json'), '<html>');
    writeFileSync(join(place, 'definitions', 'junk.json'), '<html>');
    mkdirSync(join(place, 'provenance', 'deep', 'er'), { recursive: true });
    const read = await readBuildAttestations(folder.path, build);
    expect(read).toMatchObject({ envelopes: { length: 2 }, unusable: [] });
    const both = await judgeBuild(folder.path, policy, build, undefined);
    expect(both.verdict.accepted).toBe(true);
    // Instead of his claim, bob's provenance lies among the claims.
    renameSync(join(folder.path, provenancePath!), join(folder.path, path));
    const one = await judgeBuild(folder.path, policy, build, undefined);
    expect(one.verdict.accepted).toBe(false);
    expect(one.verdict.setAside).toMatchObject([{ reason: 'not-a-claim', signers: ['bob'] }]);
  });

  it('names the fields in which signers built something else', async () => {
    using folder = temporaryDirectory();
    const { definition: mine } = await sign('alice', folder.path, 1);
    await sign('carol', folder.path, 1);
    const changes = { outputs: ['*.deb'], environment: sha256Hex('newer') };
    const { definition: theirs } = await sign('bob', folder.path, 1, changes);
    const differences = [
      { field: 'environment', a: sha256Hex('environment'), b: sha256Hex('newer') },
      { field: 'outputs.1', a: '*.tar.gz', b: undefined },
    ];
    for (const expected of [undefined, mine]) {
      const { comparisons } = await judgeBuild(folder.path, policy, build, expected);
      expect(comparisons).toEqual([
        { definition: theirs, comparedWith: mine, differences, problem: undefined },
      ]);
    }
  });

  it('tells where it cannot name them, and judges all the same', async () => {
    using folder = temporaryDirectory();
    const { definitionPath: mine, definition } = await sign('alice', folder.path, 1);
    const { definitionPath: theirs } = await sign('bob', folder.path, 1, { outputs: ['x'] });
    const problem = async (known?: Parameters<typeof judgeBuild>[4]) => {
      const { comparisons } = await judgeBuild(folder.path, policy, build, definition, known);
      return comparisons[0]?.problem;
    };
    const good = readFileSync(join(folder.path, theirs));
    writeFileSync(join(folder.path, theirs), good.toString().replace('"x"', '"y"'));
    expect(await problem()).toMatch(/has other bytes than its build id says$/);
    writeFileSync(join(folder.path, theirs), good);
    expect(await problem()).toBeUndefined();
    renameSync(join(folder.path, mine), join(folder.path, 'away'));
    expect(await problem()).toMatch(/is not in the folder$/);
    const known = { buildId: definition, definition: testDefinition() };
    expect(await problem(known)).toBeUndefined();
  });
});

describe('definition files', () => {
  it('are read back, and only what the build id is the digest of', async () => {
    using folder = temporaryDirectory();
    const definition = testDefinition();
    const { path } = await writeDefinition(folder.path, build, definition);
    const id = path.slice(-69, -5);
    expect(await readDefinition(folder.path, build, id)).toEqual({ definition });
    expect((await writeDefinition(folder.path, build, definition)).outcome).toBe('unchanged');
    const junk: Record<string, string> = {
      html: '<html>',
      list: '[]',
      'another document': '{"type":"selfsame/plan-id/v1"}',
      'a key twice':
        '{"type":"selfsame/build-definition/v1","type":"selfsame/build-definition/v1"}',
    };
    for (const content of Object.values(junk)) {
      const digest = sha256Hex(content);
      writeFileSync(join(folder.path, definitionPath(build, digest)), content);
      expect(await readDefinition(folder.path, build, digest)).toEqual({
        problem: 'is no build definition that this version reads',
      });
    }
  });

  it('are not followed out of the folder, nor read without bound', async () => {
    using folder = temporaryDirectory();
    using elsewhere = temporaryDirectory();
    const { path } = await writeDefinition(elsewhere.path, build, testDefinition());
    const id = path.slice(-69, -5);
    const missing = { problem: 'is not in the folder' };
    expect(await readDefinition(folder.path, build, id)).toEqual(missing);
    mkdirSync(join(folder.path, buildPath(build)), { recursive: true });
    symlinkSync(
      dirname(join(elsewhere.path, path)),
      join(folder.path, buildPath(build), 'definitions'),
    );
    expect(await readDefinition(folder.path, build, id)).toEqual(missing);
    writeFileSync(join(elsewhere.path, path), Buffer.alloc(5 * 1024 * 1024, ' '));
    expect(await readDefinition(elsewhere.path, build, id)).toEqual({
      problem: 'cannot be read (larger than 4194304 bytes)',
    });
  });

  it('of whatever shape can be compared, once their digest is right', () => {
    const odd = {
      type: 'selfsame/build-definition/v1',
      steps: 'none',
      inputs: [null, { name: 'a' }, { name: 'a' }],
      later: { field: 1 },
    } as never;
    const fields = compareDefinitions(testDefinition(), odd).map(({ field }) => field);
    expect(fields).toEqual(expect.arrayContaining(['steps', 'project', 'later.field']));
    expect(compareDefinitions(odd, odd)).toEqual([]);
  });
});
