import { canonicalJsonBytes } from '@selfsame/verify';
import { describe, expect, it } from 'vitest';

import { provenancePayload } from '../../record/provenance.js';
import type { BuildDefinition } from '../../record/definition.js';
import { attributeBuild, attributionText, readBuildRecord } from './builds.js';
import type { BuildRecord } from './builds.js';

const d = (letter: string): string => letter.repeat(64);

/** What `selfsame build` writes beside the artifacts of pigz, which needs zlib. */
function record(change: {
  readonly artifact?: string;
  readonly buildId?: string;
  readonly zlib?: string;
  readonly source?: string;
  readonly gcc?: string;
  readonly cpus?: number;
}): BuildRecord {
  const definition = {
    type: 'selfsame/build-definition/v1',
    project: 'pigz',
    version: '2.8',
    target: 'default',
    steps: [],
    inputs: [
      {
        name: 'source',
        form: 'tree',
        digest: change.source ?? d('5'),
        fileName: null,
        at: 'source',
      },
    ],
    needs: [{ name: 'zlib', artifacts: change.zlib ?? d('3') }],
    environment: d(change.gcc ?? '4'),
    sandbox: {
      level: 'fixed',
      hostname: 'selfsame',
      user: { name: 'builder', uid: 1000, gid: 1000 },
      path: '/build',
      cpus: change.cpus ?? 4,
      memoryShown: 1,
      umask: 18,
      sourceDateEpoch: 0,
      locale: 'C.UTF-8',
      timezone: 'UTC',
    },
    outputs: ['pigz'],
  } as unknown as BuildDefinition;
  const payload = provenancePayload(
    {
      definition,
      buildId: change.buildId ?? d('1'),
      artifacts: [{ path: 'pigz', sha256: change.artifact ?? d('2'), size: 1, executable: true }],
    },
    {
      packages: [
        {
          name: 'gcc',
          version: change.gcc ?? '12',
          architecture: 'amd64',
          sha256: d(change.gcc?.slice(0, 1) ?? '6'),
        } as never,
      ],
      distribution: 'debian',
      suite: 'bookworm',
      origins: new Map(),
      needs: new Map(),
    },
    {
      versions: {},
      host: { kernel: '6', architecture: 'x64', cpus: 2, memoryBytes: 1 },
      startedOn: new Date(0),
      finishedOn: new Date(0),
      notFixed: [],
    },
  );
  const read = readBuildRecord(payload);
  if (read === undefined) throw new Error('our own provenance is not read');
  return read;
}

describe('why the artifacts of one build differ from those of another', () => {
  const changed = { artifact: d('8'), buildId: d('9') };
  const text = (other: BuildRecord): string | undefined =>
    attributionText(record({}), attributeBuild(record({}), other));

  it('blames a dependency only if nothing else that went in differs', () => {
    expect(text(record({ ...changed, zlib: d('7') }))).toBe(
      'pigz@default differs only because its dependency zlib differs',
    );
  });

  it('says that the build is not reproducible itself where all that went in is the same', () => {
    expect(text(record({ artifact: d('8') }))).toBe(
      'pigz@default is not reproducible itself: everything that went in is the same',
    );
  });

  it.each([
    [{ source: d('7') }, 'inputs/source'],
    [{ gcc: '7' }, 'environment/gcc'],
    [{ cpus: 8 }, 'sandbox'],
    [{}, 'steps or outputs'],
    [{ zlib: d('7'), source: d('7') }, 'inputs/source, and dependencies: zlib'],
  ])('names what else went in: %j', (change, what) => {
    expect(text(record({ ...changed, ...change }))).toBe(
      `pigz@default was built from other things: ${what}`,
    );
  });

  it('says nothing of equal artifacts, whatever went in', () => {
    expect(text(record({ buildId: d('9'), zlib: d('7') }))).toBeUndefined();
  });

  it.each([
    '',
    '{}',
    'null',
    '[]',
    '{"_type":"https://in-toto.io/Statement/v1"}',
    canonicalJsonBytes({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'x', digest: { sha256: d('1') } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: { buildDefinition: { externalParameters: { project: 1 } } },
    }),
  ])('takes %j for no provenance', (bytes) => {
    expect(readBuildRecord(Buffer.from(bytes))).toBeUndefined();
  });
});
