import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../digest/sha256.js';
import { parseJson } from '../json/parse.js';
import { testSigner } from '../testing/builders.js';
import { codeOf } from '../testing/codes.js';
import { signEnvelope, testKey } from '../testing/sign.js';
import type { Roster, RosterTrust } from './roster.js';
import { openRoster, parseRoster, ROSTER_PAYLOAD_TYPE, rosterPayload } from './signed-roster.js';

const owners = { threshold: 1, keys: [testKey('ann').publicKey] };
const trust: RosterTrust = {
  ...owners,
  minVersion: 1,
  sha256: undefined,
  expired: 'refuse',
  file: 'roster.jsonl',
};
const roster = (version: number, before?: Roster): Roster => ({
  version,
  previous: before && sha256Hex(rosterPayload(before)),
  expires: undefined,
  owners,
  signers: [testSigner('alice')],
});
const signed = (one: Roster) =>
  signEnvelope(ROSTER_PAYLOAD_TYPE, rosterPayload(one), testKey('ann'));
const first = roster(1);
const second = roster(2, first);

describe('a chain of rosters', () => {
  it('goes on from what was used before', () => {
    const seen = { version: 1, sha256: sha256Hex(rosterPayload(first)) };
    expect(openRoster([signed(first), signed(second)], trust, seen).roster).toEqual(second);
  });

  it('leaves no version out, whatever names the one before', () => {
    const third = roster(3, first);
    expect(openRoster([signed(first), signed(third)], trust).roster).toEqual(first);
  });

  it('may be long, not endless', () => {
    const other = signEnvelope('text/plain', rosterPayload(first), testKey('ann'));
    const lines = (count: number) => Array.from({ length: count }, () => other);
    expect(codeOf(() => openRoster(lines(10_000), trust))).toBe('ROSTER_UNTRUSTED');
    expect(codeOf(() => openRoster(lines(10_001), trust))).toBe('LIMIT_EXCEEDED');
  });
});

describe('a roster', () => {
  it.each([
    ['accepted', {}],
    ['ROSTER_INVALID', { version: 2.5 }],
    ['ROSTER_INVALID', { previous: `${'a'.repeat(64)}b` }],
    ['ROSTER_INVALID', { previous: `x${'a'.repeat(64)}` }],
  ])('%s with %j', (expected, changes) => {
    const document = parseJson(rosterPayload(second)) as object;
    expect(codeOf(() => parseRoster({ ...document, ...changes }))).toBe(expected);
  });

  it('does not mention what it does not say', () => {
    const text = Buffer.from(rosterPayload(first)).toString();
    expect(text).not.toMatch(/attributes|roles|since|until|previous|expires/);
  });
});
