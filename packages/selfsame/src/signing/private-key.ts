import { createPrivateKey, createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto';
import { decodeHex, publicKeyFromBytes, VerifyError, type PublicKey } from '@selfsame/verify';

/** PrivateKeyInfo (PKCS#8) of Ed25519 before the 32 bytes of the seed (RFC 8410 §7). */
export const PKCS8_PREFIX = decodeHex('302e020100300506032b657004220420', 16);

const SEED_BYTES = 32;

/** An Ed25519 private key. Printing or serialising one shows only its public half. */
export class PrivateKey {
  readonly publicKey: PublicKey;
  readonly #seed: Uint8Array;
  readonly #handle: KeyObject;

  /** @param seed the 32 bytes of RFC 8032 §5.1.5; another length is `KEY_INVALID`. */
  constructor(seed: Uint8Array) {
    if (seed.length !== SEED_BYTES) {
      throw new VerifyError(
        'KEY_INVALID',
        `an Ed25519 private key has 32 bytes, not ${seed.length}`,
      );
    }
    this.#seed = new Uint8Array(seed);
    const der = Buffer.concat([PKCS8_PREFIX, seed]);
    this.#handle = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(this.#handle).export({ format: 'der', type: 'spki' });
    this.publicKey = publicKeyFromBytes(spki.subarray(-32));
  }

  /** A new key from the operating system's randomness. */
  static generate(): PrivateKey {
    return new PrivateKey(randomBytes(SEED_BYTES));
  }

  /** The Ed25519 signature (RFC 8032 §5.1.6), 64 bytes: the same for the same message, always. */
  sign(message: Uint8Array): Uint8Array {
    return new Uint8Array(sign(null, message, this.#handle));
  }

  /** The secret itself, for writing a key file. */
  exportSeed(): Uint8Array {
    return new Uint8Array(this.#seed);
  }

  toJSON(): unknown {
    return { publicKey: this.publicKey.id };
  }
}
