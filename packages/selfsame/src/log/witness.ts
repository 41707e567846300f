import { join } from 'node:path';
import {
  formatNote,
  noteKey,
  verifyConsistency,
  VerifyError,
  type Note,
  type NoteKey,
  type NoteSignature,
  type PosixTime,
} from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { signNote } from '../signing/note.js';
import type { PrivateKey } from '../signing/private-key.js';
import { openHead, readHead, readRanges, rootOf, valid, type LogHead } from './log-directory.js';
import { consistencyRanges } from './tiles.js';
import { nextTime, withMemory } from './witness-memory.js';
import { withLogLock, writeDurably } from './write-file.js';

/** Who cosigns, and what it remembers. */
export interface Witness {
  readonly name: string;
  readonly key: PrivateKey;
  /** File with the last checkpoint that it cosigned of this log; beside it, with `.lock`, its lock. */
  readonly state: string;
}

export interface Cosigned {
  readonly size: number;
  readonly cosignature: NoteSignature;
  /** The whole checkpoint, with this and the other signatures. */
  readonly note: string;
}

/**
 * Cosigns the checkpoint of a log directory: only after checking that it continues the one cosigned before, so
 * that no log can show two histories to those who ask for witnesses. What was seen is on the disk before the
 * cosignature is given away (tlog-witness.md).
 *
 * @param at seconds since 1970
 * @throws SelfsameError LOG_INCONSISTENT, with both checkpoints in its details; LOG_NOT_FOUND, LOG_INVALID, LOG_WRITE
 */
export async function cosignLog(
  directory: string,
  log: NoteKey,
  witness: Witness,
  at: PosixTime,
  signal?: AbortSignal,
): Promise<Cosigned> {
  return await withLogLock(directory, signal, async () => {
    const head = await readHead(directory, log);
    const cosigned = await withMemory(witness.state, signal, async (memory) => {
      await checkHistory(directory, log, head, memory.seen);
      const made = cosign(head.note, witness, nextTime(memory.seen, witness, at));
      memory.remember(head.note, log, made.cosignature);
      return made;
    });
    writeDurably(join(directory, 'checkpoint'), cosigned.note);
    return { size: head.checkpoint.size, ...cosigned };
  });
}

/**
 * Checks that a log still begins with a checkpoint that was seen before. Throws LOG_INCONSISTENT, LOG_INVALID.
 *
 * @param seen undefined where nothing was seen yet
 */
export async function checkHistory(
  directory: string,
  log: NoteKey,
  head: LogHead,
  seen: Note | undefined,
): Promise<void> {
  const { size, root } = head.checkpoint;
  if (!Buffer.from(await rootOf(directory, size)).equals(root)) {
    throw new SelfsameError('LOG_INVALID', `the tiles of ${directory} do not give its checkpoint`, {
      hint: 'get the log again from where it is published',
    });
  }
  if (seen === undefined) return;
  const old = valid('the checkpoint seen before', () => openHead(seen, log)).checkpoint;
  if (old.size === 0) return;
  try {
    const ranges = old.size <= size ? consistencyRanges(old.size, size) : [];
    const proof = await readRanges(directory, ranges, size);
    verifyConsistency(old.size, old.root, size, root, proof);
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause;
    const checkpoints = [formatNote(seen), formatNote(head.note)];
    throw new SelfsameError(
      'LOG_INCONSISTENT',
      `${log.name} signed two checkpoints, of ${old.size} and ${size} entries, that are not one history: ${cause.message}`,
      {
        hint: 'keep both, they prove it to everybody: --json shows them; do not trust this log any more',
        details: { checkpoints },
        cause,
      },
    );
  }
}

/** The note with a cosignature by this witness, in place of an earlier one. */
export function cosign(
  note: Note,
  { name, key }: Pick<Witness, 'name' | 'key'>,
  at: PosixTime,
): { readonly cosignature: NoteSignature; readonly note: string } {
  valid(name, () => noteKey(name, 'cosignature', key.publicKey));
  const cosignature = signNote(note.text, name, key, at);
  return { cosignature, note: formatNote(withSignatures(note, [cosignature])) };
}

/** The note with these signatures, in place of earlier ones by the same keys. */
export function withSignatures(note: Note, more: readonly NoteSignature[]): Note {
  const others = note.signatures.filter(
    (one) => !more.some(({ name, keyId }) => one.name === name && one.keyId === keyId),
  );
  return { ...note, signatures: [...others, ...more] };
}
