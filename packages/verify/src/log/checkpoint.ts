import { decodeStandardBase64 } from '../encoding/base64.js';
import { VerifyError } from '../errors.js';
import { verifyNote, type Note, type NoteKey, type VerifiedNoteSignature } from './note.js';

/** What a log says of itself (C2SP tlog-checkpoint v1.0.0, "Note text"). */
export interface Checkpoint {
  readonly origin: string;
  /** Leaves in the tree, below 2^53. */
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Lines after the third, not empty: opaque, and no witness vouches for them. */
  readonly extensions: readonly string[];
}

export interface VerifiedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** Witnesses that cosigned, one for each public key and never the log's own. */
  readonly witnesses: readonly (VerifiedNoteSignature & { readonly time: number })[];
}

/** Reads the text of a note as a checkpoint. Throws `CHECKPOINT_INVALID`. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', root = '', ...extensions] = text.split('\n');
  const last = extensions.pop();
  if (origin === '' || last !== '' || extensions.includes('')) {
    throw new VerifyError('CHECKPOINT_INVALID', 'the text is not lines of a checkpoint');
  }
  return { origin, size: parseTreeNumber(size), root: parseHash(root), extensions };
}

/**
 * Checks that a checkpoint is by this log, which must go by its origin, and finds the witnesses who
 * cosigned it. How many or which are needed, and how old it may be, is for the policy to say.
 * Throws `SIGNATURE_INVALID` or `CHECKPOINT_INVALID`.
 *
 * @param checked as of `verifyNote`
 */
export function verifyCheckpoint(
  note: Note,
  log: NoteKey,
  witnesses: readonly NoteKey[] = [],
  checked?: Map<string, boolean>,
): VerifiedCheckpoint {
  const keys = [log, ...witnesses.filter(({ type }) => type === 'cosignature')];
  const found = verifyNote(note, keys, checked);
  if (!found.some(({ key }) => key === log)) {
    throw new VerifyError('SIGNATURE_INVALID', `${log.name} did not sign this checkpoint`);
  }
  const checkpoint = parseCheckpoint(note.text);
  if (checkpoint.origin !== log.name) {
    throw new VerifyError('CHECKPOINT_INVALID', `the checkpoint is not of the log ${log.name}`);
  }
  const cosignatures = found.flatMap(({ key, time }) =>
    time !== undefined && key.key.id !== log.key.id ? [{ key, time }] : [],
  );
  return { checkpoint, witnesses: cosignatures };
}

/** A tree size or leaf index: decimal, no leading zeros, below 2^53. */
export function parseTreeNumber(text: string): number {
  const value = Number(text);
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text) || !Number.isSafeInteger(value)) {
    throw new VerifyError('CHECKPOINT_INVALID', 'a size or index is not a decimal below 2^53');
  }
  return value;
}

/** A sha256 in standard base64. */
export function parseHash(text: string): Uint8Array {
  try {
    return decodeStandardBase64(text, 32);
  } catch {
    throw new VerifyError('CHECKPOINT_INVALID', 'a hash is not base64 of 32 bytes');
  }
}
