import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResultClaim } from '../claim/result-claim.js';
import { sha256Hex } from '../digest/sha256.js';
import type { Envelope } from '../dsse/envelope.js';
import type { DissentRule } from '../policy/policy.js';
import { claimOf, signedBy as sign, testPolicy } from '../testing/builders.js';
import { judge } from './judge.js';
import type { Verdict } from './verdict.js';

const made = new Map<string, Envelope>();

/** Every signature is made once: the properties are about what becomes of them. */
function signedBy(signer: string, claim: ResultClaim): Envelope {
  const id = `${signer} ${JSON.stringify(claim)}`;
  const envelope = made.get(id) ?? sign(signer, claim);
  made.set(id, envelope);
  return envelope;
}

const SIGNERS = ['alice', 'bob', 'carol', 'dave'];

const claims = fc
  .record({
    outcome: fc.constantFrom<ResultClaim['outcome'][]>('built', 'reproduced', 'differs'),
    definition: fc.constantFrom('d1', 'd2').map((name) => sha256Hex(name)),
    x: fc.constantFrom('good', 'bad'),
    y: fc.option(fc.constantFrom('one', 'two'), { nil: undefined }),
  })
  .map(({ outcome, definition, x, y }) =>
    claimOf(y === undefined ? { x } : { x, y }, { outcome, definition }),
  );

const envelopes = fc.array(
  fc
    .record({
      signer: fc.constantFrom(...SIGNERS, 'mallory'),
      claim: claims,
      keyId: fc.constantFrom('', 'x'),
    })
    .map(({ signer, claim, keyId }): Envelope => {
      const envelope = signedBy(signer, claim);
      const [signature] = envelope.signatures;
      return keyId === '' ? envelope : { ...envelope, signatures: [{ ...signature, keyId }] };
    }),
  { maxLength: 10 },
);

const policies = fc
  .record({
    threshold: fc.integer({ min: 2, max: 4 }),
    required: fc.subarray(SIGNERS),
    dissent: fc.constantFrom<DissentRule[]>('block', 'note'),
  })
  .map((rules) => testPolicy(SIGNERS, rules));

/** What depends on the set of claims alone: everything except which copies were set aside. */
/** One envelope for each payload, with all signatures over it. */
function merged(list: readonly Envelope[]): readonly Envelope[] {
  const byPayload = new Map<string, Envelope>();
  for (const envelope of list) {
    const id = Buffer.from(envelope.payload).toString('latin1');
    const known = byPayload.get(id)?.signatures ?? [];
    byPayload.set(id, { ...envelope, signatures: [...envelope.signatures, ...known] });
  }
  return [...byPayload.values()];
}

function enough({ definitions }: Verdict): readonly string[] {
  return definitions.flatMap(({ definition, artifacts }) =>
    artifacts.flatMap(({ path, clusters }) =>
      clusters.filter((c) => c.enough).map(({ sha256 }) => `${definition} ${path} ${sha256}`),
    ),
  );
}

describe('a verdict', () => {
  it('does not depend on order or repetition', () => {
    const shuffled = envelopes.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray([...list, ...list], { minLength: 0 }).map((more) => [...more, ...list]),
        fc.shuffledSubarray(list, { minLength: list.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, policies, ([list, repeated, permuted], policy) => {
        const verdict = judge(list, policy);
        expect(judge(permuted, policy)).toEqual(verdict);
        expect(judge(repeated, policy)).toEqual(verdict);
      }),
      { numRuns: 150 },
    );
  });

  it('does not depend on how signatures are spread over envelopes', () => {
    fc.assert(
      fc.property(envelopes, policies, (list, policy) => {
        expect(judge(merged(list), policy)).toEqual(judge(list, policy));
      }),
      { numRuns: 150 },
    );
  });

  it('gives no result more backing when attestations are left out', () => {
    const subsets = envelopes.chain((list) => fc.tuple(fc.constant(list), fc.subarray(list)));
    fc.assert(
      fc.property(subsets, policies, ([list, subset], policy) => {
        const all = new Set(enough(judge(list, policy)));
        for (const cluster of enough(judge(subset, policy))) expect(all).toContain(cluster);
      }),
      { numRuns: 150 },
    );
  });

  it('under "note" accepts no artifact that more attestations would not accept, unless two results have enough signers', () => {
    const subsets = envelopes.chain((list) => fc.tuple(fc.constant(list), fc.subarray(list)));
    fc.assert(
      fc.property(subsets, policies, ([list, subset], rules) => {
        const policy = { ...rules, dissent: 'note' as const };
        const artifacts = new Map(
          judge(list, policy).definitions.flatMap(({ definition, artifacts: found }) =>
            found.map((artifact) => [`${definition} ${artifact.path}`, artifact] as const),
          ),
        );
        for (const { definition, artifacts: found } of judge(subset, policy).definitions) {
          for (const { path, accepted, sha256 } of found) {
            const whole = artifacts.get(`${definition} ${path}`);
            if (!accepted || whole?.reason === 'contested') continue;
            expect(whole).toMatchObject({ accepted: true, sha256 });
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('accepts only what enough different trusted signers claim, counted another way', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...SIGNERS, 'mallory'), claims), { maxLength: 8 }),
        policies,
        (made, policy) => {
          const verdict = judge(
            made.map(([signer, claim]) => signedBy(signer, claim)),
            policy,
          );
          for (const { definition, artifacts } of verdict.definitions) {
            for (const { path, accepted, sha256 } of artifacts) {
              if (!accepted) continue;
              const backing = SIGNERS.filter((name) =>
                made.some(
                  ([signer, claim]) =>
                    signer === name &&
                    claim.definition === definition &&
                    claim.outcome !== 'differs' &&
                    claim.artifacts.some((a) => a.path === path && a.sha256 === sha256),
                ),
              );
              expect(backing.length).toBeGreaterThanOrEqual(policy.threshold);
              expect(backing).toEqual(expect.arrayContaining([...policy.required]));
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
