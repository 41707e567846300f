import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../digest/sha256.js';
import { encodeBase64 } from '../encoding/base64.js';
import { decodeHex, encodeHex } from '../encoding/hex.js';
import { VerifyError } from '../errors.js';
import { keyFromSeed, testKey } from '../testing/sign.js';
import { formatPublicKey, parsePublicKey, publicKeyToPem } from './key-text.js';
import {
  p256PublicKey,
  publicKeyFromBytes,
  publicKeyFromPkcs1,
  publicKeyFromSpki,
  rsaNumbers,
  rsaPublicKey,
  verifySignature,
} from './public-key.js';

// RFC 8032 §7.1, tests 1 and 2: seed, public key, message, signature.
const VECTORS = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
] as const;

const invalid = expect.objectContaining({ code: 'KEY_INVALID' }) as Error;

describe('Ed25519', () => {
  it.each(VECTORS)('signs and verifies as RFC 8032 §7.1 (seed %s)', (seed, pub, text, sig) => {
    const key = keyFromSeed(decodeHex(seed, 32));
    const message = Buffer.from(text, 'hex');
    expect(encodeHex(key.publicKey.bytes)).toBe(pub);
    expect(encodeHex(key.sign(message))).toBe(sig);
    expect(verifySignature(key.publicKey, message, decodeHex(sig, 64))).toBe(true);
  });

  it('refuses altered signatures and messages', () => {
    const key = testKey('a');
    const message = Buffer.from('message');
    const signature = key.sign(message);
    fc.assert(
      fc.property(fc.nat(511), (bit) => {
        const altered = Uint8Array.from(signature);
        altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(verifySignature(key.publicKey, message, altered)).toBe(false);
      }),
    );
    expect(verifySignature(key.publicKey, Buffer.from('Message'), signature)).toBe(false);
    expect(verifySignature(testKey('b').publicKey, message, signature)).toBe(false);
    expect(verifySignature(key.publicKey, message, signature.subarray(0, 63))).toBe(false);
    expect(verifySignature(key.publicKey, message, new Uint8Array(0))).toBe(false);
  });

  it('refuses a signature whose S was raised by the group order (RFC 8032 §5.1.7)', () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const key = testKey('a');
    const message = Buffer.from('message');
    const signature = Buffer.from(key.sign(message));
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + order;
    const raised = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
    const altered = Buffer.concat([signature.subarray(0, 32), raised]);
    expect(verifySignature(key.publicKey, message, altered)).toBe(false);
  });

  it('refuses public keys anyone can sign for, other spellings and what is not on the curve', () => {
    const p = 2n ** 255n - 19n;
    const encode = (y: bigint, sign = 0) => {
      const bytes = Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse();
      bytes[31] = (bytes[31] ?? 0) | (sign << 7);
      return bytes;
    };
    // Order 8: y with 8·P = neutral; x² = (y²-1)/(dy²+1) and y² = -x² at double order 4, so d·y⁴ + 2y² - 1 = 0.
    const d = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
    const order8 = [
      2707385501144840649318225287225658788936804267575313519463743609750303402022n,
      55188659117513257062467267217118295137698188065244968500265048394206261417927n,
    ];
    for (const y of order8) expect((d * y ** 4n + 2n * y ** 2n - 1n) % p).toBe(0n);
    for (const y of [0n, 1n, p - 1n, ...order8]) {
      expect(() => publicKeyFromBytes(encode(y))).toThrow(/small order/);
      expect(() => publicKeyFromBytes(encode(y, 1))).toThrow(/small order/);
    }
    for (const y of [p, p + 1n, 2n ** 255n - 1n]) {
      expect(() => publicKeyFromBytes(encode(y))).toThrow(/canonical/);
    }
    // y = 2 gives no x (RFC 8032 §5.1.3 step 3).
    expect(() => publicKeyFromBytes(encode(2n))).toThrow(/curve/);
    expect(() => publicKeyFromBytes(new Uint8Array(31))).toThrow(invalid);
  });

  it('accepts every public key that belongs to a private key', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (seed) => {
        const key = keyFromSeed(seed);
        expect(publicKeyFromBytes(key.publicKey.bytes).id).toBe(key.publicKey.id);
      }),
      { numRuns: 50 },
    );
  });
});

describe('key id', () => {
  it('is the sha256 of the key as other programs write it', () => {
    const { publicKey } = testKey('a');
    const der = createPublicKey(publicKeyToPem(publicKey)).export({ format: 'der', type: 'spki' });
    expect(publicKey.id).toBe(sha256Hex(der));
  });
});

describe('key files', () => {
  it('give back what was written, with the name', () => {
    const { publicKey } = testKey('a');
    const shown = formatPublicKey(publicKey);
    expect(parsePublicKey(`${shown} alice\n`)).toEqual({ key: publicKey, name: 'alice' });
    expect(parsePublicKey(`# mine\r\n${shown}\r\n`).name).toBeUndefined();
  });

  it('are read as OpenSSL writes them, and written so', () => {
    const pair = generateKeyPairSync('ed25519');
    const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(publicKeyToPem(parsePublicKey(pem).key)).toBe(pem);
  });

  it('may be PEM with the NULL parameter that rebuilderd writes', () => {
    const { publicKey } = testKey('a');
    const der = Buffer.concat([decodeHex('302c300706032b65700500032100', 14), publicKey.bytes]);
    const pem = `-----BEGIN PUBLIC KEY-----\n${encodeBase64(der)}\n-----END PUBLIC KEY-----\n`;
    expect(parsePublicKey(pem).key.id).toBe(publicKey.id);
  });

  it('are refused when they are something else', () => {
    const key = testKey('a');
    const rsa = generateKeyPairSync('rsa', {
      modulusLength: 1024,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const shown = formatPublicKey(key.publicKey);
    for (const text of [
      '',
      'ssh-ed25519 AAAA',
      rsa.privateKey,
      rsa.publicKey,
      `${shown}\n${formatPublicKey(testKey('b').publicKey)}\n`,
      shown.slice(0, -2),
      shown.replace('ed25519:', 'ed25519: '),
      'ed25519:AAAA',
      `${publicKeyToPem(key.publicKey)}${publicKeyToPem(key.publicKey)}`,
      'x'.repeat(10_000),
    ]) {
      expect(() => parsePublicKey(text), text).toThrow(invalid);
    }
  });

  it('never make anything but their own error, whatever the change', () => {
    const file = `# mine\n${formatPublicKey(testKey('a').publicKey)} alice\n`;
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.string({ maxLength: 3 }), (at, text) => {
        try {
          parsePublicKey(file.slice(0, at) + text + file.slice(at + 1));
        } catch (error) {
          expect(error).toBeInstanceOf(VerifyError);
        }
      }),
    );
  });
});

describe('P-256 and RSA keys', () => {
  const der = { type: 'spki', format: 'der' } as const;
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const message = Buffer.from('message');

  it.each([
    ['ecdsa-p256', p256],
    ['rsa', rsa],
  ] as const)('of kind %s are read from PEM and their own form, and have one id', (kind, pair) => {
    const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const { key } = parsePublicKey(pem);
    expect(key.kind).toBe(kind);
    expect(key.id).toBe(sha256Hex(pair.publicKey.export(der)));
    expect(parsePublicKey(`${formatPublicKey(key)} someone\n`)).toEqual({ key, name: 'someone' });
    expect(parsePublicKey(publicKeyToPem(key)).key.id).toBe(key.id);
    const signature = sign('sha256', message, pair.privateKey);
    expect(verifySignature(key, message, signature)).toBe(true);
    expect(verifySignature({ ...key }, message, signature)).toBe(true);
    expect(verifySignature(key, Buffer.from('Message'), signature)).toBe(false);
    expect(verifySignature(key, message, signature, 'ed25519')).toBe(false);
    expect(verifySignature(key, message, signature.subarray(1))).toBe(false);
  });

  it('are not taken for each other, nor are their schemes', () => {
    const key = publicKeyFromSpki(rsa.publicKey.export(der));
    const pkcs1 = sign('sha256', message, rsa.privateKey);
    const pss = sign('sha256', message, { key: rsa.privateKey, padding: 6, saltLength: 32 });
    const short = sign('sha256', message, { key: rsa.privateKey, padding: 6, saltLength: 20 });
    expect(verifySignature(key, message, pkcs1, 'rsa-pkcs1-sha256')).toBe(true);
    expect(verifySignature(key, message, pkcs1, 'rsa-pss-sha256')).toBe(false);
    expect(verifySignature(key, message, pkcs1, 'rsa-pkcs1-sha512')).toBe(false);
    expect(verifySignature(key, message, pss, 'rsa-pss-sha256')).toBe(true);
    expect(verifySignature(key, message, pss, 'rsa-pkcs1-sha256')).toBe(false);
    expect(verifySignature(key, message, short, 'rsa-pss-sha256')).toBe(false);
  });

  it('have their numbers and bytes in one spelling', () => {
    const key = publicKeyFromSpki(rsa.publicKey.export(der));
    const { modulus, exponent } = rsaNumbers(key);
    expect(rsaPublicKey(Buffer.concat([Buffer.alloc(3), modulus]), exponent).id).toBe(key.id);
    const ec = publicKeyFromSpki(p256.publicKey.export(der));
    expect(p256PublicKey(ec.bytes).id).toBe(ec.id);
    const compressed = Buffer.concat([
      Buffer.from([2 + ((ec.bytes[64] ?? 0) & 1)]),
      ec.bytes.subarray(1, 33),
    ]);
    expect(() => p256PublicKey(compressed)).toThrow(invalid);
  });

  const bytes = rsa.publicKey.export(der);
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export(der);
  const even = () => rsaPublicKey(rsaNumbers(publicKeyFromSpki(bytes)).modulus, Uint8Array.of(4));
  it.each([
    ['a short RSA key', () => publicKeyFromSpki(small)],
    ['an even exponent', even],
    [
      'an exponent of 1',
      () => rsaPublicKey(rsaNumbers(publicKeyFromSpki(bytes)).modulus, Uint8Array.of(1)),
    ],
    ['no modulus', () => rsaPublicKey(new Uint8Array(), Uint8Array.of(1, 0, 1))],
    ['bytes after the key', () => publicKeyFromSpki(Buffer.concat([bytes, Buffer.alloc(1)]))],
    [
      'an RSA key only for PSS',
      () =>
        publicKeyFromSpki(
          generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey.export(der),
        ),
    ],
    [
      'another curve',
      () =>
        publicKeyFromSpki(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export(der)),
    ],
    [
      'a point that is not on the curve',
      () => p256PublicKey(Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)])),
    ],
    ['Ed448', () => publicKeyFromSpki(generateKeyPairSync('ed448').publicKey.export(der))],
    ['rubbish', () => publicKeyFromSpki(Buffer.from('rubbish'))],
    ['an unknown kind', () => parsePublicKey('dsa:AAAA')],
    ['RSAPublicKey with a long length', () => publicKeyFromPkcs1(Buffer.from('308300010a', 'hex'))],
  ])('are refused: %s', (_what, read) => {
    expect(read).toThrow(invalid);
  });
});
