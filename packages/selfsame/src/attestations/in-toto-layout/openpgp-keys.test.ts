import { describe, expect, it } from 'vitest';
import { encodeHex, rsaNumbers, type JsonObject, type JsonValue } from '@selfsame/verify';
import { testKey } from '../../record/testing.js';
import { codeOf } from '../testing-codes.js';
import { inTotoOpenPgpKey, inTotoPublicKey, parseInTotoKey } from './layout-key.js';
import { newPair } from './testing.js';

const id = 'ab'.repeat(20);
const packet = (fingerprint: string, key = testKey('a').publicKey) => ({
  fingerprint,
  isSubkey: false,
  created: 1000,
  key,
});
const rsa = newPair('rsa').publicKey;
const ed25519Object = inTotoOpenPgpKey(packet(id));
const rsaObject = inTotoOpenPgpKey(packet(id, rsa));
const subkeyIds = (count: number) =>
  Array.from({ length: count }, (_, n) => n.toString(16).padStart(40, '0'));
const code = (object: JsonObject) => codeOf(() => parseInTotoKey(object, id, []));

describe('OpenPGP keys of layouts', () => {
  it('are read as they were written', () => {
    for (const [object, key] of [
      [ed25519Object, testKey('a').publicKey],
      [rsaObject, rsa],
    ] as const) {
      expect(parseInTotoKey(object, id, [])).toEqual({
        id,
        key,
        scheme: 'openpgp',
        expires: undefined,
        subkeys: [],
      });
      expect(object).not.toHaveProperty('subkeys');
    }
  });

  it('may have numbers with an odd count of digits', () => {
    const value = { n: encodeHex(rsaNumbers(rsa).modulus), e: '10001' };
    const object = { ...rsaObject, keyval: { private: '', public: value } };
    expect(parseInTotoKey(object, id, []).key.id).toBe(rsa.id);
  });

  it('expire when they say how long they count, and since when', () => {
    const expires = (changes: JsonObject) =>
      parseInTotoKey({ ...ed25519Object, ...changes }, id, []).expires;
    expect(expires({ validity_period: 5 })).toBe(1005);
    expect(expires({ validity_period: 0 })).toBeUndefined();
    expect(expires({ creation_time: 0, validity_period: 5 })).toBeUndefined();
  });

  it('have at most 64 subkeys, and those none', () => {
    const withSubkeys = (count: number) =>
      inTotoOpenPgpKey(
        packet(id),
        subkeyIds(count).map((name) => packet(name)),
      );
    expect(parseInTotoKey(withSubkeys(64), id, []).subkeys).toHaveLength(64);
    expect(code(withSubkeys(65))).toBe('METABLOCK_INVALID');
    const [name = ''] = subkeyIds(1);
    const nested = inTotoOpenPgpKey(packet(name), [packet(id)]);
    expect(code({ ...ed25519Object, subkeys: { [name]: nested } })).toBe('METABLOCK_INVALID');
  });

  it.each<[string, Record<string, JsonValue>]>([
    ['a private key', { keyval: { ...(ed25519Object['keyval'] as JsonObject), private: 'ab' } }],
    ['an unknown field', { more: 1 }],
    ['a type of another method', { type: 'rsa' }],
    ['a method of another type', { method: 'pgp+rsa-pkcsv1.5' }],
    ['an unknown method', { method: 'pgp+dsa-fips-180-2', type: 'dsa' }],
    ['a time that is none', { creation_time: -1 }],
    ['another name', { keyid: 'cd'.repeat(20) }],
  ])('are refused with %s', (_what, changes) => {
    expect(code({ ...ed25519Object, ...changes })).toBe('METABLOCK_INVALID');
  });

  it('are not of a type that their method does not have, also for RSA', () => {
    expect(code({ ...rsaObject, type: 'eddsa' })).toBe('METABLOCK_INVALID');
  });
});

describe('other keys of layouts', () => {
  it('need not repeat their name', () => {
    const { keyid, ...object } = inTotoPublicKey(testKey('a').publicKey);
    expect(parseInTotoKey(object, 'any name', []).id).toBe('any name');
    expect(parseInTotoKey({ ...object, keyid }, keyid, []).id).toBe(keyid);
    expect(codeOf(() => parseInTotoKey({ ...object, keyid }, 'any name', []))).toBe(
      'METABLOCK_INVALID',
    );
  });
});
