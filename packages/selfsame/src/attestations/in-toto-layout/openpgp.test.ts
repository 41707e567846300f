import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../testing-codes.js';
import { parseOpenPgpKeys, parseOpenPgpSignature, verifyOpenPgp } from './openpgp.js';
import { newPair, openPgpHeaders, openPgpSign } from './testing.js';

const message = Buffer.from('a message\n');
const other = Buffer.from('another message\n');

describe('OpenPGP signatures', () => {
  const fingerprint = 'ab'.repeat(20);
  const pairs = (['rsa', 'ed25519'] as const).map((kind) => ({ kind, ...newPair(kind) }));

  it.each(pairs)('by $kind are over content and headers', ({ kind, privateKey, publicKey }) => {
    const headers = openPgpHeaders(kind, fingerprint);
    const value = openPgpSign(privateKey, message, headers);
    const signature = { headers, value };
    expect(verifyOpenPgp(publicKey, message, signature)).toBe(true);
    expect(verifyOpenPgp(publicKey, other, signature)).toBe(false);
    const later = Uint8Array.from(headers);
    later[9] = (later[9] ?? 0) ^ 1;
    expect(verifyOpenPgp(publicKey, message, { headers: later, value })).toBe(false);
    for (const { kind: wrong, publicKey: key } of pairs) {
      if (wrong !== kind) expect(verifyOpenPgp(key, message, signature)).toBe(false);
    }
  });

  it('with leading zeros in the number are as good as others', () => {
    const [{ privateKey, publicKey } = newPair('rsa')] = pairs;
    const headers = openPgpHeaders('rsa', fingerprint);
    let found = 0;
    for (let n = 0; found === 0 && n < 5000; n += 1) {
      const content = Buffer.from(String(n));
      const value = openPgpSign(privateKey, content, headers);
      if (value[0] !== 0) continue;
      found += 1;
      expect(verifyOpenPgp(publicKey, content, { headers, value: value.subarray(1) })).toBe(true);
    }
    expect(found).toBe(1);
  });

  it.each([
    ['attack 20: SHA-1', 3, 2],
    ['SHA-512', 3, 10],
    ['a text signature', 1, 1],
    ['a certification of a key', 1, 0x10],
    ['version 3', 0, 3],
    ['DSA', 2, 17],
  ])('of another kind are refused: %s', (_what, at, value) => {
    const headers = Uint8Array.from(openPgpHeaders('rsa', fingerprint));
    headers[at] = value;
    const [{ publicKey } = newPair('rsa')] = pairs;
    expect(
      codeOf(() => verifyOpenPgp(publicKey, message, { headers, value: new Uint8Array(256) })),
    ).toBe('SIGNATURE_FORMAT');
  });

  it('with critical subpackets that are not known are refused', () => {
    const headers = Uint8Array.of(4, 0, 1, 8, 0, 2, 1, 0x80 | 20);
    const [{ publicKey } = newPair('rsa')] = pairs;
    expect(
      codeOf(() => verifyOpenPgp(publicKey, message, { headers, value: new Uint8Array(256) })),
    ).toBe('SIGNATURE_FORMAT');
  });

  it('and keys are read from packets, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(0xc2, 0x88, 0x99, 0xc6, 0xb9),
        (bytes, tag) => {
          const data = Buffer.concat([Uint8Array.of(tag), bytes]);
          for (const parse of [parseOpenPgpSignature, parseOpenPgpKeys]) codeOf(() => parse(data));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
