import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../json/value.js';
import { parseJson } from '../json/parse.js';
import { formatPublicKey, publicKeyToPem } from '../keys/key-text.js';
import { parsePolicy } from '../policy/parse-policy.js';
import { parseRosterKey } from '../roster/roster-key.js';
import { claimOf, signedBy, testPolicy, testSigner } from '../testing/builders.js';
import { testKey } from '../testing/sign.js';
import { testLogRule, testVote as vote } from '../testing/votes.js';
import { judge } from './judge.js';
import { judgeVotes } from './judge-votes.js';

// Attacks that once worked against a real tool, as far as they are about counting; others are named in the
// tests of what they are about.

const agreeing = (...args: Parameters<typeof judgeVotes>) =>
  judgeVotes(...args).definitions[0]?.artifacts[0]?.clusters[0]?.agree;

describe('attacks on counting', () => {
  it('attack 2: one key in two encodings is one key, and belongs to one signer', () => {
    const { publicKey } = testKey('alice');
    const texts = [formatPublicKey(publicKey), publicKeyToPem(publicKey)];
    expect(new Set(texts.map((text) => parseRosterKey(text).id)).size).toBe(1);
    const fingerprint = 'AB'.repeat(20);
    const spellings = [`openpgp:${fingerprint}`, `openpgp:${fingerprint.toLowerCase()} Alice`];
    expect(new Set(spellings.map((text) => parseRosterKey(text).id)).size).toBe(1);
    for (const [first = '', second = ''] of [texts, spellings]) {
      const signers = { alice: first, bob: second };
      expect(() => parsePolicy({ threshold: 2, signers })).toThrow(/also a key of alice/);
    }
  });

  it('attack 3: three signatures of one key over one document are one vote', () => {
    const good = vote('alice', 'good');
    const policy = testPolicy(['alice', 'bob', 'carol']);
    const three = [good, { ...good, format: 'SHA256SUMS' }, { ...good, evidence: 'other' }];
    expect(agreeing(three, policy)).toEqual(['alice']);
    const envelope = signedBy('alice', claimOf({ x: 'good' }));
    const [signature] = envelope.signatures;
    const stuffed = { ...envelope, signatures: [signature, signature, signature] as const };
    expect(judge([stuffed, envelope], policy).accepted).toBe(false);
  });

  it('attack 4: subkeys of one signer are one signer', () => {
    // Readers give the primary key; a policy that lists subkeys as keys of one signer counts one, too.
    const signers = [testSigner('alice', {}, ['alice', 'sub-1', 'sub-2']), testSigner('bob')];
    const votes = ['alice', 'sub-1', 'sub-2'].map((name) => vote(name, 'good'));
    const policy = testPolicy([], { signers });
    expect(agreeing(votes, policy)).toEqual(['alice']);
    expect(judgeVotes(votes, policy).accepted).toBe(false);
  });

  it('attack 5, 28: one witness many times is one witness', () => {
    const policy = testPolicy(['alice', 'bob'], { log: { ...testLogRule, votes: 'required' } });
    const seen = (witnesses: string[]) =>
      ['alice', 'bob'].map((name) =>
        vote(name, 'good', { witnessed: { time: 1, log: 'log', witnesses } }),
      );
    expect(judgeVotes(seen(['w1', 'w1', 'w1']), policy).definitions).toEqual([]);
    expect(judgeVotes(seen(['w1', 'w2']), policy).accepted).toBe(true);
  });

  it('attack 26: keys come from the policy, whatever evidence brings along', () => {
    const policy = testPolicy(['alice', 'bob']);
    const brought = [vote('mallory', 'evil'), vote('mallory-2', 'evil')];
    const verdict = judgeVotes(brought, policy);
    expect([verdict.accepted, verdict.definitions]).toEqual([false, []]);
    expect(verdict.notCounted.map(({ reason }) => reason)).toEqual([
      'not-in-roster',
      'not-in-roster',
    ]);
  });

  it('attack 30: names that mean something to JavaScript mean nothing here', () => {
    const key = formatPublicKey(testKey('alice').publicKey);
    const document = (signer: string, attribute: string) =>
      parseJson(
        `{"min_compromises":2,"domains":["${attribute}"],"signers":{"${signer}":{"key":"${key}",` +
          `"attributes":{"${attribute}":"x"}},"bob":"${formatPublicKey(testKey('bob').publicKey)}"}}`,
      );
    expect(() => document('__proto__', 'os')).toThrow(/__proto__/);
    for (const name of ['constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
      const policy = parsePolicy(document(name, 'constructor'));
      expect(policy.signers.map((signer) => signer.name)).toContain(name);
      // An attribute that every JavaScript object seems to have is still unknown for bob.
      const verdict = judgeVotes([vote('alice', 'good'), vote('bob', 'good')], policy);
      const strength = verdict.definitions[0]?.artifacts[0]?.clusters[0]?.strength;
      expect(strength).toMatchObject({ atLeast: 2, assumedApart: ['constructor'] });
    }
    const proto = { os: 'debian', toString: 'x' } as unknown as JsonValue;
    expect(() =>
      parsePolicy({ threshold: 2, signers: { alice: { key, attributes: proto }, bob: 'x' } }),
    ).toThrow(/toString/);
  });
});
