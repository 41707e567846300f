// Specification: as of verify.ts, DSSE v1.0.2 protocol.md "Protocol".

import { encodeHex } from '../encoding/hex.js';
import { verifyOnPool, type PublicKey } from '../keys/public-key.js';
import type { Envelope } from './envelope.js';
import { signedMessage, type SignedMessage } from './pae.js';
import type { KeysById } from './verify.js';

/** Most checks waiting at a time, and bytes of a message that is checked ahead: so much is copied. */
const MAX_WAITING = 512;
const MAX_BYTES = 64 * 1024;

type Question = readonly [PublicKey, SignedMessage, Uint8Array];

/** What is known of signatures that were checked before, each by the bytes it is made of. */
export class KnownSignatures {
  /** With undefined for what is not answered yet, or could not be. */
  readonly #answers = new Map<string, boolean | undefined>();
  readonly #messages = new WeakMap<Envelope, SignedMessage>();
  /** Who waits until fewer checks do. */
  readonly #queue: (() => void)[] = [];
  #waiting = 0;

  /** Undefined where exactly this was not checked. */
  get(key: PublicKey, message: SignedMessage, signature: Uint8Array): boolean | undefined {
    return this.#answers.get(nameOf(key, message, signature));
  }

  /** The message of an envelope, made once. */
  messageOf(envelope: Envelope): SignedMessage {
    const known = this.#messages.get(envelope) ?? signedMessage(envelope);
    this.#messages.set(envelope, known);
    return known;
  }

  /** Checks what `verifyEnvelope` tries first of these envelopes, as `check` does. */
  async checkEnvelopes(envelopes: readonly Envelope[], keys: KeysById): Promise<void> {
    await this.check(hintedSignatures(envelopes, keys, (envelope) => this.messageOf(envelope)));
  }

  /**
   * Checks on the threads that Node.js keeps, many at a time, those first that were asked about first. Resolves when
   * these are checked; what can not be checked there stays unknown. Never rejects.
   */
  async check(questions: Iterable<Question>): Promise<void> {
    const answers: Promise<void>[] = [];
    for (const question of questions) {
      if (this.#waiting >= MAX_WAITING) await new Promise<void>((go) => this.#queue.push(go));
      answers.push(this.#ask(question));
    }
    await Promise.all(answers);
  }

  async #ask(question: Question): Promise<void> {
    const name = nameOf(...question);
    if (!this.#answers.has(name)) {
      this.#answers.set(name, undefined);
      const [key, message, signature] = question;
      this.#waiting += 1;
      this.#answers.set(name, await verifyOnPool(key, message.bytes, signature));
      this.#waiting -= 1;
    }
    this.#queue.shift()?.();
  }
}

function nameOf(key: PublicKey, message: SignedMessage, signature: Uint8Array): string {
  return `${key.id} ${message.sha256} ${encodeHex(signature)}`;
}

/** Signatures of envelopes, each with the key that it says it is by: what `verifyEnvelope` tries first. */
export function* hintedSignatures(
  envelopes: Iterable<Envelope>,
  keys: KeysById,
  messageOf: (envelope: Envelope) => SignedMessage = signedMessage,
): Iterable<Question> {
  for (const envelope of envelopes) {
    if (envelope.payload.length > MAX_BYTES) continue;
    const message = messageOf(envelope);
    for (const { keyId, signature } of envelope.signatures) {
      const key = keys.get(keyId);
      if (key !== undefined) yield [key, message, signature];
    }
  }
}
