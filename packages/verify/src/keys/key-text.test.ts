import { expect, it } from 'vitest';
import { encodeBase64 } from '../encoding/base64.js';
import { concatBytes } from '../encoding/bytes.js';
import { decodeHex } from '../encoding/hex.js';
import { testKey } from '../testing/builders.js';
import {
  formatPrivateKeyFile,
  formatPublicKey,
  formatPublicKeyFile,
  parsePrivateKey,
  parsePublicKey,
  privateKeyToPem,
} from './key-text.js';

const key = testKey('a');
const shown = formatPublicKey(key.publicKey);
const secretFile = formatPrivateKeyFile(key, 'alice');
const [, secretLine = ''] = secretFile.split('\n');
const pem = (label: string, der: Uint8Array, endLabel = label) =>
  `-----BEGIN ${label}-----\n${encodeBase64(der)}\n-----END ${endLabel}-----\n`;
const refusal = (message: RegExp) =>
  expect.objectContaining({
    code: 'KEY_INVALID',
    message: expect.stringMatching(message) as string,
  }) as Error;

it('warns of a private key that is given for a public one', () => {
  for (const text of [secretFile, secretLine, privateKeyToPem(key)]) {
    expect(() => parsePublicKey(text)).toThrow(refusal(/this is a private key/));
  }
});

it('reads a private key without the public one', () => {
  const read = parsePrivateKey(`${secretLine}\n`);
  expect(read.key.publicKey.id).toBe(key.publicKey.id);
  expect(read.name).toBeUndefined();
});

it('refuses a private key behind another word, or with more lines than its file has', () => {
  const seed = encodeBase64(key.exportSeed());
  for (const text of [`ed25519-private;${seed}`, `${secretFile}${shown}\n`]) {
    expect(() => parsePrivateKey(text)).toThrow(refusal(/not a private key file/));
  }
});

it('refuses keys of X25519, which are as long and sign nothing', () => {
  const seed = concatBytes(decodeHex('302e020100300506032b656e04220420', 16), key.exportSeed());
  expect(() => parsePrivateKey(pem('PRIVATE KEY', seed))).toThrow(refusal(/not an Ed25519/));
  const point = concatBytes(decodeHex('302a300506032b656e032100', 12), key.publicKey.bytes);
  expect(() => parsePublicKey(pem('PUBLIC KEY', point))).toThrow(refusal(/not Ed25519/));
});

it('refuses a private key that is shorter or longer than its PEM block says', () => {
  const der = concatBytes(decodeHex('302e020100300506032b657004220420', 16), key.exportSeed());
  expect(parsePrivateKey(pem('PRIVATE KEY', der)).key.publicKey.id).toBe(key.publicKey.id);
  for (const changed of [der.subarray(0, -1), concatBytes(der, Uint8Array.of(0))]) {
    expect(() => parsePrivateKey(pem('PRIVATE KEY', changed))).toThrow(refusal(/32 bytes|Ed25519/));
  }
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
  expect(parsePublicKey(formatPublicKeyFile(key.publicKey, 'x'.repeat(256))).name).toHaveLength(
    256,
  );
  for (const text of [`+${shown}`, `cert-authority ${shown}`, `${shown} ${'x'.repeat(257)}`]) {
    expect(() => parsePublicKey(text)).toThrow(refusal(/not a key like/));
  }
});

it('refuses a file that is too large, and only that', () => {
  expect(parsePublicKey(shown.padEnd(8192, '\n')).key.id).toBe(key.publicKey.id);
  expect(() => parsePublicKey(shown.padEnd(8193, '\n'))).toThrow(refusal(/too large/));
});
