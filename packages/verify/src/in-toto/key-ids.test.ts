import { expect, it } from 'vitest';
import { sha256Hex } from '../digest/sha256.js';
import { encodeHex } from '../encoding/hex.js';
import { testKey } from '../testing/sign.js';
import { publicKeyToPem } from '../keys/key-text.js';
import { newPair } from '../testing/in-toto.js';
import { inTotoKeyIds } from './key-ids.js';

it('names keys as rebuilderd and securesystemslib do, and as the specification does', () => {
  const { publicKey } = testKey('a');
  const rest = `"keytype":"ed25519","keyval":{"public":"${encodeHex(publicKey.bytes)}"},"scheme":"ed25519"}`;
  expect(inTotoKeyIds(publicKey)).toEqual([
    sha256Hex(`{"keyid_hash_algorithms":["sha256","sha512"],${rest}`),
    sha256Hex(`{${rest}`),
  ]);
});

it.each([
  ['ecdsa-p256', 'ecdsa', 'ecdsa-sha2-nistp256'],
  ['rsa', 'rsa', 'rsassa-pss-sha256'],
] as const)(
  'names keys of kind %s by their PEM without its last line feed',
  (kind, type, scheme) => {
    const { publicKey } = newPair(kind);
    const pem = publicKeyToPem(publicKey).replace(/\n$/, '');
    const rest = `"keytype":"${type}","keyval":{"public":"${pem}"},"scheme":"${scheme}"}`;
    expect(inTotoKeyIds(publicKey)).toEqual([
      sha256Hex(`{"keyid_hash_algorithms":["sha256","sha512"],${rest}`),
      sha256Hex(`{${rest}`),
    ]);
  },
);
