import fc from 'fast-check';
import { canonicalJson, sha256Hex } from '@selfsame/verify';
import { describe, expect, it } from 'vitest';
import { SelfsameError } from '../errors/selfsame-error.js';
import { artifactListDigest } from './artifacts.js';
import { buildId } from './build-id.js';
import type { Artifact, BuildDefinition } from './definition.js';
import { planId, type PlanIdDocument } from './plan-id.js';
import { testDefinition } from './testing.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Every document that differs from `value` in exactly one place: each scalar changed, each item or optional value removed, each list extended. */
function* singleChanges(value: Json): Generator<Json> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      for (const changed of singleChanges(item)) yield value.with(index, changed);
      yield value.toSpliced(index, 1);
    }
    for (const [index] of value.slice(1).entries()) {
      yield value.toSpliced(index, 2, value[index + 1] as Json, value[index] as Json);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      for (const changed of singleChanges(item)) yield { ...value, [key]: changed };
      const { [key]: _, ...rest } = value;
      yield rest;
    }
    yield { ...value, another: null };
  } else if (typeof value === 'string') {
    yield `${value}x`;
    yield null;
  } else if (typeof value === 'number') {
    yield value + 1;
    yield String(value);
  } else {
    yield 'changed';
  }
}

function shuffleKeys(value: Json, random: () => number): Json {
  if (Array.isArray(value)) return value.map((item) => shuffleKeys(item, random));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => ({ key, item: shuffleKeys(item, random), order: random() }))
      .sort((a, b) => a.order - b.order)
      .map(({ key, item }) => [key, item]),
  );
}

const definition = testDefinition() as unknown as Json;
const plan = {
  ...testDefinition(),
  type: 'selfsame/plan-id/v1',
  needs: [{ name: 'zlib', planId: sha256Hex('zlib plan') }],
} as unknown as Json;

/** The id, or `refused` for documents that have none. */
function idOf(compute: (document: never) => string, document: Json): string {
  try {
    return compute(document as never);
  } catch (error) {
    if (error instanceof SelfsameError && error.code === 'DEFINITION_INVALID') return 'refused';
    throw error;
  }
}

describe.each([
  ['buildId', buildId as (document: never) => string, definition],
  ['planId', planId as (document: never) => string, plan],
])('%s', (_name, compute, document) => {
  it('is the sha256 of the canonical JSON', () => {
    expect(compute(document as never)).toBe(sha256Hex(canonicalJson(document)));
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (stream) => {
        const shuffled = shuffleKeys(document, () => stream.next().value as number);
        expect(compute(shuffled as never)).toBe(compute(document as never));
      }),
    );
  });

  it('differs for every single change of every field', () => {
    const id = compute(document as never);
    const changes = [...singleChanges(document)];
    expect(changes.length).toBeGreaterThan(100);
    const ids = new Set<string>();
    for (const changed of changes) {
      const other = idOf(compute, changed);
      expect(other, canonicalJson(changed)).not.toBe(id);
      if (other !== 'refused') ids.add(other);
    }
    // Two different documents never share an id either.
    const texts = new Set(
      changes.filter((one) => idOf(compute, one) !== 'refused').map((one) => canonicalJson(one)),
    );
    expect(ids.size).toBe(texts.size);
  });
});

describe('buildId', () => {
  const refused = expect.objectContaining({ code: 'DEFINITION_INVALID' }) as Error;
  const base = testDefinition();

  it.each<[string, Partial<BuildDefinition>]>([
    ['inputs out of order', { inputs: base.inputs.toReversed() }],
    ['an input twice', { inputs: [base.inputs[0]!, base.inputs[0]!] }],
    ['a need twice', { needs: [base.needs[0]!, base.needs[0]!] }],
    ['outputs out of order', { outputs: base.outputs.toReversed() }],
    ['a value that is not JSON', { sandbox: { ...base.sandbox, cpus: Number.NaN } }],
    ['an undefined field', { version: undefined as unknown as string }],
    ['no inputs at all', { inputs: undefined as unknown as [] }],
  ])('refuses %s', (_name, changes) => {
    expect(() => buildId(testDefinition(changes))).toThrow(refused);
  });

  it('differs from the plan id of the same build', () => {
    const { needs: _, ...rest } = base;
    const document: PlanIdDocument = { ...rest, type: 'selfsame/plan-id/v1', needs: [] };
    expect(planId(document)).not.toBe(buildId({ ...base, needs: [] }));
  });
});

describe('artifactListDigest', () => {
  const artifacts: readonly Artifact[] = [
    { path: 'a', sha256: sha256Hex('a'), size: 1, executable: false },
    { path: 'b/c', sha256: sha256Hex('c'), size: 1, executable: true },
  ];

  it('does not depend on order, nor on anything that is not about bits', () => {
    const digest = artifactListDigest(artifacts);
    expect(artifactListDigest(artifacts.toReversed())).toBe(digest);
    const more = artifacts.map((artifact) => ({ ...artifact, builtAt: 'now' }));
    expect(artifactListDigest(more)).toBe(digest);
  });

  it('differs for every single change', () => {
    const digests = new Set([artifactListDigest(artifacts)]);
    let changes = 1;
    for (const [index, artifact] of artifacts.entries()) {
      for (const change of [
        { path: `${artifact.path}x` },
        { sha256: sha256Hex('other') },
        { size: 2 },
        { executable: !artifact.executable },
      ]) {
        digests.add(artifactListDigest(artifacts.with(index, { ...artifact, ...change })));
        changes += 1;
      }
      digests.add(artifactListDigest(artifacts.toSpliced(index, 1)));
      changes += 1;
    }
    expect(digests.size).toBe(changes);
  });

  it.each<[string, Partial<Artifact>]>([
    ['a path twice', { path: 'b/c' }],
    ['a path that leaves', { path: '../x' }],
    ['an empty path', { path: '' }],
    ['a short digest', { sha256: 'abc' }],
  ])('refuses %s', (_name, change) => {
    expect(() => artifactListDigest([{ ...artifacts[0]!, ...change }, artifacts[1]!])).toThrow(
      expect.objectContaining({ code: 'ARTIFACT_LIST_INVALID' }) as Error,
    );
  });
});
