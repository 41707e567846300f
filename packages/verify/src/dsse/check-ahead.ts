// Specification: as of verify.ts, DSSE v1.0.2 protocol.md "Protocol".

import { sha256Hex } from '../digest/sha256.js';
import { encodeHex } from '../encoding/hex.js';
import { verifyOnPool, type PublicKey } from '../keys/public-key.js';
import type { Envelope } from './envelope.js';
import type { KeysById } from './verify.js';
import { preAuthenticationEncoding } from './pae.js';

/** Most checks waiting at a time, and bytes of a message that is checked ahead: so much is copied. */
const MAX_WAITING = 512;
const MAX_BYTES = 64 * 1024;

/** What is known of signatures that were checked before, each by the bytes it is made of. */
export class KnownSignatures {
  /** With undefined for what could not be answered. */
  readonly #answers = new Map<string, boolean | undefined>();

  /** Undefined where exactly this was not checked. */
  get(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean | undefined {
    return this.#answers.get(nameOf(key, message, signature));
  }

  /** Checks on the threads that Node.js keeps, many at a time; what can not be checked there stays unknown. */
  async check(questions: Iterable<readonly [PublicKey, Uint8Array, Uint8Array]>): Promise<void> {
    const left = questions[Symbol.iterator]();
    const next = async (): Promise<void> => {
      for (let one = left.next(); one.done !== true; one = left.next()) {
        const name = nameOf(...one.value);
        if (!this.#answers.has(name)) this.#answers.set(name, await verifyOnPool(...one.value));
      }
    };
    await Promise.all(Array.from({ length: MAX_WAITING }, next));
  }
}

function nameOf(key: PublicKey, message: Uint8Array, signature: Uint8Array): string {
  return `${key.id} ${sha256Hex(message)} ${encodeHex(signature)}`;
}

/** Signatures of envelopes, each with the key that it says it is by: what `verifyEnvelope` tries first. */
export function* hintedSignatures(
  envelopes: Iterable<Envelope>,
  keys: KeysById,
): Iterable<readonly [PublicKey, Uint8Array, Uint8Array]> {
  for (const { payloadType, payload, signatures } of envelopes) {
    if (payload.length > MAX_BYTES) continue;
    const message = preAuthenticationEncoding(payloadType, payload);
    for (const { keyId, signature } of signatures) {
      const key = keys.get(keyId);
      if (key !== undefined) yield [key, message, signature];
    }
  }
}
