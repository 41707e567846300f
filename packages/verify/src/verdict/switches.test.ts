// What verdicts tell apart, one difference at a time.
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../digest/sha256.js';
import { testPolicy } from '../testing/builders.js';
import { testBuild, testVote as vote } from '../testing/votes.js';
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
