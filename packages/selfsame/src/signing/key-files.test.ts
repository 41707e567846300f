import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeHex,
  encodeBase64,
  encodeHex,
  formatPublicKey,
  parsePublicKey,
  publicKeyFromSpki,
  publicKeyToPem,
  VerifyError,
} from '@selfsame/verify';
import { testKey } from '../record/testing.js';
import {
  formatPrivateKeyFile,
  formatPublicKeyFile,
  parsePrivateKey,
  privateKeyToPem,
  publicKeyToRebuilderdPem,
} from './key-files.js';
import { PrivateKey } from './private-key.js';

const key = testKey('a');
const shown = formatPublicKey(key.publicKey);
const secretFile = formatPrivateKeyFile(key, 'alice');
const [, secretLine = ''] = secretFile.split('\n');
const pem = (label: string, der: Uint8Array) =>
  `-----BEGIN ${label}-----\n${encodeBase64(der)}\n-----END ${label}-----\n`;
const refusal = (message: RegExp) =>
  expect.objectContaining({
    code: 'KEY_INVALID',
    message: expect.stringMatching(message) as string,
  }) as Error;

describe('private keys', () => {
  // RFC 8032 §7.1, tests 1 and 2: seed, public key, message, signature.
  it.each([
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
  ])('sign as RFC 8032 §7.1 (seed %s)', (seed, publicKey, text, signature) => {
    const made = new PrivateKey(decodeHex(seed, 32));
    expect(encodeHex(made.publicKey.bytes)).toBe(publicKey);
    expect(encodeHex(made.sign(Buffer.from(text, 'hex')))).toBe(signature);
  });

  it('are made of 32 secret bytes', () => {
    for (const length of [0, 31, 33]) {
      expect(() => new PrivateKey(new Uint8Array(length))).toThrow(refusal(/32 bytes/));
    }
  });

  it('are new each time', () => {
    expect(PrivateKey.generate().publicKey.id).not.toBe(PrivateKey.generate().publicKey.id);
  });

  it('do not show themselves', () => {
    const seed = encodeHex(key.exportSeed());
    const text = JSON.stringify({ key }) + String(key);
    expect(text).not.toContain(seed);
    expect(text).not.toContain(encodeBase64(key.exportSeed()));
    expect(Object.keys(key)).toEqual(['publicKey']);
  });
});

describe('key files', () => {
  it('give back what was written, with the name', () => {
    const secret = parsePrivateKey(secretFile);
    expect(encodeHex(secret.key.exportSeed())).toBe(encodeHex(key.exportSeed()));
    expect(secret.name).toBe('alice');
    const read = parsePublicKey(formatPublicKeyFile(key.publicKey, 'alice'));
    expect(read).toEqual({ key: key.publicKey, name: 'alice' });
  });

  it('are read by OpenSSL and written by it', () => {
    const handle = createPrivateKey(privateKeyToPem(key));
    expect(handle.asymmetricKeyType).toBe('ed25519');
    const pair = generateKeyPairSync('ed25519', {
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const secret = parsePrivateKey(pair.privateKey).key;
    expect(publicKeyToPem(secret.publicKey)).toBe(pair.publicKey);
  });

  it('are not taken for those of public keys, nor the other way round', () => {
    for (const text of [secretFile, secretLine, privateKeyToPem(key)]) {
      expect(() => parsePublicKey(text)).toThrow(refusal(/this is a private key/));
    }
    for (const text of [shown, publicKeyToPem(key.publicKey)]) {
      expect(() => parsePrivateKey(text)).toThrow(refusal(/not a private key file|PRIVATE KEY/));
    }
  });

  it('may hold a private key without the public one', () => {
    const read = parsePrivateKey(`${secretLine}\n`);
    expect(read.key.publicKey.id).toBe(key.publicKey.id);
    expect(read.name).toBeUndefined();
  });

  it('are refused with keys of two pairs', () => {
    const other = secretFile.replace(shown, formatPublicKey(testKey('b').publicKey));
    expect(() => parsePrivateKey(other)).toThrow(refusal(/not of one pair/));
  });

  it('are refused with another word before the key, or more lines than they have', () => {
    const seed = encodeBase64(key.exportSeed());
    for (const text of [`ed25519-private;${seed}`, `${secretFile}${shown}\n`]) {
      expect(() => parsePrivateKey(text)).toThrow(refusal(/not a private key file/));
    }
    expect(() => parsePrivateKey('ed25519-private:AAAA')).toThrow(refusal(/32 bytes/));
    expect(() => parsePrivateKey('ed25519-private:*')).toThrow(refusal(/not base64/));
  });

  it('are refused with keys of X25519, which are as long and sign nothing, and with RSA', () => {
    const x25519 = decodeHex('302e020100300506032b656e04220420', 16);
    const der = Buffer.concat([x25519, key.exportSeed()]);
    expect(() => parsePrivateKey(pem('PRIVATE KEY', der))).toThrow(refusal(/not an Ed25519/));
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const rsa = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => parsePrivateKey(rsa)).toThrow(refusal(/not an Ed25519/));
  });

  it('are refused with a private key that is shorter or longer than its PEM block says', () => {
    const prefix = decodeHex('302e020100300506032b657004220420', 16);
    const der = Buffer.concat([prefix, key.exportSeed()]);
    expect(parsePrivateKey(pem('PRIVATE KEY', der)).key.publicKey.id).toBe(key.publicKey.id);
    for (const changed of [der.subarray(0, -1), Buffer.concat([der, Buffer.of(0)])]) {
      expect(() => parsePrivateKey(pem('PRIVATE KEY', changed))).toThrow(refusal(/32 bytes/));
    }
    const block = pem('PRIVATE KEY', der);
    const begun = block.replace('BEGIN PRIVATE', 'BEGIN RSA PRIVATE');
    for (const text of [begun, block.replace('-----END', '-----FIN'), `${block}${block}`]) {
      expect(() => parsePrivateKey(text)).toThrow(refusal(/not one PEM block|not base64/));
    }
  });

  it('are not read encrypted, and that is said', () => {
    const { privateKey } = generateKeyPairSync('ed25519', {
      privateKeyEncoding: {
        type: 'pkcs8',
        format: 'pem',
        cipher: 'aes-256-cbc',
        passphrase: 'secret',
      },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    expect(() => parsePrivateKey(privateKey)).toThrow(refusal(/encrypted/));
  });

  it('are not read when they are too large', () => {
    expect(parsePrivateKey(secretFile.padEnd(8192, '\n')).name).toBe('alice');
    expect(() => parsePrivateKey(secretFile.padEnd(8193, '\n'))).toThrow(refusal(/too large/));
  });

  it('never make anything but their own error, whatever the change', () => {
    fc.assert(
      fc.property(fc.nat(secretFile.length - 1), fc.string({ maxLength: 3 }), (at, text) => {
        try {
          parsePrivateKey(secretFile.slice(0, at) + text + secretFile.slice(at + 1));
        } catch (error) {
          expect(error).toBeInstanceOf(VerifyError);
        }
      }),
    );
  });

  it('are written for rebuilderd only as Ed25519', () => {
    const { publicKey } = key;
    expect(parsePublicKey(publicKeyToRebuilderdPem(publicKey)).key.id).toBe(publicKey.id);
    expect(publicKeyToRebuilderdPem(publicKey)).toContain('MCwwBwYDK2VwBQADIQ');
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const spki = rsa.publicKey.export({ type: 'spki', format: 'der' });
    expect(() => publicKeyToRebuilderdPem(publicKeyFromSpki(spki))).toThrow(refusal(/not Ed25519/));
  });

  // conformance/vectors/README.md
  const vectors = join(process.env['SELFSAME_VECTORS'] ?? '', 'repro-threshold', 'test_data');
  it.skipIf(!existsSync(vectors))('are written as those of rebuilders are published', () => {
    for (const name of ['reproduce-debian-net-amd64.pub', 'reproducible-archlinux.pub']) {
      const text = readFileSync(join(vectors, name), 'utf8').replaceAll('\r', '').trim();
      expect(publicKeyToRebuilderdPem(parsePublicKey(text).key).trim()).toBe(text);
    }
  });
});
