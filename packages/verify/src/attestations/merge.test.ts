import { describe, expect, it } from 'vitest';
import { preAuthenticationEncoding } from '../dsse/pae.js';
import type { Envelope } from '../dsse/envelope.js';
import { decodeHex, encodeHex } from '../encoding/hex.js';
import { publicKeyFromBytes, verifySignature } from '../keys/public-key.js';
import { mergeEnvelopes } from './merge.js';

// The key of RFC 8032 §7.1 test 1, and two signatures by it over one payload: with nonces of its own
// choice (here 12345 and 67890) a signer can make any number of valid ones.
const key = publicKeyFromBytes(
  decodeHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 32),
);
const signatures = [
  'ef4f62f8479733ad879cfaced3c89a9c39dd4fc795ef2efa1c3eafe4d729a081f2d37954091aaba65f503a92f3bf023fcde61f623a5bc31df112c36373eb4b0f',
  '8c5491d56f8c8ce58d256de0eb2a7dd0c9ab15faf25fba2b1e3ff376b9d70e540db6f9c2d4b154d56081d567c3b757b33d86d7140472a1ff5daf01398ca47f08',
];
const payload = Buffer.from('hello');

function envelope(hex: string, keyId: string): Envelope {
  return {
    payloadType: 'text/plain',
    payload,
    signatures: [{ keyId, signature: decodeHex(hex, 64) }],
  };
}

describe('mergeEnvelopes', () => {
  it('keeps one signature of a key that made several, the same whatever the order', () => {
    const message = preAuthenticationEncoding('text/plain', payload);
    for (const hex of signatures) {
      expect(verifySignature(key, message, decodeHex(hex, 64))).toBe(true);
    }
    const smallest = [...signatures].sort()[0];
    const both = signatures.map((hex, index) => envelope(hex, index === 0 ? '' : 'other'));
    for (const list of [both, both.toReversed(), [...both, ...both]]) {
      const [merged, ...others] = mergeEnvelopes(list, [key]);
      expect(others).toEqual([]);
      expect(
        merged?.signatures.map(({ keyId, signature }) => [keyId, encodeHex(signature)]),
      ).toEqual([[key.id, smallest]]);
    }
  });
});
