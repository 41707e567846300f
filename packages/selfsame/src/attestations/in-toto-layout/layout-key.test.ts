import { describe, expect, it } from 'vitest';
import { olpcJsonBytes, publicKeyToPem, type JsonObject, type Metablock } from '@selfsame/verify';
import { testKey } from '../../record/testing.js';
import { codeOf } from '../testing-codes.js';
import { parseInTotoKey, signingKey } from './layout-key.js';
import {
  ed25519Functionary,
  keyOf,
  newPair,
  openPgpFunctionary,
  plainFunctionary,
  testLink,
} from './testing.js';

const a = ed25519Functionary('a');
const gpg = openPgpFunctionary('gpg', 'rsa', 2);
const gpgEd = openPgpFunctionary('gpg-ed', 'ed25519', 1);
const link = testLink('rebuild', {}, { 'x.deb': 'good' });
const bad = testLink('rebuild', {}, { 'x.deb': 'bad' });

describe('in-toto keys', () => {
  it.each([
    ['Ed25519', a],
    ['P-256', plainFunctionary('ecdsa-p256')],
    ['RSA with PSS', plainFunctionary('rsa')],
    ['OpenPGP RSA', gpg],
    ['OpenPGP Ed25519', gpgEd],
  ])('of %s are read as they are written, and sign', (_what, person) => {
    const key = keyOf(person);
    expect(key.subkeys).toHaveLength(person.subkeys.length);
    const signer = (block: Metablock) => signingKey(block, key, 1_800_000_000)?.id;
    const block = person.sign(link);
    expect(signer(block)).toBe(person.id);
    for (const subkey of person.subkeys) expect(signer(subkey.sign(link))).toBe(subkey.id);
    expect(signer({ ...block, payload: olpcJsonBytes(bad), signed: bad })).toBeUndefined();
  });

  const rsa = newPair('rsa').publicKey;
  it.each([
    [
      'a private key',
      { ...a.object, keyval: { public: '00'.repeat(32), private: '11' } },
      'METABLOCK_INVALID',
    ],
    [
      'attack 30: hexadecimal in capitals',
      { ...a.object, keyval: { public: 'AB'.repeat(32) } },
      'HEX_INVALID',
    ],
    [
      'attack 30: hexadecimal with rubbish',
      { ...a.object, keyval: { public: `${'ab'.repeat(31)}zz` } },
      'HEX_INVALID',
    ],
    ['another name', { ...a.object, keyid: 'x' }, 'METABLOCK_INVALID'],
    ['an unknown scheme', { ...a.object, scheme: 'none' }, 'METABLOCK_INVALID'],
    [
      'a key of another kind',
      {
        ...plainFunctionary('rsa').object,
        keyid: a.id,
        keyval: { public: publicKeyToPem(testKey('a').publicKey) },
      },
      'METABLOCK_INVALID',
    ],
    ['an unknown field', { ...a.object, more: 1 }, 'METABLOCK_INVALID'],
    [
      'an OpenPGP method that is not known',
      { ...gpg.object, keyid: a.id, method: 'pgp+dsa-fips-180-2' },
      'METABLOCK_INVALID',
    ],
    [
      'a short RSA key',
      {
        ...gpg.object,
        keyid: a.id,
        keyval: { private: '', public: { n: 'ff'.repeat(128), e: '010001' } },
      },
      'KEY_INVALID',
    ],
    [
      'subkeys of subkeys',
      { ...gpg.object, keyid: a.id, subkeys: { x: { ...gpg.object, keyid: 'x' } } },
      'METABLOCK_INVALID',
    ],
  ])('with %s are refused', (_what, object, code) => {
    expect(codeOf(() => parseInTotoKey(object as JsonObject, a.id, []))).toBe(code);
    expect(rsa.kind).toBe('rsa');
  });
});
