// Signatures that others publish as right and as wrong: facts, kept in testing/published-signatures.json with their
// sources. More of them, and other projects' vectors: conformance/vectors.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { concatBytes } from './encoding/bytes.js';
import {
  p256PublicKey,
  publicKeyFromBytes,
  rsaPublicKey,
  verifySignature,
} from './keys/public-key.js';

interface Case {
  readonly message: string;
  readonly signature: string;
  readonly valid: boolean;
  /** What NIST says was done to it. */
  readonly note: string;
}
interface Vectors {
  readonly p256: readonly (Case & { readonly x: string; readonly y: string })[];
  readonly rsa: readonly (Case & {
    readonly hash: 'sha256' | 'sha512';
    readonly n: string;
    readonly e: string;
  })[];
  readonly ed25519: readonly {
    readonly key: string;
    readonly message: string;
    readonly signature: string;
  }[];
}

const path = new URL('testing/published-signatures.json', import.meta.url);
const { p256, rsa, ed25519 } = JSON.parse(readFileSync(path, 'utf8')) as Vectors;
const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const changed = (bytes: Uint8Array, at: number) =>
  bytes.map((byte, index) => (index === at % bytes.length ? byte ^ 1 : byte));

describe('NIST CAVP', () => {
  it('ECDSA P-256 with SHA-256, as it says of each', () => {
    const found = p256.map(({ x, y, message, signature }) => {
      const key = p256PublicKey(concatBytes(hex('04'), hex(x), hex(y)));
      return verifySignature(key, hex(message), hex(signature), 'ecdsa-p256-sha256-raw');
    });
    expect(found).toEqual(p256.map(({ valid }) => valid));
    expect([found.length, new Set(found).size]).toEqual([15, 2]);
  });

  it('RSA of 2048 bits, PKCS#1 v1.5 with SHA-256 and SHA-512, as it says of each', () => {
    const found = rsa.map(({ hash, n, e, message, signature }) =>
      verifySignature(
        rsaPublicKey(hex(n), hex(e)),
        hex(message),
        hex(signature),
        `rsa-pkcs1-${hash}`,
      ),
    );
    expect(found).toEqual(rsa.map(({ valid }) => valid));
    expect(new Set(rsa.map(({ hash, valid }) => `${hash} ${valid}`)).size).toBe(4);
  });
});

describe('the Ed25519 reference implementation', () => {
  it('signs what is accepted, and none is with a bit changed', () => {
    expect(ed25519).toHaveLength(64);
    ed25519.forEach(({ key, message, signature }, index) => {
      const check = (text: Uint8Array, bytes: Uint8Array) =>
        verifySignature(publicKeyFromBytes(hex(key)), text, bytes);
      expect(check(hex(message), hex(signature)), `line ${index + 1}`).toBe(true);
      expect(check(hex(message), changed(hex(signature), index)), `line ${index + 1}`).toBe(false);
      if (message === '') return;
      expect(check(changed(hex(message), index), hex(signature)), `line ${index + 1}`).toBe(false);
    });
  });
});
