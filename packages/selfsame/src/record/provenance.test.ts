import { canonicalJsonBytes, parseJson, sha256Hex, type JsonObject } from '@selfsame/verify';
import { describe, expect, it } from 'vitest';
import { provenancePayload, provenanceProblem } from './provenance.js';
import type { BuilderFacts, Materials } from './provenance.js';
import { temporaryDirectory, testResult } from './testing.js';

const materials: Materials = {
  packages: [],
  distribution: 'debian',
  suite: 'trixie',
  origins: new Map([['source', { commit: 'c'.repeat(40) }]]),
  needs: new Map([
    ['zlib', [{ path: 'libz.a', sha256: sha256Hex('z'), size: 1, executable: false }]],
  ]),
};
const facts: BuilderFacts = {
  versions: { selfsame: '0.1.0' },
  host: { kernel: '6.1.0', architecture: 'x64', cpus: 8, memoryBytes: 2 ** 33 },
  startedOn: new Date(1_700_000_000_123),
  finishedOn: new Date(1_700_000_060_999),
  notFixed: ['the page size'],
};
const result = () => {
  using store = temporaryDirectory();
  return testResult(store.path, { x: 'x', 'a/b': 'y' });
};

describe('provenancePayload', () => {
  it('names what was built from what, by whom and when', () => {
    const built = result();
    expect(parseJson(provenancePayload(built, materials, facts))).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://slsa.dev/provenance/v1',
      subject: [
        { name: 'a/b', digest: { sha256: sha256Hex('y') } },
        { name: 'x', digest: { sha256: sha256Hex('x') } },
      ],
      predicate: {
        buildDefinition: {
          buildType: 'urn:selfsame:build:v1',
          externalParameters: { project: 'pigz', definition: { sha256: built.buildId } },
          internalParameters: { sandbox: { cpus: 2 } },
          resolvedDependencies: [
            { name: 'environment', digest: { selfsameEnvironment: sha256Hex('environment') } },
            { name: 'inputs/patch', digest: { sha256: sha256Hex('patch') } },
            {
              name: 'inputs/source',
              digest: { selfsameTree: sha256Hex('source') },
              annotations: { selfsame_origin: { commit: 'c'.repeat(40) } },
            },
            { name: 'needs/zlib', digest: { selfsameArtifactList: sha256Hex('zlib') } },
            { name: 'needs/zlib/libz.a', digest: { sha256: sha256Hex('z') } },
          ],
        },
        runDetails: {
          builder: { version: { selfsame: '0.1.0' }, selfsame_host: { cpus: 8 } },
          metadata: {
            startedOn: '2023-11-14T22:13:20Z',
            finishedOn: '2023-11-14T22:14:20Z',
            selfsame_notFixed: ['the page size'],
          },
        },
      },
    });
  });
});

describe('provenanceProblem', () => {
  const payload = provenancePayload(result(), materials, facts);
  const changed = (changes: JsonObject) =>
    canonicalJsonBytes({ ...(parseJson(payload) as JsonObject), ...changes });

  it('is undefined for the provenance of the result', () => {
    expect(provenanceProblem(payload, result())).toBeUndefined();
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['no JSON', Buffer.from('<html>'), /</],
    ['a cut file', payload.subarray(0, 100), /./],
    ['no statement', Buffer.from('{}'), /in-toto/],
    ['another kind of statement', changed({ predicateType: 'x' }), /no SLSA provenance/],
    ['one without a definition', changed({ predicate: {} }), /another build/],
    ['one of other artifacts', changed({ subject: [] }), /other artifacts/],
  ])('says why %s is not', (_what, bytes, problem) => {
    expect(provenanceProblem(bytes, result())).toMatch(problem);
  });

  it('tells the provenance of another build of the same bits', () => {
    using store = temporaryDirectory();
    const other = testResult(store.path, { x: 'x', 'a/b': 'y' }, { version: '2.9' });
    expect(provenanceProblem(payload, other)).toBe('it is about another build');
  });
});
