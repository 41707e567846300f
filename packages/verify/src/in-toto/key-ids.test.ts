import { expect, it } from 'vitest';
import { sha256Hex } from '../digest/sha256.js';
import { encodeHex } from '../encoding/hex.js';
import { testKey } from '../testing/sign.js';
import { inTotoKeyIds } from './key-ids.js';

it('names keys as rebuilderd and securesystemslib do, and as the specification does', () => {
  const { publicKey } = testKey('a');
  const rest = `"keytype":"ed25519","keyval":{"public":"${encodeHex(publicKey.bytes)}"},"scheme":"ed25519"}`;
  expect(inTotoKeyIds(publicKey)).toEqual([
    sha256Hex(`{"keyid_hash_algorithms":["sha256","sha512"],${rest}`),
    sha256Hex(`{${rest}`),
  ]);
});
