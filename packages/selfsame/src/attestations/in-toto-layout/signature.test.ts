import { sign } from 'node:crypto';
import { expect, it } from 'vitest';
import { verifyInTotoSignature } from './signature.js';
import { newPair, openPgpHeaders, openPgpSign } from './testing.js';

const payload = Buffer.from('{"_type":"link"}');
const keyId = 'ab'.repeat(20);
const { privateKey, publicKey } = newPair('rsa');
const plain = { keyId, value: sign('sha256', payload, privateKey) };
const signedWith = (headers: Uint8Array) => ({
  keyId,
  value: openPgpSign(privateKey, payload, headers),
  openPgp: { headers },
});
const openPgp = signedWith(openPgpHeaders('rsa', keyId));

it('counts OpenPGP signatures for OpenPGP keys only, and others for others', () => {
  expect(verifyInTotoSignature(payload, openPgp, publicKey, 'openpgp')).toBe(true);
  expect(verifyInTotoSignature(payload, plain, publicKey, 'rsa-pkcs1-sha256')).toBe(true);
  expect(verifyInTotoSignature(payload, plain, publicKey)).toBe(true);
  expect(verifyInTotoSignature(payload, plain, publicKey, 'openpgp')).toBe(false);
  expect(verifyInTotoSignature(payload, openPgp, publicKey)).toBe(false);
  // Valid without the headers that stand beside it.
  const both = { ...plain, openPgp: openPgp.openPgp };
  for (const scheme of ['rsa-pkcs1-sha256', 'openpgp', undefined] as const) {
    expect(verifyInTotoSignature(payload, both, publicKey, scheme)).toBe(false);
  }
});

it('counts no OpenPGP signature that says another key made it', () => {
  const other = signedWith(openPgpHeaders('rsa', 'cd'.repeat(20)));
  expect(verifyInTotoSignature(payload, other, publicKey, 'openpgp')).toBe(false);
});

it('counts one that says of no key, and none that is not read', () => {
  const silent = signedWith(Uint8Array.of(4, 0, 1, 8, 0, 0));
  expect(verifyInTotoSignature(payload, silent, publicKey, 'openpgp')).toBe(true);
  const sha1 = signedWith(Uint8Array.of(4, 0, 1, 2, 0, 0));
  expect(verifyInTotoSignature(payload, sha1, publicKey, 'openpgp')).toBe(false);
});
