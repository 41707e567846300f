import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../digest/sha256.js';
import { parseTime } from '../encoding/time.js';
import { VerifyError } from '../errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.js';
import { parsePolicy } from '../policy/parse-policy.js';
import { strengthOf } from '../strength/strength.js';
import { testBuild, testVerifierKey } from '../testing/votes.js';
import { judgeVotes } from './judge-votes.js';
import type { Vote } from './vote.js';

// conformance/quorum/README.md describes these files; any implementation can run them.

function vectors<T>(name: string): readonly T[] {
  const file = new URL(`../../../../conformance/quorum/${name}.json`, import.meta.url);
  const { vectors: list } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: T[] };
  expect(new Set(list.map((one) => (one as { name: string }).name)).size).toBe(list.length);
  return list;
}

interface StrengthVector {
  readonly name: string;
  readonly signers: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;
  readonly domains: readonly string[];
  readonly assumed_sound?: readonly string[];
  readonly weights?: Readonly<Record<string, number>>;
  readonly unknown?: 'shared' | 'any';
  readonly strength: number;
}

describe('conformance/quorum/strength.json', () => {
  it.each(vectors<StrengthVector>('strength'))('$name: $strength', (vector) => {
    const signers = Object.entries(vector.signers).map(([name, attributes]) => ({
      name,
      keys: [],
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([key, value]) => [key, [value].flat()]),
      ),
    }));
    const found = strengthOf(signers, {
      domains: vector.domains,
      assumedSound: vector.assumed_sound ?? [],
      weights: vector.weights ?? {},
      unknown: vector.unknown ?? 'shared',
    });
    expect([found.atLeast, found.isExact]).toEqual([vector.strength, true]);
    const touched = new Set(found.coalition.flatMap((member) => member.signers));
    expect(touched.size).toBe(signers.length);
    expect(found.coalition.reduce((sum, { weight }) => sum + weight, 0)).toBe(vector.strength);
  });
});

/** The name of a key in a vector as the id of a key. */
function keyText(name: string): string {
  return `openpgp:${sha256Hex(name).slice(0, 40)}`;
}

/** The policy of a vector, with its signers, as a document of ours. */
function policyDocument(policy: JsonObject, signers: JsonObject): JsonValue {
  const document: Record<string, JsonValue> = { ...policy };
  if (Array.isArray(policy['exceptions'])) {
    document['exceptions'] = (policy['exceptions'] as JsonObject[]).map(({ bits, ...rest }) => ({
      sha256: sha256Hex(bits as string),
      ...rest,
    }));
  }
  if (isJsonObject(policy['log'])) {
    document['log'] = {
      ...policy['log'],
      logs: [testVerifierKey('log', 'note')],
      witnesses: {
        threshold: policy['log']['witnesses'] as number,
        keys: ['w1', 'w2', 'w3'].map((name) => testVerifierKey(name)),
      },
      max_age: '7d',
    };
  }
  document['signers'] = Object.fromEntries(
    Object.entries(signers).map(([name, signer]) => {
      const { keys, ...rest } = signer as JsonObject;
      const texts = (keys as JsonValue[]).map((key) =>
        isJsonObject(key) ? { ...key, key: keyText(key['key'] as string) } : keyText(key as string),
      );
      return [name, { ...rest, keys: texts }];
    }),
  );
  return document;
}

interface VoteOfVector {
  readonly key: string;
  readonly artifacts: Readonly<Record<string, string | string[]>>;
  readonly signature?: Vote['signature'];
  readonly inputs?: string;
  readonly outcome?: Vote['outcome'];
  readonly witnessed?: { readonly time: string; readonly by: readonly string[] };
}

function toVote(vote: VoteOfVector): Vote {
  const { key, artifacts, signature = 'valid', inputs = 'source', outcome = 'built' } = vote;
  return {
    key: keyText(key),
    signature,
    evidence: sha256Hex(JSON.stringify([artifacts, inputs, outcome])),
    format: 'vector',
    build: testBuild,
    inputs,
    outcome,
    artifacts: Object.entries(artifacts).flatMap(([path, bits]) =>
      [bits].flat().map((content) => ({ path, sha256: sha256Hex(content) })),
    ),
    ...(vote.witnessed !== undefined && {
      witnessed: {
        time: parseTime(vote.witnessed.time) as number,
        log: 'log',
        witnesses: vote.witnessed.by,
      },
    }),
  };
}

interface VerdictVector {
  readonly name: string;
  readonly signers: JsonObject;
  readonly policy: JsonObject;
  readonly votes: readonly VoteOfVector[];
  readonly at?: string;
  readonly asked?: string;
  readonly list?: {
    readonly votes: readonly (number | VoteOfVector)[];
    readonly time: string;
    readonly by: readonly string[];
  };
  readonly expect: {
    readonly accepted: boolean;
    readonly artifacts: Readonly<
      Record<
        string,
        { readonly reason: string; readonly bits?: string; readonly strength?: number }
      >
    >;
    readonly equivocations?: readonly string[];
    readonly other?: readonly string[];
  };
}

describe('conformance/quorum/verdicts.json', () => {
  it.each(vectors<VerdictVector>('verdicts'))('$name', (vector) => {
    const { votes, list, expect: expected } = vector;
    const policy = parsePolicy(policyDocument(vector.policy, vector.signers));
    const listed = list?.votes
      .map((one) => toVote(typeof one === 'number' ? (votes[one] as VoteOfVector) : one))
      .map(({ evidence, key }) => ({ evidence, key: key as string }));
    const verdict = judgeVotes(votes.map(toVote), policy, {
      build: testBuild,
      ...(vector.asked !== undefined && { definition: vector.asked }),
      ...(vector.at !== undefined && { at: parseTime(vector.at) as number }),
      ...(list !== undefined && {
        complete: {
          build: testBuild,
          votes: listed ?? [],
          time: parseTime(list.time) as number,
          witnesses: list.by,
        },
      }),
    });
    const found = Object.fromEntries(
      verdict.definitions.flatMap(({ artifacts }) =>
        artifacts.map(({ path, reason, sha256, clusters }) => {
          const wanted = expected.artifacts[path];
          const strength = clusters[0]?.strength?.atLeast;
          return [
            path,
            {
              reason,
              ...(sha256 !== undefined && { bits: sha256 }),
              ...(wanted?.strength !== undefined && { strength }),
            },
          ];
        }),
      ),
    );
    const wanted = Object.fromEntries(
      Object.entries(expected.artifacts).map(([path, { bits, ...rest }]) => [
        path,
        { ...rest, ...(bits !== undefined && { bits: sha256Hex(bits) }) },
      ]),
    );
    expect([verdict.accepted, found]).toEqual([expected.accepted, wanted]);
    const liars = verdict.equivocations
      .filter(({ kind }) => kind === 'equivocation')
      .map(({ signer }) => signer);
    expect(liars).toEqual(expected.equivocations ?? []);
    const others = verdict.otherDefinitions.flatMap(({ signers }) => signers);
    expect(others).toEqual(expected.other ?? []);
  });
});

describe('conformance/quorum/policies.json', () => {
  it.each(vectors<{ name: string; signers: JsonObject; policy: JsonObject }>('policies'))(
    'refuses $name',
    ({ policy, signers }) => {
      expect(() => parsePolicy(policyDocument(policy, signers))).toThrow(VerifyError);
    },
  );
});
