import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../digest/sha256.js';
import type { Envelope } from '../dsse/envelope.js';
import { VerifyError } from '../errors.js';
import { parseJson } from '../json/parse.js';
import type { JsonValue } from '../json/value.js';
import { formatPublicKey } from '../keys/key-text.js';
import { STATEMENT_PAYLOAD_TYPE } from '../statement/statement.js';
import { testSigner } from '../testing/builders.js';
import { signEnvelope, testKey } from '../testing/sign.js';
import { openPgpKey } from './roster-key.js';
import type { Roster, RosterTrust } from './roster.js';
import { openRoster, parseRoster, ROSTER_PAYLOAD_TYPE, rosterPayload } from './signed-roster.js';

const owners = (names: readonly string[], threshold = 2) => ({
  threshold,
  keys: names.map((name) => testKey(name).publicKey),
});
const FOUNDERS = ['ann', 'ben', 'cat'];
const HEIRS = ['cat', 'dan', 'eve'];

function roster(version: number, before?: Roster, changes: Partial<Roster> = {}): Roster {
  return {
    version,
    previous: before && sha256Hex(rosterPayload(before)),
    expires: undefined,
    owners: owners(FOUNDERS),
    signers: [testSigner('alice', { os: 'debian' }), testSigner('bob', { os: 'guix' })],
    ...changes,
  };
}

function signed(one: Roster, names: readonly string[]): Envelope[] {
  return names.map((name) => signEnvelope(ROSTER_PAYLOAD_TYPE, rosterPayload(one), testKey(name)));
}

const trust: RosterTrust = {
  ...owners(FOUNDERS),
  minVersion: 1,
  sha256: undefined,
  expired: 'refuse',
  file: 'roster.jsonl',
};

const first = roster(1);
const second = roster(2, first, { owners: owners(HEIRS) });
const third = roster(3, second, { owners: owners(HEIRS), signers: [testSigner('carol')] });
const chain = [
  ...signed(first, ['ann', 'ben']),
  ...signed(second, ['ann', 'ben', 'cat', 'dan']),
  ...signed(third, ['dan', 'eve']),
];

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof VerifyError) return error.code;
    throw error;
  }
  return 'accepted';
}

const versionOf = (envelopes: readonly Envelope[], changes: Partial<RosterTrust> = {}) =>
  openRoster(envelopes, { ...trust, ...changes }).roster.version;

describe('openRoster', () => {
  it('follows a chain from its first owners through a rotation to the newest', () => {
    expect(openRoster(chain, trust)).toEqual({
      roster: third,
      sha256: sha256Hex(rosterPayload(third)),
      isExpired: false,
    });
  });

  it('is the same whatever the order and number of lines', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...chain, ...chain], { minLength: 16 }), (lines) => {
        expect(openRoster(lines, trust).roster).toEqual(third);
      }),
      { numRuns: 20 },
    );
  });

  it('attack 1: counts an owner once, however often and however it signed', () => {
    const [ann] = signed(first, ['ann']) as [Envelope];
    const twice = { ...ann, signatures: [...ann.signatures, ...ann.signatures] as const };
    const named = {
      ...ann,
      signatures: [{ ...ann.signatures[0], keyId: testKey('ben').publicKey.id }] as const,
    };
    expect(codeOf(() => openRoster([ann, ann, twice, named], trust))).toBe('ROSTER_UNTRUSTED');
    expect(versionOf(signed(first, ['ann', 'cat']))).toBe(1);
  });

  it('takes a rotation only from enough old owners and enough new ones', () => {
    const start = signed(first, ['ann', 'ben']);
    for (const names of [
      ['cat', 'dan', 'eve'],
      ['ann', 'ben'],
      ['ann', 'cat'],
      ['dan', 'ann'],
    ]) {
      expect(versionOf([...start, ...signed(second, names)])).toBe(1);
    }
    expect(versionOf([...start, ...signed(second, ['ann', 'cat', 'eve'])])).toBe(2);
  });

  it('does not follow old owners past their rotation, nor strangers', () => {
    const usurped = roster(3, second, { signers: [testSigner('mallory')] });
    expect(versionOf([...chain.slice(0, 6), ...signed(usurped, ['ann', 'ben'])])).toBe(2);
    expect(codeOf(() => openRoster(signed(first, ['x', 'y', 'ann']), trust))).toBe(
      'ROSTER_UNTRUSTED',
    );
    expect(codeOf(() => openRoster([], trust))).toBe('ROSTER_UNTRUSTED');
  });

  it('does not jump over a version, nor follow another past', () => {
    const skipped = signed(third, ['ann', 'ben', 'cat', 'dan', 'eve']);
    expect(versionOf([...signed(first, ['ann', 'ben']), ...skipped])).toBe(1);
    const other = roster(1, undefined, { signers: [testSigner('zoe')] });
    const foreign = roster(2, other);
    const lines = [...signed(first, ['ann', 'ben']), ...signed(foreign, ['ann', 'ben'])];
    expect(versionOf(lines)).toBe(1);
  });

  it('refuses two rosters of one version', () => {
    const other = roster(1, undefined, { signers: [testSigner('zoe')] });
    const both = [...signed(first, ['ann', 'ben']), ...signed(other, ['ben', 'cat'])];
    expect(codeOf(() => openRoster(both, trust))).toBe('ROSTER_UNTRUSTED');
  });

  it('attack 13: refuses an old version where a newer one was used or asked for', () => {
    const old = signed(first, ['ann', 'ben']);
    const seen = { version: 3, sha256: sha256Hex(rosterPayload(third)) };
    expect(codeOf(() => openRoster(old, trust, seen))).toBe('ROSTER_ROLLBACK');
    expect(openRoster(chain, trust, seen).roster.version).toBe(3);
    const another = { ...seen, sha256: sha256Hex('another') };
    expect(codeOf(() => openRoster(chain, trust, another))).toBe('ROSTER_ROLLBACK');
    expect(codeOf(() => openRoster(old, { ...trust, minVersion: 2 }))).toBe('ROSTER_UNTRUSTED');
    // The owners of version 2 are trusted by whoever starts there.
    expect(versionOf(chain, { ...owners(HEIRS), minVersion: 2 })).toBe(3);
    const pinned = { minVersion: 1, sha256: sha256Hex(rosterPayload(first)) };
    expect(versionOf(chain, pinned)).toBe(3);
    expect(codeOf(() => versionOf(chain.slice(2)))).toBe('ROSTER_UNTRUSTED');
    expect(codeOf(() => versionOf(chain, { ...pinned, sha256: sha256Hex('other') }))).toBe(
      'ROSTER_UNTRUSTED',
    );
  });

  it('attack 14: expiry is a choice of owners and policy, and renewing keeps everything else', () => {
    const brief = roster(1, undefined, { expires: 1000 });
    const lines = signed(brief, ['ann', 'ben']);
    const at = (time: number | undefined, changes: Partial<RosterTrust> = {}) =>
      codeOf(() => openRoster(lines, { ...trust, ...changes }, undefined, time));
    expect([at(999), at(1000), at(undefined)]).toEqual([
      'accepted',
      'ROSTER_EXPIRED',
      'ROSTER_EXPIRED',
    ]);
    const late = openRoster(lines, { ...trust, expired: 'warn' }, undefined, 2000);
    expect(late.isExpired).toBe(true);
    const renewed = roster(2, brief, { expires: 9000 });
    const both = [...lines, ...signed(renewed, ['ann', 'cat'])];
    expect(openRoster(both, trust, undefined, 2000)).toMatchObject({ isExpired: false });
    expect(openRoster(chain, trust, undefined, 1e12).isExpired).toBe(false);
  });

  it('attack 12: reads nothing else that owners signed as a roster', () => {
    const payload = rosterPayload(first);
    const other = ['ann', 'ben'].map((name) =>
      signEnvelope(STATEMENT_PAYLOAD_TYPE, payload, testKey(name)),
    );
    expect(codeOf(() => openRoster(other, trust))).toBe('ROSTER_UNTRUSTED');
  });

  it('attack 11: refuses a roster in other bytes than its canonical ones', () => {
    const text = Buffer.from(rosterPayload(first)).toString();
    for (const bytes of [`${text} `, text.replace('"version":1', '"version":1,"version":1')]) {
      const lines = ['ann', 'ben'].map((name) =>
        signEnvelope(ROSTER_PAYLOAD_TYPE, Buffer.from(bytes), testKey(name)),
      );
      expect(codeOf(() => openRoster(lines, trust))).toMatch(/^(ROSTER_INVALID|JSON_)/);
    }
  });
});

describe('parseRoster', () => {
  const document = () => parseJson(rosterPayload(second)) as Record<string, JsonValue>;

  it('reads what rosterPayload writes', () => {
    const full = roster(1, undefined, {
      expires: 86_400,
      signers: [
        {
          name: 'alice',
          keys: [
            { id: testKey('a').publicKey.id, publicKey: testKey('a').publicKey, until: 86_400 },
            openPgpKey('ABCDEF0123456789ABCDEF0123456789ABCDEF01', { since: 1 }),
          ],
          roles: ['auditor', 'maintainer'],
          attributes: { organisation: ['acme'], os: ['debian', 'guix'] },
          since: 0,
          until: 172_800,
        },
      ],
    });
    expect(parseRoster(parseJson(rosterPayload(full)))).toEqual(full);
  });

  it.each<[string, Record<string, unknown>]>([
    ['version 0', { version: 0 }],
    ['a first version with a past', { version: 1 }],
    ['a later one without', { previous: undefined }],
    ['a past that is no digest', { previous: 'x' }],
    ['no owners', { owners: [] }],
    [
      'an owner twice',
      { owners: ['ann', 'ann'].map((n) => formatPublicKey(testKey(n).publicKey)) },
    ],
    ['a threshold of 0', { threshold: 0 }],
    ['a threshold that can not be met', { threshold: 9 }],
    ['a day that does not exist', { expires: '2027-02-30' }],
    ['an unknown field', { comment: 'hello' }],
    [
      'a key of two signers',
      { signers: ['a', 'b'].map(() => formatPublicKey(testKey('x').publicKey)) },
    ],
    [
      'a signer who is its own attribute',
      {
        signers: { a: { key: formatPublicKey(testKey('x').publicKey), attributes: { key: 'y' } } },
      },
    ],
    [
      'an empty list of values',
      { signers: { a: { key: formatPublicKey(testKey('x').publicKey), attributes: { os: [] } } } },
    ],
    [
      'a value that stands for unknown',
      { signers: { a: { key: formatPublicKey(testKey('x').publicKey), attributes: { os: '?' } } } },
    ],
    [
      'a window that is none',
      {
        signers: {
          a: {
            key: formatPublicKey(testKey('x').publicKey),
            since: '2027-01-01',
            until: '2026-01-01',
          },
        },
      },
    ],
  ])('refuses %s', (_what, changes) => {
    const { signers: _, ...rest } = { ...document(), ...changes };
    const { signers = document()['signers'] } = changes as { signers?: JsonValue };
    const listed = Array.isArray(signers)
      ? Object.fromEntries((signers as JsonValue[]).map((one, n) => [`s${n}`, one]))
      : signers;
    const whole = JSON.parse(JSON.stringify({ ...rest, signers: listed })) as JsonValue;
    expect(codeOf(() => parseRoster(whole))).toBe('ROSTER_INVALID');
  });

  it('refuses two spellings of one value, which would count as two domains', () => {
    const key = (name: string) => formatPublicKey(testKey(name).publicKey);
    for (const [a, b] of [
      ['debian', 'Debian'],
      ['own hardware', 'own-hardware'],
      ['x86_64', 'x86.64'],
    ]) {
      const signers = {
        a: { key: key('a'), attributes: { os: a } },
        b: { key: key('b'), attributes: { os: b } },
      };
      const whole = JSON.parse(JSON.stringify({ ...document(), signers })) as JsonValue;
      expect(codeOf(() => parseRoster(whole))).toBe('ROSTER_INVALID');
    }
  });

  it('never does anything but accept or refuse, whatever it is fed', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(document())), (value, field) => {
        const code = codeOf(() => parseRoster({ ...document(), [field]: value as JsonValue }));
        expect(code).toMatch(/^(accepted|ROSTER_INVALID|LIMIT_EXCEEDED)$/);
      }),
      { numRuns: 300 },
    );
  });
});
