import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../digest/sha256.js';
import { VerifyError } from '../errors.js';
import type { JsonValue } from '../json/value.js';
import { formatPublicKey } from '../keys/key-text.js';
import { formatNoteKey, noteKey } from '../log/note.js';
import { testSigner } from '../testing/builders.js';
import { testKey } from '../testing/sign.js';
import { testLogRule } from '../testing/votes.js';
import { checkPolicy, withRoster } from './check-policy.js';
import { parsePolicy, policyFields } from './parse-policy.js';

const key = (name: string) => formatPublicKey(testKey(name).publicKey);
const signers = {
  alice: {
    key: key('alice'),
    organisation: 'acme',
    roles: ['maintainer', 'auditor'],
    attributes: { os: 'debian', jurisdiction: ['DE', 'FI'] },
    since: '2025-01-01',
    until: '2027-01-01T12:00:00Z',
  },
  bob: {
    keys: [{ key: key('bob'), until: '2026-01-01' }, key('bob-2')],
    attributes: { os: 'guix' },
  },
  carol: `openpgp:${'AB'.repeat(20)} Carol <carol@example.org>`,
};
const strength = { min_compromises: 2, domains: ['os', 'organisation'] };
const exception = { sha256: sha256Hex('odd'), until: '2027-03-01', why: 'signed modules' };
const roster = { owners: [key('ann'), key('ben')], threshold: 2, min_version: 3 };
const log = {
  logs: testLogRule.logs,
  witnesses: testLogRule.witnesses,
  votes: 'required',
  max_age: '7d',
};

const twoNames = ['a', 'b'].map((name) =>
  formatNoteKey(noteKey(name, 'cosignature', testKey('a').publicKey)),
);

function refusal(document: unknown): VerifyError {
  try {
    parsePolicy(document as JsonValue);
  } catch (error) {
    if (error instanceof VerifyError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('parsePolicy', () => {
  it.each<[path: (string | number)[], change: object]>([
    ...policyFields
      .filter((name) => name !== 'policy')
      .map((name): [string[], object] => [[name], { [name]: null }]),
    [['dissent', 'block', 0], { dissent: { block: [null] } }],
    [['log', 'witnesses'], { log: { ...log, witnesses: null } }],
    [['distinct', 'os'], { distinct: { os: null } }],
  ])('takes a field without a value for a mistake, not for no rule: %j', (path, change) => {
    const error = refusal({ threshold: 2, signers, ...change });
    expect(error.path).toEqual(path);
    expect(error.code).toBe(path[0] === 'threshold' ? 'POLICY_THRESHOLD' : 'POLICY_INVALID');
    expect(error.message).toContain('there is no value');
  });

  it('reads everything a policy can ask for', () => {
    const policy = parsePolicy({
      ...strength,
      unknown: 'any',
      assumed_sound: ['os:openbsd', 'organisation:*'],
      weights: { 'os:*': 2, 'key:alice': 3 },
      required: ['role:maintainer', 'bob'],
      distinct: { os: 2 },
      dissent: { block: ['alice'], at_least: 1 },
      exceptions: [exception],
      log,
      mode: 'observe',
      inputs: 'ignore',
      signers,
    });
    expect(policy).toMatchObject({
      threshold: 2,
      strength: {
        atLeast: 2,
        domains: ['organisation', 'os'],
        assumedSound: ['organisation:*', 'os:openbsd'],
        weights: { 'key:alice': 3, 'os:*': 2 },
        unknown: 'any',
      },
      distinct: [{ attribute: 'os', atLeast: 2 }],
      dissent: 'block',
      blockers: ['alice'],
      exceptions: [{ ...exception, until: Date.parse('2027-03-01') / 1000 }],
      log: { votes: 'required', complete: false, maxAge: 604_800 },
      mode: 'observe',
      inputs: 'ignore',
    });
    const [alice, bob, carol] = policy.signers;
    expect(alice).toMatchObject({
      roles: ['auditor', 'maintainer'],
      attributes: { organisation: ['acme'], os: ['debian'], jurisdiction: ['DE', 'FI'] },
      since: Date.parse('2025-01-01') / 1000,
      until: Date.parse('2027-01-01T12:00:00Z') / 1000,
    });
    expect(bob?.keys.map(({ until }) => until)).toEqual([
      Date.parse('2026-01-01') / 1000,
      undefined,
    ]);
    expect(carol?.keys).toEqual([{ id: `openpgp:${'ab'.repeat(20)}`, publicKey: undefined }]);
  });

  it('takes the number of signers from min_compromises: fewer could never be that strong', () => {
    expect(parsePolicy({ ...strength, signers }).threshold).toBe(2);
    expect(parsePolicy({ ...strength, threshold: 3, signers }).threshold).toBe(3);
  });

  it('attack 21: has no default for how many must agree, and none that one could meet', () => {
    for (const document of [
      { signers },
      { domains: ['os'], signers },
      { required: ['alice'], signers },
      { roster },
      { threshold: 0, signers },
      { threshold: 1, signers },
      { threshold: null, signers },
      { min_compromises: 1, domains: ['os'], signers },
      { min_compromises: 0, domains: ['os'], signers },
      { min_compromises: 2.5, domains: ['os'], signers },
      { threshold: 1, roster },
      { threshold: Number.NaN, roster },
    ]) {
      expect(refusal(document).code).toBe('POLICY_THRESHOLD');
    }
  });

  it('refuses what all signers together could never meet, and says what stands in the way', () => {
    const error = refusal({
      min_compromises: 3,
      domains: ['os', 'organisation'],
      signers: {
        alice: { key: key('alice'), attributes: { os: 'debian' } },
        bob: { key: key('bob'), attributes: { os: 'debian' } },
        carol: { key: key('carol'), attributes: { os: 'guix' } },
      },
    });
    expect(error.code).toBe('POLICY_THRESHOLD');
    expect(error.message).toContain('organisation:? can speak for all signers');
    expect(refusal({ threshold: 2, distinct: { os: 3 }, signers }).message).toContain('2 known');
  });

  it.each<[string, object, readonly (string | number)[]]>([
    ['domains without a number', { threshold: 2, domains: ['os'] }, ['domains']],
    ['a number without domains', { min_compromises: 2 }, []],
    ['keys as a domain', { ...strength, domains: ['key'] }, ['domains', 0]],
    ['sound keys', { ...strength, assumed_sound: ['key:*'] }, ['assumed_sound', 0]],
    [
      'a sound thing that does not count',
      { ...strength, assumed_sound: ['cpu:*'] },
      ['assumed_sound', 0],
    ],
    ['a sound unknown', { ...strength, assumed_sound: ['os:?'] }, ['assumed_sound', 0]],
    ['a weight of 0', { ...strength, weights: { 'os:*': 0 } }, ['weights', 'os:*']],
    ['a weight of a half', { ...strength, weights: { 'os:*': 0.5 } }, ['weights', 'os:*']],
    ['another unknown', { ...strength, unknown: 'none' }, ['unknown']],
    ['a role nobody has', { threshold: 2, required: ['role:king'] }, ['required', 0]],
    ['one different value', { threshold: 2, distinct: { os: 1 } }, ['distinct', 'os']],
    ['blocking by nobody', { threshold: 2, dissent: { block: [] } }, ['dissent', 'block']],
    [
      'blocking by a stranger',
      { threshold: 2, dissent: { block: ['eve'] } },
      ['dissent', 'block', 0],
    ],
    [
      'an exception without a reason',
      { threshold: 2, exceptions: [{ ...exception, why: ' ' }] },
      ['exceptions', 0, 'why'],
    ],
    [
      'an exception for ever',
      { threshold: 2, exceptions: [{ sha256: exception.sha256, why: 'x' }] },
      ['exceptions', 0],
    ],
    [
      'an exception until some day',
      { threshold: 2, exceptions: [{ ...exception, until: 'soon' }] },
      ['exceptions', 0, 'until'],
    ],
    [
      'an exception by name',
      { threshold: 2, exceptions: [{ ...exception, sha256: 'linux-*' }] },
      ['exceptions', 0, 'sha256'],
    ],
    [
      'an exception twice',
      { threshold: 2, exceptions: [exception, exception] },
      ['exceptions', 1, 'sha256'],
    ],
    ['another mode', { threshold: 2, mode: 'off' }, ['mode']],
    [
      'a log without witnesses',
      { threshold: 2, log: { ...log, witnesses: { threshold: 0, keys: [] } } },
      ['log', 'witnesses', 'keys'],
    ],
    [
      'more witnesses than there are',
      { threshold: 2, log: { ...log, witnesses: { ...log.witnesses, threshold: 3 } } },
      ['log', 'witnesses', 'threshold'],
    ],
    [
      'one witness under two names',
      {
        threshold: 2,
        log: {
          ...log,
          witnesses: { threshold: 2, keys: twoNames },
        },
      },
      ['log', 'witnesses', 'keys'],
    ],
    [
      'a list without an age',
      { threshold: 2, log: { ...log, max_age: 'old' } },
      ['log', 'max_age'],
    ],
    ['signers twice', { threshold: 2, roster }, []],
  ])('refuses %s and says where', (_what, changes, path) => {
    const error = refusal({ signers, ...changes });
    expect(error.code).toMatch(/^POLICY_(INVALID|THRESHOLD)$/);
    expect(error.path).toEqual(path);
  });

  it.each<[string, object]>([
    ['no owner', { owners: [] }],
    ['an owner twice', { owners: [key('ann'), key('ann')] }],
    ['more than there are', { threshold: 3 }],
    ['none at all', { threshold: 0 }],
    ['any version', { min_version: undefined }],
    ['version 0', { min_version: 0 }],
    ['attack 15: a file elsewhere', { file: '../../etc/roster' }],
    ['attack 15: a file anywhere', { file: '/etc/roster' }],
    ['another word for late', { expired: 'ignore' }],
  ])('refuses a roster with %s', (_what, changes) => {
    const document = JSON.parse(
      JSON.stringify({ threshold: 2, roster: { ...roster, ...changes } }),
    ) as JsonValue;
    expect(refusal(document).path?.[0]).toBe('roster');
  });

  it('never does anything but accept or refuse, whatever a field holds', () => {
    const whole = { ...strength, log, exceptions: [exception], distinct: { os: 2 }, signers };
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(whole)), (value, field) => {
        try {
          checkPolicy(parsePolicy({ ...whole, [field]: value }));
        } catch (error) {
          expect(error).toBeInstanceOf(VerifyError);
          expect((error as VerifyError).code).toMatch(/^(POLICY_|LIMIT_EXCEEDED)/);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('withRoster', () => {
  const waiting = parsePolicy({ threshold: 2, required: ['role:maintainer'], roster });
  const opened = {
    version: 3,
    previous: sha256Hex('2'),
    expires: undefined,
    owners: { threshold: 1, keys: [testKey('ann').publicKey] },
  };

  it('completes a policy, which is of no use before', () => {
    expect(() => checkPolicy(waiting)).toThrow(/roster has not been put in/);
    const list = [{ ...testSigner('alice'), roles: ['maintainer'] }, testSigner('bob')];
    expect(withRoster(waiting, { ...opened, signers: list }).signers).toEqual(list);
  });

  it('checks then what only signers show', () => {
    const few = { ...opened, signers: [testSigner('alice')] };
    expect(() => withRoster(waiting, few)).toThrow(/can never be met/);
    const plain = { ...opened, signers: [testSigner('alice'), testSigner('bob')] };
    expect(() => withRoster(waiting, plain)).toThrow(/role that no signer has/);
    const strong = parsePolicy({ ...strength, roster });
    expect(() => withRoster(strong, plain)).toThrow(/can speak for all signers/);
  });
});
