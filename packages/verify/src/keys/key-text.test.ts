import { expect, it } from 'vitest';
import { encodeBase64 } from '../encoding/base64.js';
import { concatBytes } from '../encoding/bytes.js';
import { decodeHex } from '../encoding/hex.js';
import { testKey } from '../testing/sign.js';
import { formatPublicKey, parsePublicKey } from './key-text.js';

const key = testKey('a');
const shown = formatPublicKey(key.publicKey);
const pem = (label: string, der: Uint8Array, endLabel = label) =>
  `-----BEGIN ${label}-----\n${encodeBase64(der)}\n-----END ${endLabel}-----\n`;
const refusal = (message: RegExp) =>
  expect.objectContaining({
    code: 'KEY_INVALID',
    message: expect.stringMatching(message) as string,
  }) as Error;

it('warns of a private key that is given for a public one', () => {
  const secretLine = `ed25519-private:${encodeBase64(new Uint8Array(32))}`;
  const pkcs8 = pem('PRIVATE KEY', decodeHex('302e020100300506032b657004220420', 16));
  for (const text of [`# secret\n${secretLine}\n${shown}\n`, secretLine, pkcs8]) {
    expect(() => parsePublicKey(text)).toThrow(refusal(/this is a private key/));
  }
});

it('refuses keys of X25519, which are as long and sign nothing', () => {
  const point = concatBytes(decodeHex('302a300506032b656e032100', 12), key.publicKey.bytes);
  expect(() => parsePublicKey(pem('PUBLIC KEY', point))).toThrow(refusal(/not Ed25519/));
});

it('refuses PEM blocks that begin or end as another kind', () => {
  const der = Buffer.from(
    concatBytes(decodeHex('302a300506032b6570032100', 12), key.publicKey.bytes),
  );
  expect(parsePublicKey(pem('PUBLIC KEY', der)).key.id).toBe(key.publicKey.id);
  for (const text of [
    pem('CERTIFICATE', der, 'PUBLIC KEY'),
    pem('PUBLIC KEY', der, 'CERTIFICATE'),
    pem('PUBLIC KEY', der).replace('-----END PUBLIC KEY-----\n', ''),
  ]) {
    expect(() => parsePublicKey(text)).toThrow(refusal(/not one PEM block/));
  }
});

it('refuses whatever stands before a key, and an endless name behind it', () => {
  expect(parsePublicKey(`${shown} ${'x'.repeat(256)}`).name).toHaveLength(256);
  for (const text of [`+${shown}`, `cert-authority ${shown}`, `${shown} ${'x'.repeat(257)}`]) {
    expect(() => parsePublicKey(text)).toThrow(refusal(/not a key like/));
  }
});

it('refuses a file that is too large, and only that', () => {
  expect(parsePublicKey(shown.padEnd(8192, '\n')).key.id).toBe(key.publicKey.id);
  expect(() => parsePublicKey(shown.padEnd(8193, '\n'))).toThrow(refusal(/too large/));
});
