// What verdicts tell apart, one difference at a time.
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../digest/sha256.js';
import { formatLogEntry } from '../log/entry.js';
import { leafHash } from '../log/merkle.js';
import { encodeHex } from '../encoding/hex.js';
import { claimOf, signedBy, testPolicy, testSigner } from '../testing/builders.js';
import { testKey } from '../testing/sign.js';
import { judge } from './judge.js';
import { completeList, testBuild, testLogRule, testVote as vote } from '../testing/votes.js';
import { judgeFile } from './judge-file.js';
import { judgeVotes } from './judge-votes.js';
import { sameBuild } from './other-claims.js';

describe('builds', () => {
  it.each(['project', 'version', 'target'] as const)('differ by %s alone', (field) => {
    expect(sameBuild(testBuild, { ...testBuild })).toBe(true);
    expect(sameBuild(testBuild, { ...testBuild, [field]: 'other' })).toBe(false);
  });
});

describe('two results of one signer', () => {
  const artifact = (path: string, content: string) => ({ path, sha256: sha256Hex(content) });
  const both = [
    vote('alice', '', { evidence: 'a', artifacts: [artifact('x', '1'), artifact('y', 'same')] }),
    vote('alice', '', { evidence: 'b', artifacts: [artifact('x', '2'), artifact('y', 'same')] }),
    vote('bob', '', { evidence: 'c', artifacts: [artifact('x', '1'), artifact('y', 'same')] }),
  ];

  it('are shown for the artifact that differs, with its digests alone', () => {
    const { equivocations } = judgeVotes(both, testPolicy(['alice', 'bob', 'carol']));
    expect(equivocations).toHaveLength(1);
    expect(equivocations[0]).toMatchObject({ kind: 'equivocation', signer: 'alice', path: 'x' });
    const results = (equivocations[0]?.results ?? []).map(({ sha256, evidence }) => [
      sha256,
      evidence,
    ]);
    expect(new Map(results as [string, string[]][])).toEqual(
      new Map([
        [sha256Hex('1'), ['a']],
        [sha256Hex('2'), ['b']],
      ]),
    );
  });

  it('are no proof where inputs are not compared', () => {
    const policy = testPolicy(['alice', 'bob', 'carol'], { inputs: 'ignore' });
    const { equivocations } = judgeVotes(both, policy);
    expect(equivocations.map(({ kind }) => kind)).toEqual(['two-results']);
  });
});

describe('a file', () => {
  it('is excepted, not accepted, where only an exception lets it through', () => {
    const exception = { sha256: sha256Hex('odd'), until: 100, why: 'signed modules' };
    const policy = testPolicy(['alice', 'bob'], { exceptions: [exception] });
    const verdict = judge([], policy, { at: 99 }, undefined, [vote('alice', 'odd')]);
    expect(judgeFile(verdict, sha256Hex('odd'), 'x')).toEqual({ result: 'excepted', exception });
  });
});

describe('where only some may block', () => {
  const votes = [
    vote('alice', 'good'),
    vote('bob', 'good'),
    vote('carol', '1', { inputs: 'other' }),
    vote('dave', '2', { inputs: 'other' }),
  ];
  it('others who disagree about other inputs block nothing', () => {
    const names = ['alice', 'bob', 'carol', 'dave'];
    expect(judgeVotes(votes, testPolicy(names)).accepted).toBe(false);
    expect(judgeVotes(votes, testPolicy(names, { blockers: ['alice'] })).accepted).toBe(true);
  });
});

describe('a window', () => {
  it.each([
    [{ since: 10 }, 9, false],
    [{ since: 10 }, 10, true],
    [{ until: 10 }, 9, true],
    [{ until: 10 }, 10, false],
  ])('of one side, %j, at %i: %s', (window, at, counts) => {
    const [alice, bob] = [testSigner('alice'), testSigner('bob')];
    const policy = testPolicy([], { signers: [{ ...alice, ...window }, bob] });
    const verdict = judgeVotes([vote('alice', 'good'), vote('bob', 'good')], policy, { at });
    expect(verdict.accepted).toBe(counts);
    const why = counts ? [] : ['its key is not valid now, and no witness saw it earlier'];
    expect(verdict.notCounted.map((one) => one.why)).toEqual(why);
  });

  it('is held against the time of witnesses, in those words', () => {
    const [alice, bob] = [testSigner('alice'), testSigner('bob')];
    const policy = testPolicy([], { signers: [{ ...alice, since: 10 }, bob], log: testLogRule });
    const witnessed = { time: 5, log: 'log', witnesses: ['w1', 'w2'] };
    const verdict = judgeVotes([vote('alice', 'good', { witnessed })], policy, { at: 50 });
    expect(verdict.notCounted.map(({ why }) => why)).toEqual([
      'its key is not valid when it was witnessed',
    ]);
  });
});

describe('a list of votes that can not be believed', () => {
  it('refuses everything together, and no single vote', () => {
    const votes = [vote('alice', 'good'), vote('bob', 'good')];
    const policy = testPolicy(['alice', 'bob'], { log: { ...testLogRule, complete: true } });
    const stale = judgeVotes(votes, policy, { at: 101, complete: completeList([]) });
    expect([stale.accepted, stale.notCounted]).toEqual([false, []]);
    const fresh = judgeVotes(votes, policy, { at: 100, complete: completeList([]) });
    expect(fresh.notCounted.map(({ reason }) => reason)).toEqual(['not-listed', 'not-listed']);
  });
});

describe('claims in envelopes', () => {
  it('count as logged where a log has the very signature', () => {
    const policy = testPolicy(['alice', 'bob'], { log: { ...testLogRule, votes: 'required' } });
    const claim = claimOf({ x: 'good' });
    const envelopes = ['alice', 'bob'].map((name) => signedBy(name, claim));
    const entries = envelopes.map(({ payload, signatures }, index) => {
      const entry = formatLogEntry({
        ...claim,
        payload: sha256Hex(payload),
        key: testKey(['alice', 'bob'][index] ?? '').publicKey.id,
        signature: signatures[0].signature,
      });
      return encodeHex(leafHash(entry));
    });
    const seen = { time: 5, log: 'log', witnesses: ['w1', 'w2'] };
    const accepted = (leaves: readonly string[]) =>
      judge(envelopes, policy, { witnessed: new Map(leaves.map((leaf) => [leaf, seen])) }).accepted;
    expect([accepted(entries), accepted(entries.slice(1)), accepted([])]).toEqual([
      true,
      false,
      false,
    ]);
    expect(judge(envelopes, policy).accepted).toBe(false);
  });
});

describe('what evidence shows of a signer', () => {
  it.each([
    ['debian', true],
    ['guix', false],
  ])('counts, with os %s, unless the roster says otherwise', (os, counts) => {
    const signers = [testSigner('alice', { os: 'debian' }), testSigner('bob', { city: 'x' })];
    const attributes = { os };
    const votes = ['alice', 'bob'].map((name) => vote(name, 'good', { attributes }));
    expect(judgeVotes(votes, testPolicy([], { signers })).accepted).toBe(counts);
  });
});
