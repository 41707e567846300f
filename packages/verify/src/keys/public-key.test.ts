import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../encoding/bytes.js';
import { testKey } from '../testing/sign.js';
import {
  p256PublicKey,
  publicKeyFromBytes,
  publicKeyFromPkcs1,
  publicKeyFromSpki,
  rsaPublicKey,
  verifySignature,
  type SignatureScheme,
} from './public-key.js';

const invalid = expect.objectContaining({ code: 'KEY_INVALID' }) as Error;
const spkiOf = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });
const ecPair = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const p256 = ecPair('P-256');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('Ed25519 keys', () => {
  it('have 32 bytes, neither fewer nor more, whatever point the others are', () => {
    for (let n = 0; n < 10; n += 1) {
      const { bytes } = testKey(`key ${n}`).publicKey;
      for (const changed of [bytes.subarray(0, 31), concatBytes(bytes, Uint8Array.of(0))]) {
        expect(() => publicKeyFromBytes(changed)).toThrow(invalid);
      }
    }
  });
});

describe('P-256 keys', () => {
  it.each(['secp256k1', 'brainpoolP256r1', 'secp224r1'])('are not those of %s', (curve) => {
    expect(() => publicKeyFromSpki(spkiOf(ecPair(curve).publicKey))).toThrow(invalid);
  });

  it('are uncompressed points behind exactly this prefix', () => {
    const der = spkiOf(p256.publicKey);
    for (let at = 0; at < 26; at += 1) {
      const changed = Buffer.from(der);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => publicKeyFromSpki(changed)).toThrow(invalid);
    }
    // 6 and 7 are the hybrid form of ANSI X9.62: the same point in another spelling.
    for (const form of [0, 1, 2, 3, 5, 6, 7]) {
      const point = Buffer.from(der.subarray(26));
      point[0] = form;
      expect(() => p256PublicKey(point)).toThrow(invalid);
    }
  });

  it('are read with all bytes of the point, and no more', () => {
    const der = spkiOf(p256.publicKey);
    expect(publicKeyFromSpki(der).kind).toBe('ecdsa-p256');
    for (const changed of [der.subarray(0, -1), Buffer.concat([der, Buffer.of(0)])]) {
      expect(() => publicKeyFromSpki(changed)).toThrow(invalid);
    }
  });
});

describe('RSA keys', () => {
  /** Only its length matters to who reads it. */
  const numberOf = (bits: number) => {
    const bytes = new Uint8Array(Math.ceil(bits / 8)).fill(0xff);
    bytes[0] = (1 << (bits % 8 || 8)) - 1;
    return bytes;
  };
  const exponent = Uint8Array.of(1, 0, 1);

  it('have 2048 to 8192 bits', () => {
    for (const bits of [2048, 8192]) {
      expect(rsaPublicKey(numberOf(bits), exponent).kind).toBe('rsa');
    }
    for (const bits of [2047, 8193]) {
      expect(() => rsaPublicKey(numberOf(bits), exponent)).toThrow(invalid);
    }
  });

  it('have an odd exponent from 3 to 2^32', () => {
    const modulus = numberOf(2048);
    for (const small of [[3], [0xff, 0xff, 0xff, 0xff]]) {
      expect(rsaPublicKey(modulus, Uint8Array.from(small)).kind).toBe('rsa');
    }
    for (const wrong of [[0], [1], [2], [1, 0, 0, 0, 1]]) {
      expect(() => rsaPublicKey(modulus, Uint8Array.from(wrong))).toThrow(invalid);
    }
  });

  it('have one spelling as RSAPublicKey', () => {
    const der = rsa.publicKey.export({ type: 'pkcs1', format: 'der' });
    expect(publicKeyFromPkcs1(der).id).toBe(publicKeyFromSpki(spkiOf(rsa.publicKey)).id);
    // The outer sequence is longer by the byte behind it, or a byte more stands behind it.
    const longer = Buffer.concat([der, Buffer.of(0)]);
    expect(() => publicKeyFromPkcs1(longer)).toThrow(invalid);
    longer.writeUInt16BE(der.readUInt16BE(2) + 1, 2);
    expect(() => publicKeyFromPkcs1(longer)).toThrow(invalid);
  });
});

describe('signatures', () => {
  const message = Buffer.from('message');
  const ed25519 = testKey('a');
  const raw = { key: p256.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  const pss = { key: rsa.privateKey, padding: 6, saltLength: 32 };
  const p256Key = publicKeyFromSpki(spkiOf(p256.publicKey));
  const rsaKey = publicKeyFromSpki(spkiOf(rsa.publicKey));
  const made: Readonly<Record<SignatureScheme, Uint8Array>> = {
    ed25519: ed25519.sign(message),
    'ecdsa-p256-sha256': sign('sha256', message, p256.privateKey),
    'ecdsa-p256-sha256-raw': sign('sha256', message, raw),
    'rsa-pss-sha256': sign('sha256', message, pss),
    'rsa-pkcs1-sha256': sign('sha256', message, rsa.privateKey),
    'rsa-pkcs1-sha512': sign('sha512', message, rsa.privateKey),
  };
  const schemes = Object.keys(made) as SignatureScheme[];

  it('count in the scheme and for the kind of key that they were made with, and in no other', () => {
    for (const key of [ed25519.publicKey, p256Key, rsaKey]) {
      for (const signedAs of schemes) {
        for (const readAs of schemes) {
          const isValid = signedAs === readAs && readAs.startsWith(key.kind);
          const found = verifySignature(key, message, made[signedAs], readAs);
          expect([key.kind, signedAs, readAs, found]).toEqual([
            key.kind,
            signedAs,
            readAs,
            isValid,
          ]);
        }
      }
    }
  });

  it('over another message do not count in any scheme', () => {
    for (const key of [ed25519.publicKey, p256Key, rsaKey]) {
      for (const scheme of schemes) {
        expect(verifySignature(key, Buffer.from('Message'), made[scheme], scheme)).toBe(false);
      }
    }
  });
});
