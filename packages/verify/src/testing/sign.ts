import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { sha256Hex } from '../digest/sha256.js';
import type { Envelope } from '../dsse/envelope.js';
import { preAuthenticationEncoding } from '../dsse/pae.js';
import { encodeBase64 } from '../encoding/base64.js';
import { canonicalJson } from '../json/canonical.js';
import { publicKeyFromSpki, type PublicKey } from '../keys/public-key.js';
import type { Checkpoint } from '../log/checkpoint.js';
import { formatNote, noteKey, type NoteSignature } from '../log/note.js';
import type { TlogProof } from '../log/tlog-proof.js';

// For tests: as little as makes what the trust core reads. What users sign with is packages/selfsame/src/signing.

/** For tests: an Ed25519 key that signs. */
export interface TestKey {
  readonly publicKey: PublicKey;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

const keys = new Map<string, TestKey>();

/** For tests: a key that is the same in every run. */
export function testKey(name: string): TestKey {
  const key = keys.get(name) ?? keyFromSeed(Buffer.from(sha256Hex(`test key ${name}`), 'hex'));
  keys.set(name, key);
  return key;
}

/** For tests: the key of 32 secret bytes (RFC 8032 §5.1.5). */
export function keyFromSeed(seed: Uint8Array): TestKey {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  const der = Buffer.concat([prefix, seed]);
  const handle = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(handle).export({ format: 'der', type: 'spki' });
  return {
    publicKey: publicKeyFromSpki(spki),
    sign: (message) => new Uint8Array(sign(null, message, handle)),
  };
}

/** For tests: an envelope with one signature. */
export function signEnvelope(payloadType: string, payload: Uint8Array, key: TestKey): Envelope {
  const signature = key.sign(preAuthenticationEncoding(payloadType, payload));
  return { payloadType, payload, signatures: [{ keyId: key.publicKey.id, signature }] };
}

/** For tests: the file of an envelope. */
export function formatEnvelope({ payload, payloadType, signatures }: Envelope): string {
  const list = signatures.map(({ keyId, signature }) => ({
    keyid: keyId,
    sig: encodeBase64(signature),
  }));
  return `${canonicalJson({ payload: encodeBase64(payload), payloadType, signatures: list })}\n`;
}

/** For tests: a signature over the text of a note, or with `time` the cosignature of a witness. */
export function signNote(text: string, name: string, key: TestKey, time?: number): NoteSignature {
  const { id } = noteKey(name, time === undefined ? 'note' : 'cosignature', key.publicKey);
  if (time === undefined) return { name, keyId: id, signature: key.sign(Buffer.from(text)) };
  const head = Buffer.alloc(8);
  head.writeBigUInt64BE(BigInt(time));
  const signature = key.sign(Buffer.from(`cosignature/v1\ntime ${time}\n${text}`));
  return { name, keyId: id, signature: new Uint8Array(Buffer.concat([head, signature])) };
}

/** For tests: the text of a checkpoint. */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  return `${[origin, size, encodeBase64(root), ...extensions].join('\n')}\n`;
}

/** For tests: the file of a proof. */
export function formatTlogProof({ index, hashes, checkpoint, extra }: TlogProof): string {
  const lines = [
    'c2sp.org/tlog-proof@v1',
    ...(extra === undefined ? [] : [`extra ${encodeBase64(extra)}`]),
    `index ${index}`,
    ...hashes.map(encodeBase64),
  ];
  return `${lines.join('\n')}\n\n${formatNote(checkpoint)}`;
}
