// Each bound and each kind of field that a policy or roster refuses, at the field that it is about.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../digest/sha256.js';
import { VerifyError } from '../errors.js';
import type { JsonValue } from '../json/value.js';
import { formatPublicKey } from '../keys/key-text.js';
import { isWithin, parseRosterKey } from '../roster/roster-key.js';
import { testPolicy } from '../testing/builders.js';
import { testKey } from '../testing/sign.js';
import { testLogRule, testVerifierKey } from '../testing/votes.js';
import { judgeVotes } from '../verdict/judge-votes.js';
import { judge } from '../verdict/judge.js';
import { checkPolicy } from './check-policy.js';
import { parsePolicy } from './parse-policy.js';

const key = (name: string) => formatPublicKey(testKey(name).publicKey);
const signers = {
  alice: { key: key('alice'), attributes: { os: 'debian' } },
  bob: { key: key('bob'), attributes: { os: 'guix' } },
};
const base = { threshold: 2, signers };
const strength = { min_compromises: 2, domains: ['os'], signers };
const log = {
  logs: testLogRule.logs,
  witnesses: testLogRule.witnesses,
  votes: 'required',
  max_age: '7d',
};
const logKey = testVerifierKey('log', 'note');
const witnessed = (...keys: readonly string[]) => ({
  ...base,
  log: { ...log, witnesses: { threshold: 1, keys } },
});
const roster = { owners: [key('ann'), key('ben')], threshold: 2, min_version: 3 };
const exception = { sha256: sha256Hex('odd'), until: '2027-03-01', why: 'x'.repeat(512) };
const signer = (fields: object) => ({
  ...base,
  signers: { ...signers, alice: { key: key('alice'), ...fields } },
});

/** A verifier key of a witness that is right but for its point, whose y coordinate is this. */
function madeUpKey(y: number): string {
  const bytes = Buffer.from([4, y, ...Buffer.alloc(31)]);
  const hash = createHash('sha256').update('w\n').update(bytes).digest('hex').slice(0, 8);
  return `w+${hash}+${bytes.toString('base64')}`;
}

/** Code and path of the refusal, or `accepted`. */
function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof VerifyError) return `${error.code} ${(error.path ?? []).join('.')}`;
    throw error;
  }
  return 'accepted';
}
const ofPolicy = (document: unknown) => refusal(() => parsePolicy(document as JsonValue));

describe('a field of a policy', () => {
  it.each<[string, object]>([
    ['POLICY_THRESHOLD threshold', { ...base, threshold: 2.5 }],
    ['POLICY_THRESHOLD threshold', { ...base, threshold: '2' }],
    ['POLICY_THRESHOLD min_compromises', { ...strength, min_compromises: '2' }],
    ['POLICY_THRESHOLD min_compromises', { ...strength, threshold: 2, min_compromises: 1 }],
    ['POLICY_THRESHOLD min_compromises', { ...strength, threshold: 2, min_compromises: 2.5 }],
    ['POLICY_INVALID domains.0', { ...strength, domains: ['O S'] }],
    ['POLICY_INVALID distinct.O S', { ...base, distinct: { 'O S': 2 } }],
    ['POLICY_INVALID distinct.O S', { threshold: 2, roster, distinct: { 'O S': 2 } }],
    ['POLICY_INVALID distinct.os', { threshold: 2, roster, distinct: { os: 2.5 } }],
    ['POLICY_INVALID distinct.os', { ...base, distinct: { os: 2.5 } }],
    ['POLICY_INVALID dissent', { ...base, dissent: 1 }],
    ['POLICY_INVALID dissent.at_least', { ...base, dissent: { block: ['bob'], at_least: 0 } }],
    ['POLICY_INVALID dissent.at_least', { ...base, dissent: { block: ['bob'], at_least: 1.5 } }],
    ['accepted', { ...base, exceptions: [exception] }],
    ['POLICY_INVALID exceptions.0.why', { ...base, exceptions: [{ ...exception, why: 'a\nb' }] }],
    [
      'POLICY_INVALID exceptions.0.why',
      { ...base, exceptions: [{ ...exception, why: 'x'.repeat(513) }] },
    ],
    [
      'POLICY_INVALID exceptions.0.sha256',
      { ...base, exceptions: [{ ...exception, sha256: 'a' }] },
    ],
    [
      'accepted',
      { ...base, exceptions: [exception, { ...exception, sha256: sha256Hex('other') }] },
    ],
    ['POLICY_INVALID weights.os', { ...strength, weights: { os: 2 } }],
    ['POLICY_INVALID weights.city:x', { ...strength, weights: { 'city:x': 2 } }],
    ['POLICY_INVALID weights.os:a b?', { ...strength, weights: { 'os:a b?': 2 } }],
    ['accepted', { ...strength, weights: { 'key:a@b': 2, 'os:Debian 12': 1000, 'os:*': 1 } }],
    ['POLICY_INVALID weights.key:a b', { ...strength, weights: { 'key:a b': 2 } }],
    ['POLICY_INVALID weights.os:x', { ...strength, weights: { 'os:x': 0 } }],
    ['POLICY_INVALID weights.os:x', { ...strength, weights: { 'os:x': 1001 } }],
    ['POLICY_INVALID weights.os:x', { ...strength, weights: { 'os:x': 1.5 } }],
    ['POLICY_INVALID weights.os:x', { ...strength, weights: { 'os:x': '2' } }],
    ['accepted', { ...base, log }],
    ['accepted', { ...base, log: { ...log, witnesses: { ...log.witnesses, threshold: 1 } } }],
    [
      'POLICY_INVALID log.witnesses.threshold',
      { ...base, log: { ...log, witnesses: { ...log.witnesses, threshold: 0 } } },
    ],
    [
      'POLICY_INVALID log.witnesses.threshold',
      { ...base, log: { ...log, witnesses: { ...log.witnesses, threshold: 1.5 } } },
    ],
    ['POLICY_INVALID log.votes', { ...base, log: { ...log, votes: 'maybe' } }],
    ['POLICY_INVALID log.complete', { ...base, log: { ...log, complete: 'yes' } }],
    ['POLICY_INVALID log.max_age', { ...base, log: { ...log, max_age: '17days' } }],
    ['POLICY_INVALID log.max_age', { ...base, log: { ...log, max_age: 'x7d' } }],
    ['POLICY_INVALID log.logs.0', { ...base, log: { ...log, logs: [`x ${logKey}`] } }],
    ['POLICY_INVALID log.logs.0', { ...base, log: { ...log, logs: [`${logKey} x`] } }],
    // Keys that nobody can have: another hash, no point of the curve, one for which anybody can sign, another kind.
    ['POLICY_INVALID log.logs.0', { ...base, log: { ...log, logs: ['log+11111111+AQEBAQEB'] } }],
    [
      'POLICY_INVALID log.logs.0',
      { ...base, log: { ...log, logs: [logKey.replace(/\+[0-9a-f]{8}\+/, '+00000000+')] } },
    ],
    ['POLICY_INVALID log.witnesses.keys.0', witnessed(madeUpKey(2))],
    ['POLICY_INVALID log.witnesses.keys.0', witnessed(madeUpKey(1))],
    ['POLICY_INVALID log.witnesses.keys.1', witnessed(testVerifierKey('w1'), logKey)],
    ['accepted', witnessed(testVerifierKey('w1'))],
    ['accepted', { threshold: 2, roster: { ...roster, min_version: 1, expired: 'warn' } }],
    ['accepted', { threshold: 2, roster: { ...roster, threshold: 1, sha256: sha256Hex('x') } }],
    [
      'POLICY_THRESHOLD min_compromises',
      { ...strength, threshold: 2, signers: undefined, min_compromises: 1, roster },
    ],
    [
      'POLICY_INVALID roster.min_version',
      { threshold: 2, roster: { ...roster, min_version: 1.5 } },
    ],
    ['POLICY_INVALID roster.sha256', { threshold: 2, roster: { ...roster, sha256: 'abc' } }],
    ['POLICY_INVALID roster.threshold', { threshold: 2, roster: { ...roster, threshold: 1.5 } }],
    ['POLICY_INVALID roster.owners.0', { threshold: 2, roster: { ...roster, owners: ['x'] } }],
    ['POLICY_INVALID roster.file', { threshold: 2, roster: { ...roster, file: 7 } }],
    ['POLICY_INVALID roster.file', { threshold: 2, roster: { ...roster, file: 'a b' } }],
    ['POLICY_INVALID signers.alice.roles.0', signer({ roles: ['A B'] })],
    ['POLICY_INVALID signers.alice.until', signer({ since: '2025-01-01', until: '2025-01-01' })],
    ['accepted', signer({ since: '2025-01-01', until: '2025-01-02' })],
    ['POLICY_INVALID signers.alice.attributes.os', signer({ attributes: { os: ' x' } })],
    ['POLICY_INVALID signers.alice.attributes.os', signer({ attributes: { os: 'x ' } })],
    ['POLICY_INVALID signers.alice.attributes.os', signer({ attributes: { os: 'x\n' } })],
    ['POLICY_INVALID signers.a\n', { ...base, signers: { ...signers, 'a\n': key('carol') } }],
  ])('%s: case %#', (expected, document) => {
    const given = Object.fromEntries(
      Object.entries(document).filter(([, value]) => value !== undefined),
    );
    expect(ofPolicy(given)).toBe(expected);
  });

  it('may hold so many signers and attributes, and not one more', () => {
    const attributes = (count: number) =>
      signer({
        attributes: Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, 'x'])),
      });
    expect(ofPolicy(attributes(32))).toBe('accepted');
    expect(ofPolicy(attributes(33))).toBe('LIMIT_EXCEEDED signers.alice.attributes');
    const crowd = (count: number) => ({
      threshold: 2,
      signers: Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          `s${i}`,
          `openpgp:${i.toString(16).padStart(40, '0')}`,
        ]),
      ),
    });
    expect(ofPolicy(crowd(1000))).toBe('accepted');
    expect(ofPolicy(crowd(1001))).toBe('LIMIT_EXCEEDED signers');
  });
});

describe('a policy that was not read from a document', () => {
  it.each<[string, Parameters<typeof testPolicy>[1]]>([
    ['POLICY_THRESHOLD threshold', { threshold: 1.5 }],
    ['POLICY_THRESHOLD threshold', { threshold: 0 }],
    ['POLICY_THRESHOLD threshold', { threshold: Number.NaN }],
    ['POLICY_THRESHOLD threshold', { threshold: '2' as unknown as number }],
    ...[1, 0, -1, 1.5, Number.NaN, '2' as unknown as number].map(
      (atLeast): [string, Parameters<typeof testPolicy>[1]] => [
        'POLICY_THRESHOLD min_compromises',
        { strength: { atLeast, domains: [], assumedSound: [], weights: {}, unknown: 'shared' } },
      ],
    ),
    ['POLICY_INVALID required.0', { required: ['nobody'] }],
    ['POLICY_INVALID dissent.block.0', { blockers: ['role:nobody'] }],
    ['POLICY_THRESHOLD threshold', { signers: [] }],
  ])('%s: case %#', (expected, changes) => {
    const policy = testPolicy(['alice', 'bob'], changes);
    expect(refusal(() => checkPolicy(policy))).toBe(expected);
    expect(refusal(() => judgeVotes([], policy))).toBe(expected);
    expect(refusal(() => judge([], policy))).toBe(expected);
  });
});

describe('a key of a roster', () => {
  const fingerprint = 'ab'.repeat(20);
  it.each([
    `openpgp:${fingerprint}`,
    `openpgp:${'ab'.repeat(32)} Name`,
    'sigstore:https://issuer.example identity@example.org',
  ])('may be %s', (text) => {
    expect(refusal(() => parseRosterKey(text))).toBe('accepted');
  });

  it.each([
    `openpgp:${fingerprint}ab`,
    `openpgp:x openpgp:${fingerprint}`,
    `openpgp:${fingerprint} Name\n`,
    'sigstore:http://issuer.example identity',
    'sigstore:x sigstore:https://issuer.example identity',
    'sigstore:https://issuer.example identity and another',
    'sigstore:https://issuer.example',
  ])('is not %j', (text) => {
    expect(refusal(() => parseRosterKey(text))).toBe('KEY_INVALID ');
  });

  it('is valid from its first second until before its last', () => {
    const within = (time: number) => isWithin({ since: 10, until: 20 }, time);
    expect([9, 10, 19, 20].map(within)).toEqual([false, true, true, false]);
    expect(isWithin({ since: 10 }, 99)).toBe(true);
    expect(isWithin({ until: 20 }, 0)).toBe(true);
  });
});
