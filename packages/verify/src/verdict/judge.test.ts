import { describe, expect, it } from 'vitest';
import type { ResultClaim } from '../claim/result-claim.js';
import { resultClaimPayload } from '../claim/result-claim.js';
import { sha256Hex } from '../digest/sha256.js';
import type { Envelope } from '../dsse/envelope.js';
import { STATEMENT_PAYLOAD_TYPE } from '../statement/statement.js';
import { claimOf, signedBy, testClaim, testPolicy, testSigner } from '../testing/builders.js';
import { signEnvelope, testKey } from '../testing/sign.js';
import { judgeFile } from './judge-file.js';
import { judge } from './judge.js';

const policy = testPolicy(['alice', 'bob', 'carol']);
const noting = testPolicy(['alice', 'bob', 'carol', 'dave'], { dissent: 'note' });
const good = claimOf({ x: 'good' });
const bad = claimOf({ x: 'bad' });

function only(envelopes: readonly Envelope[], rules = policy) {
  const verdict = judge(envelopes, rules);
  expect(verdict.definitions).toHaveLength(1);
  const artifact = verdict.definitions[0]!.artifacts[0]!;
  return { verdict, artifact, cluster: artifact.clusters[0]! };
}

describe('judge', () => {
  it('accepts the same bits from two signers', () => {
    const { verdict, artifact, cluster } = only([signedBy('alice', good), signedBy('bob', good)]);
    expect(verdict.accepted).toBe(true);
    expect(artifact).toMatchObject({ path: 'x', reason: 'accepted', sha256: sha256Hex('good') });
    expect(cluster).toMatchObject({ agree: ['alice', 'bob'], dissent: [], absent: ['carol'] });
  });

  it('never accepts zero claims, or one', () => {
    expect(judge([], policy)).toMatchObject({ accepted: false, definitions: [] });
    const { verdict, artifact } = only([signedBy('alice', good)]);
    expect(verdict.accepted).toBe(false);
    expect(artifact).toMatchObject({ reason: 'too-few', sha256: undefined });
  });

  it('refuses a policy one claim could meet', () => {
    expect(() => judge([], testPolicy(['alice', 'bob'], { threshold: 1 }))).toThrow(/less than 2/);
  });

  it('counts a signature once however often it comes and whatever its key id says', () => {
    const envelope = signedBy('alice', good);
    const [signature] = envelope.signatures;
    const many = ['', 'alice', testKey('bob').publicKey.id].map((keyId) => ({
      ...signature,
      keyId,
    }));
    const copies = [envelope, envelope, { ...envelope, signatures: [signature, ...many] as const }];
    expect(only(copies).cluster.agree).toEqual(['alice']);
  });

  it('counts a signer with several keys once', () => {
    const alice = testSigner('alice', {}, ['alice', 'alice-2']);
    const rules = { ...policy, signers: [alice, testSigner('bob')] };
    const both = [signedBy('alice', good), signedBy('alice-2', good)];
    expect(only(both, rules).artifact.reason).toBe('too-few');
    expect(only([...both, signedBy('bob', good)], rules).artifact.reason).toBe('accepted');
  });

  it('counts a signer who claims the same as built and as reproduced once', () => {
    const claims = [good, { ...good, outcome: 'reproduced' as const }];
    expect(only(claims.map((claim) => signedBy('alice', claim))).artifact.reason).toBe('too-few');
  });

  it('counts built and reproduced together', () => {
    const reproduced: ResultClaim = { ...good, outcome: 'reproduced' };
    expect(only([signedBy('alice', good), signedBy('bob', reproduced)]).verdict.accepted).toBe(
      true,
    );
  });

  it('ignores keys that are not in the policy', () => {
    const envelopes = [signedBy('alice', good), signedBy('mallory', good)];
    const { verdict, artifact } = only(envelopes);
    expect(artifact.reason).toBe('too-few');
    expect(verdict.setAside).toEqual([
      { payload: sha256Hex(resultClaimPayload(good)), reason: 'untrusted', signers: [] },
    ]);
  });

  it('does not let a stranger dissent', () => {
    const envelopes = [signedBy('alice', good), signedBy('bob', good), signedBy('mallory', bad)];
    expect(judge(envelopes, policy).accepted).toBe(true);
  });

  it('reports a signature that does not fit the bytes, and does not count it', () => {
    const moved = { ...signedBy('bob', bad), payload: resultClaimPayload(good) };
    const { verdict, cluster } = only([signedBy('alice', good), moved]);
    expect(cluster.agree).toEqual(['alice']);
    expect(verdict.setAside).toMatchObject([{ reason: 'bad-signature', signers: ['bob'] }]);
  });

  it('blocks on the dissent of a trusted signer, or notes it, as the policy says', () => {
    const envelopes = [signedBy('alice', good), signedBy('bob', good), signedBy('carol', bad)];
    const blocked = only(envelopes);
    expect(blocked.verdict.accepted).toBe(false);
    expect(blocked.artifact).toMatchObject({ reason: 'dissent', sha256: undefined });
    const noted = only(envelopes, noting);
    expect(noted.verdict.accepted).toBe(true);
    expect(noted.cluster).toMatchObject({ agree: ['alice', 'bob'], dissent: ['carol'] });
  });

  it('calls different bits from too few signers a mismatch', () => {
    const { verdict, artifact } = only([signedBy('alice', good), signedBy('bob', bad)]);
    expect(verdict.accepted).toBe(false);
    expect(artifact.reason).toBe('mismatch');
    expect(artifact.clusters).toHaveLength(2);
  });

  it('accepts neither of two results that both have enough signers, whatever the rule', () => {
    const envelopes = ['alice', 'bob'].map((name) => signedBy(name, good));
    envelopes.push(...['carol', 'dave'].map((name) => signedBy(name, bad)));
    const { verdict, artifact } = only(envelopes, noting);
    expect(verdict.accepted).toBe(false);
    expect(artifact).toMatchObject({ reason: 'contested', sha256: undefined });
  });

  it('shows a signer who contradicts itself on both sides', () => {
    const envelopes = [signedBy('alice', good), signedBy('bob', good), signedBy('bob', bad)];
    const { artifact, cluster } = only(envelopes);
    expect(artifact.reason).toBe('dissent');
    expect(cluster).toMatchObject({ agree: ['alice', 'bob'], dissent: ['bob'] });
  });

  it('insists on required signers', () => {
    const rules = testPolicy(['alice', 'bob', 'carol'], { required: ['carol'] });
    const two = [signedBy('alice', good), signedBy('bob', good)];
    expect(only(two, rules).artifact.reason).toBe('required-missing');
    expect(only(two, rules).cluster.requiredMissing).toEqual(['carol']);
    expect(only([...two, signedBy('carol', good)], rules).verdict.accepted).toBe(true);
    const one = [signedBy('carol', good)];
    expect(only(one, rules).artifact.reason).toBe('too-few');
  });

  it('never counts a claim of difference as agreement, not even for equal bits', () => {
    const differs: ResultClaim = { ...good, outcome: 'differs' };
    const { artifact, cluster } = only([signedBy('alice', good), signedBy('bob', differs)]);
    expect(artifact.reason).toBe('too-few');
    expect(cluster).toMatchObject({ agree: ['alice'], differs: ['bob'], dissent: [] });
    const other: ResultClaim = { ...bad, outcome: 'differs' };
    const dissent = [signedBy('alice', good), signedBy('bob', good), signedBy('carol', other)];
    expect(only(dissent).artifact.reason).toBe('dissent');
  });

  it('counts a partial build for what it has', () => {
    const all = claimOf({ x: 'good', y: 'y' });
    const verdict = judge([signedBy('alice', all), signedBy('bob', good)], policy);
    const artifacts = verdict.definitions[0]!.artifacts;
    expect(artifacts.map(({ path, reason }) => [path, reason])).toEqual([
      ['x', 'accepted'],
      ['y', 'too-few'],
    ]);
    expect(verdict.accepted).toBe(false);
    expect(
      judge([signedBy('carol', all), signedBy('alice', all), signedBy('bob', good)], policy)
        .accepted,
    ).toBe(true);
  });

  it('compares inputs first: another definition is not a mismatch', () => {
    const elsewhere = claimOf({ x: 'other' }, { definition: sha256Hex('other definition') });
    const envelopes = [
      signedBy('alice', good),
      signedBy('bob', good),
      signedBy('carol', elsewhere),
    ];
    const free = judge(envelopes, policy);
    expect(free.definitions).toHaveLength(2);
    expect(free.accepted).toBe(true);
    const asked = judge(envelopes, policy, { definition: good.definition });
    expect(asked.definitions).toHaveLength(1);
    expect(asked.accepted).toBe(true);
    expect(asked.otherDefinitions).toMatchObject([
      { definition: elsewhere.definition, signers: ['carol'] },
    ]);
    expect(judge(envelopes, policy, { definition: elsewhere.definition }).accepted).toBe(false);
  });

  it('does not add up claims on different definitions', () => {
    const elsewhere = claimOf({ x: 'good' }, { definition: sha256Hex('other definition') });
    expect(judge([signedBy('alice', good), signedBy('bob', elsewhere)], policy).accepted).toBe(
      false,
    );
  });

  it('refuses while signers differ on another definition in question, unless only noting', () => {
    const definition = sha256Hex('other definition');
    const envelopes = [
      ...['alice', 'bob'].map((name) => signedBy(name, good)),
      signedBy('alice', claimOf({ x: '1' }, { definition })),
      signedBy('bob', claimOf({ x: '2' }, { definition })),
    ];
    expect(judge(envelopes, policy).accepted).toBe(false);
    expect(judge(envelopes, policy, { definition: good.definition }).accepted).toBe(true);
    expect(judge(envelopes, noting).accepted).toBe(true);
  });

  it('does not take claims on one version for another', () => {
    const old = testClaim({ build: { project: 'pigz', version: '2.7', target: 'default' } });
    const envelopes = [signedBy('alice', old), signedBy('bob', old)];
    const verdict = judge(envelopes, policy, { build: good.build });
    expect(verdict).toMatchObject({ accepted: false, definitions: [] });
    expect(verdict.otherBuilds).toMatchObject([
      { build: { version: '2.7' }, signers: ['alice', 'bob'] },
    ]);
  });

  it('does not mix two builds that claim one definition', () => {
    const renamed = claimOf({ x: 'good' }, { build: { ...good.build, version: '2.7' } });
    const verdict = judge([signedBy('alice', good), signedBy('bob', renamed)], policy);
    expect(verdict.definitions).toHaveLength(2);
    expect(verdict.accepted).toBe(false);
  });

  it('does not spend checks on copies of junk', () => {
    const [signature] = signedBy('mallory', good).signatures;
    const junk = {
      ...signedBy('mallory', good),
      signatures: [{ ...signature, keyId: '' }] as const,
    };
    const budget = { remaining: policy.signers.length };
    const verdict = judge([junk, junk, junk], policy, {}, budget);
    expect(verdict.setAside.map(({ reason }) => reason)).toEqual(['untrusted']);
  });

  it('sets aside what a trusted key signed that is not a claim', () => {
    const provenance = Buffer.from('{"_type":"https://in-toto.io/Statement/v1"}');
    const envelopes = [
      signEnvelope(STATEMENT_PAYLOAD_TYPE, provenance, testKey('alice')),
      signEnvelope('text/plain', resultClaimPayload(good), testKey('bob')),
    ];
    const verdict = judge(envelopes, policy);
    expect(verdict.definitions).toEqual([]);
    const found = verdict.setAside.map(({ reason, error }) => `${reason} ${error?.code}`);
    expect(found.sort()).toEqual([
      'not-a-claim ENVELOPE_PAYLOAD_TYPE',
      'not-a-claim STATEMENT_INVALID',
    ]);
  });
});

describe('judgeFile', () => {
  const verdict = judge(
    [
      signedBy('alice', claimOf({ 'd/x.tar': 'good', 'y.tar': 'y' })),
      signedBy('bob', claimOf({ 'd/x.tar': 'good' })),
    ],
    policy,
  );

  it('accepts exactly the accepted bytes, whatever the file is called', () => {
    expect(judgeFile(verdict, sha256Hex('good'), 'x.tar').result).toBe('accepted');
    expect(judgeFile(verdict, sha256Hex('good'), 'renamed').result).toBe('accepted');
  });

  it('says what is wrong with other bytes', () => {
    expect(judgeFile(verdict, sha256Hex('evil'), 'x.tar').result).toBe('other-bytes');
    expect(judgeFile(verdict, sha256Hex('y'), 'y.tar').result).toBe('refused');
    expect(judgeFile(verdict, sha256Hex('evil'), 'z.tar').result).toBe('unknown');
    expect(judgeFile(verdict, sha256Hex('evil'), 'ar').result).toBe('unknown');
  });
});
