import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../digest/sha256.js';
import type { Policy } from '../policy/policy.js';
import { testPolicy, testSigner } from '../testing/builders.js';
import { completeList, testLogRule, testVote } from '../testing/votes.js';
import { judgeVotes } from './judge-votes.js';
import type { ArtifactVerdict, Question, Verdict } from './verdict.js';
import type { Vote } from './vote.js';

const SIGNERS = ['alice', 'bob', 'carol', 'dave', 'erin'];
const AT = 50;

const signers = SIGNERS.map((name, index) =>
  testSigner(name, {
    ...(index < 4 && { os: ['debian', 'debian', 'guix', 'nix'][index] ?? '' }),
    ...(index > 0 && { provider: index % 2 === 0 ? 'aws' : 'own' }),
  }),
);

const votes = fc.array(
  fc
    .record({
      signer: fc.constantFrom(...SIGNERS, 'mallory'),
      content: fc.constantFrom('good', 'bad'),
      inputs: fc.constantFrom('source', 'source', 'source', 'other', undefined),
      outcome: fc.constantFrom<Vote['outcome'][]>('built', 'built', 'reproduced', 'differs'),
      signature: fc.constantFrom<Vote['signature'][]>(
        'valid',
        'valid',
        'valid',
        'bad',
        'expired-now',
      ),
      extra: fc.option(fc.constantFrom('one', 'two'), { nil: undefined }),
      isWitnessed: fc.boolean(),
    })
    .map(({ signer, content, inputs, outcome, signature, extra, isWitnessed }): Vote => {
      const said = `${content} ${extra} from ${inputs} ${outcome}`;
      return {
        ...testVote(signer, content),
        inputs,
        outcome,
        signature,
        evidence: sha256Hex(said),
        artifacts: [
          { path: 'x', sha256: sha256Hex(content) },
          ...(extra === undefined ? [] : [{ path: 'y', sha256: sha256Hex(extra) }]),
        ],
        ...(isWitnessed && { witnessed: { time: 10, log: 'log', witnesses: ['w1', 'w2'] } }),
      };
    }),
  { maxLength: 14 },
);

const policies = fc
  .record({
    threshold: fc.integer({ min: 2, max: 3 }),
    required: fc.subarray(SIGNERS, { maxLength: 1 }),
    dissent: fc.constantFrom<Policy['dissent'][]>('block', 'note'),
    blockers: fc.option(fc.subarray(SIGNERS, { minLength: 1 }), { nil: undefined }),
    blockAt: fc.integer({ min: 1, max: 2 }),
    strength: fc.option(
      fc.record({
        atLeast: fc.constant(2),
        domains: fc.subarray(['os', 'provider']),
        assumedSound: fc.constant([]),
        weights: fc.constant({}),
        unknown: fc.constantFrom('shared' as const, 'any' as const),
      }),
      { nil: undefined },
    ),
    distinct: fc.constantFrom([], [{ attribute: 'os', atLeast: 2 }]),
    inputs: fc.constantFrom<Policy['inputs'][]>('compare', 'ignore'),
    exceptions: fc.constantFrom([], [{ sha256: sha256Hex('bad'), until: 1000, why: 'known' }]),
    isLogRequired: fc.boolean(),
  })
  .map(({ isLogRequired, ...rules }) =>
    testPolicy([], {
      ...rules,
      signers,
      ...(isLogRequired && { log: { ...testLogRule, votes: 'required' as const } }),
    }),
  );

const cases = fc.record({ all: votes, policy: policies }).chain(({ all, policy }) =>
  fc.record({
    all: fc.constant(all),
    policy: fc.constant(policy),
    some: fc.subarray(all),
    shuffled: fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }),
  }),
);

type Judged = Pick<Verdict, 'accepted' | 'definitions'>;

function artifacts({ definitions }: Judged): ReadonlyMap<string, ArtifactVerdict> {
  return new Map(
    definitions.flatMap(({ definition, artifacts: found }) =>
      found.map((artifact) => [`${definition} ${artifact.path}`, artifact] as const),
    ),
  );
}

/** The bits that meet every rule of the policy, whatever speaks against them. */
function backed(verdict: Judged): ReadonlySet<string> {
  return new Set(
    [...artifacts(verdict)].flatMap(([name, { clusters }]) =>
      clusters.flatMap(({ enough, sha256 }) => (enough ? [`${name} ${sha256}`] : [])),
    ),
  );
}

describe('verdicts over votes', () => {
  it('depend on no order, repetition or merging', () => {
    fc.assert(
      fc.property(cases, ({ all, shuffled, policy }) => {
        expect(judgeVotes(shuffled, policy, { at: AT })).toEqual(
          judgeVotes(all, policy, { at: AT }),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('never let bits meet the rules because a vote is ignored', () => {
    fc.assert(
      fc.property(cases, ({ all, some, policy }) => {
        const whole = backed(judgeVotes(all, policy, { at: AT }));
        for (const bits of backed(judgeVotes(some, policy, { at: AT }))) {
          expect(whole).toContain(bits);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('turn from refuse to accept by ignoring a vote only where dissent or a contest was ignored', () => {
    let turned = 0;
    fc.assert(
      fc.property(cases, ({ all, some, policy }) => {
        const whole = artifacts(judgeVotes(all, policy, { at: AT }));
        for (const [name, { accepted }] of artifacts(judgeVotes(some, policy, { at: AT }))) {
          const before = whole.get(name);
          if (!accepted || before?.accepted === true) continue;
          turned += 1;
          expect(['dissent', 'contested']).toContain(before?.reason);
        }
      }),
      // Always the same cases: few of them turn, and with none this test would say nothing.
      { numRuns: 1000, seed: 20261121 },
    );
    expect(turned).toBeGreaterThan(0);
  });

  it('with a complete list never turn from refuse to accept by ignoring votes, for no reason', () => {
    let accepted = 0;
    fc.assert(
      fc.property(cases, fc.boolean(), ({ all, some, policy }, isAllListed) => {
        const log = { ...(policy.log ?? testLogRule), complete: true };
        const strict = { ...policy, log };
        const listed = isAllListed ? all : all.slice(0, Math.ceil(all.length / 2));
        const genuine = listed.filter(({ signature }) => signature !== 'bad');
        const question: Question = { at: AT, complete: completeList(genuine) };
        const whole = judgeVotes(all, strict, question);
        const less = judgeVotes(some, strict, question);
        if (less.accepted && whole.completeness?.state === 'complete') {
          accepted += 1;
          expect(whole.accepted).toBe(true);
        }
        const before = artifacts(whole);
        for (const [name, artifact] of artifacts(less)) {
          // Votes that are not listed never count, so that nothing is named that was not before.
          expect(before.has(name)).toBe(true);
          if (artifact.accepted) expect(before.get(name)?.accepted).toBe(true);
        }
        // And without the list itself nothing but exceptions is accepted.
        for (const { reason } of artifacts(judgeVotes(all, strict, { at: AT })).values()) {
          expect(['incomplete', 'excepted']).toContain(reason);
        }
      }),
      { numRuns: 600, seed: 20261121 },
    );
    expect(accepted).toBeGreaterThan(0);
  });

  it('keep the word of a required signer: silent or dissenting, nothing is accepted without it', () => {
    fc.assert(
      fc.property(cases, ({ all, some, policy }) => {
        const strict = { ...policy, required: ['alice'], exceptions: [] };
        const kept = all.filter(
          (vote) =>
            vote.key !== testVote('alice', '').key ||
            vote.artifacts[0]?.sha256 !== sha256Hex('bad'),
        );
        // Alice dissents from "bad" or says nothing; whatever else is left out, "bad" is not accepted.
        for (const list of [kept, some.filter((vote) => kept.includes(vote))]) {
          for (const { sha256 } of artifacts(judgeVotes(list, strict, { at: AT })).values()) {
            expect(sha256).not.toBe(sha256Hex('bad'));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
