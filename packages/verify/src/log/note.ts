import { createHash } from 'node:crypto';
import { sha256Hex } from '../digest/sha256.js';
import { decodeStandardBase64, encodeBase64 } from '../encoding/base64.js';
import { concatBytes } from '../encoding/bytes.js';
import { encodeHex } from '../encoding/hex.js';
import { hasLoneSurrogate } from '../encoding/unicode.js';
import { VerifyError } from '../errors.js';
import { decodeUtf8 } from '../json/parse.js';
import { publicKeyFromBytes, verifySignature, type PublicKey } from '../keys/public-key.js';

/** Bounds on a note. The specification asks to read at least 16 signatures, some of which may be post-quantum. */
export const noteLimits = { bytes: 1024 * 1024, signatures: 256, signatureBytes: 8192 } as const;

/**
 * What a key signs (signed-note.md "Signature types"): `note`, type 0x01, the text as it is; `cosignature`, type
 * 0x04, a time and a checkpoint (tlog-cosignature.md). Keys of other types are unknown keys here.
 */
export type NoteKeyType = 'note' | 'cosignature';

const typeBytes: Readonly<Record<NoteKeyType, number>> = { note: 0x01, cosignature: 0x04 };

/** A verifier key: who (name) signs how (type) with what (an Ed25519 key). */
export interface NoteKey {
  readonly name: string;
  readonly type: NoteKeyType;
  readonly key: PublicKey;
  /** First 4 bytes of sha256(name LF type key) as hexadecimal. It identifies, and proves nothing. */
  readonly id: string;
}

export interface NoteSignature {
  readonly name: string;
  /** 8 lower-case hexadecimal digits. */
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** A signed note (C2SP signed-note v1.0.0), of which nothing is checked yet. */
export interface Note {
  /** Ends with a line feed. */
  readonly text: string;
  /** At least one. */
  readonly signatures: readonly NoteSignature[];
}

export interface VerifiedNoteSignature {
  readonly key: NoteKey;
  /** For a cosignature: when it was made, in seconds since 1970. */
  readonly time?: number;
}

export function noteKey(name: string, type: NoteKeyType, key: PublicKey): NoteKey {
  if (!isKeyName(name) || key.kind !== 'ed25519') {
    throw new VerifyError('KEY_INVALID', 'a note key has a name without spaces and is Ed25519');
  }
  const hash = createHash('sha256').update(`${name}\n`).update(Uint8Array.of(typeBytes[type]));
  const id = hash.update(key.bytes).digest('hex').slice(0, 8);
  return Object.freeze({ name, type, key, id });
}

/** Reads a vkey, `name+id+base64(type || key)`. Throws `KEY_INVALID`, also for types other than the two above. */
export function parseNoteKey(text: string): NoteKey {
  const found = /^([^+]{1,1024})\+([0-9a-f]{8})\+((?:[A-Za-z0-9+/=]{4}){1,1024})$/.exec(text);
  if (found === null) throw new VerifyError('KEY_INVALID', 'the text is not a vkey');
  const bytes = decodeStandardBase64(found[3] ?? '', { max: 3072 });
  const type = bytes[0] === typeBytes.note ? 'note' : 'cosignature';
  if (bytes[0] !== typeBytes[type]) {
    const kind = bytes[0] === 6 ? ' (ML-DSA-44)' : '';
    const what = `vkeys of type ${bytes[0]}${kind} are not read, only Ed25519 (1 and 4)`;
    throw new VerifyError('KEY_INVALID', what);
  }
  const key = noteKey(found[1] ?? '', type, publicKeyFromBytes(bytes.subarray(1)));
  if (key.id !== found[2]) throw new VerifyError('KEY_INVALID', "the vkey's id is not its own");
  return key;
}

export function formatNoteKey({ name, id, type, key }: NoteKey): string {
  return `${name}+${id}+${encodeBase64(concatBytes(Uint8Array.of(typeBytes[type]), key.bytes))}`;
}

/** Reads a note without checking it. Throws `NOTE_INVALID`, `JSON_ENCODING`, `BASE64_INVALID` or `LIMIT_EXCEEDED`. */
export function parseNote(input: Uint8Array | string): Note {
  if (input.length > noteLimits.bytes)
    throw new VerifyError('LIMIT_EXCEEDED', 'the note is too large');
  const document = typeof input === 'string' ? input : decodeUtf8(input);
  if (/[\0-\x09\x0b-\x1f]/.test(document) || hasLoneSurrogate(document)) {
    throw new VerifyError('NOTE_INVALID', 'the note holds a control character or a lone surrogate');
  }
  const end = document.lastIndexOf('\n\n');
  const lines = document.slice(end + 2).split('\n');
  if (end < 0 || lines.pop() !== '' || lines.length === 0) {
    throw new VerifyError('NOTE_INVALID', 'the note is not a text, an empty line and signatures');
  }
  if (lines.length > noteLimits.signatures) {
    throw new VerifyError('LIMIT_EXCEEDED', `more than ${noteLimits.signatures} signatures`);
  }
  return { text: document.slice(0, end + 1), signatures: lines.map(parseSignature) };
}

export function formatNote({ text, signatures }: Note): string {
  const lines = signatures.map(
    ({ name, keyId, signature }) =>
      `— ${name} ${encodeBase64(concatBytes(Buffer.from(keyId, 'hex'), signature))}\n`,
  );
  return `${text}\n${lines.join('')}`;
}

/**
 * The keys that signed the note, each once, in the order of its signatures. Names and ids are compared
 * whole. Signatures by other keys are ignored; one that names a known key and is not by it, or no
 * signature by any known key, is `SIGNATURE_INVALID` for the note as a whole.
 *
 * @param checked remembers signatures that were checked, for several notes: copies of one cost nothing
 */
export function verifyNote(
  note: Note,
  keys: readonly NoteKey[],
  checked = new Map<string, boolean>(),
): readonly [VerifiedNoteSignature, ...VerifiedNoteSignature[]] {
  const verified = new Map<string, VerifiedNoteSignature>();
  for (const { name, keyId, signature } of note.signatures) {
    for (const key of keys.filter((known) => known.name === name && known.id === keyId)) {
      const time = key.type === 'cosignature' ? readTime(signature) : undefined;
      const message = time === undefined ? note.text : cosignedText(note.text, time);
      const bytes = time === undefined ? signature : signature.subarray(8);
      const id = `${key.key.id} ${sha256Hex(message)} ${encodeHex(bytes)}`;
      const isGood = checked.get(id) ?? verifySignature(key.key, Buffer.from(message), bytes);
      checked.set(id, isGood);
      if (!isGood) {
        throw new VerifyError(
          'SIGNATURE_INVALID',
          `the signature by ${name} is not over this note`,
        );
      }
      const signer = `${key.type} ${key.key.id}`;
      if (!verified.has(signer)) verified.set(signer, { key, ...(time !== undefined && { time }) });
    }
  }
  const [first, ...rest] = verified.values();
  if (first === undefined) {
    throw new VerifyError('SIGNATURE_INVALID', 'no known key signed this note');
  }
  return [first, ...rest];
}

function parseSignature(line: string): NoteSignature {
  const [dash, name = '', base64 = '', ...rest] = line.split(' ');
  if (dash !== '—' || !isKeyName(name) || rest.length > 0) {
    throw new VerifyError('NOTE_INVALID', 'a line after the text is not a signature');
  }
  const bytes = decodeStandardBase64(base64, { max: noteLimits.signatureBytes });
  if (bytes.length < 5) throw new VerifyError('NOTE_INVALID', 'a signature is too short');
  return { name, keyId: encodeHex(bytes.subarray(0, 4)), signature: bytes.slice(4) };
}

/** tlog-cosignature.md, "Ed25519 signed message". */
function cosignedText(text: string, time: number): string {
  return `cosignature/v1\ntime ${time}\n${text}`;
}

function readTime(signature: Uint8Array): number {
  const time = signature.length === 72 ? Number(Buffer.from(signature).readBigUInt64BE()) : NaN;
  if (!Number.isSafeInteger(time))
    throw new VerifyError('SIGNATURE_INVALID', 'a cosignature has no valid time');
  return time;
}

function isKeyName(name: string): boolean {
  return /^[^\s+\p{Z}\p{Cc}]{1,1024}$/u.test(name) && !hasLoneSurrogate(name);
}
