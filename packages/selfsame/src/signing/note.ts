import {
  encodeBase64,
  formatNote,
  noteKey,
  VerifyError,
  type Checkpoint,
  type NoteSignature,
  type TlogProof,
} from '@selfsame/verify';
import type { PrivateKey } from './private-key.js';

/** A signature to add to the note: over its text, or for a witness (type `cosignature`) with `time` in seconds since 1970. */
export function signNote(
  text: string,
  name: string,
  key: PrivateKey,
  time?: number,
): NoteSignature {
  const { id } = noteKey(name, time === undefined ? 'note' : 'cosignature', key.publicKey);
  if (time === undefined) {
    return { name, keyId: id, signature: key.sign(Buffer.from(text)) };
  }
  if (!Number.isSafeInteger(time) || time < 0)
    throw new VerifyError('NOTE_INVALID', `${time} is not a time`);
  const head = Buffer.alloc(8);
  head.writeBigUInt64BE(BigInt(time));
  const signature = key.sign(Buffer.from(`cosignature/v1\ntime ${time}\n${text}`));
  return { name, keyId: id, signature: new Uint8Array(Buffer.concat([head, signature])) };
}

/** The text of a checkpoint, to be signed as a note. */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  return `${[origin, size, encodeBase64(root), ...extensions].join('\n')}\n`;
}

/** A proof as a `.tlog-proof` file (C2SP tlog-proof.md). */
export function formatTlogProof({ index, hashes, checkpoint, extra }: TlogProof): string {
  const lines = [
    'c2sp.org/tlog-proof@v1',
    ...(extra === undefined ? [] : [`extra ${encodeBase64(extra)}`]),
    `index ${index}`,
    ...hashes.map(encodeBase64),
  ];
  return `${lines.join('\n')}\n\n${formatNote(checkpoint)}`;
}
