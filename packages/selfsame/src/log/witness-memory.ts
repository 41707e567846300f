import {
  formatNote,
  noteKey,
  parseNote,
  verifyNote,
  VerifyError,
  type Note,
  type NoteKey,
  type NoteSignature,
  type PosixTime,
} from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { isAbsent, readBounded } from '../record/folder-file.js';
import type { Witness } from './witness.js';
import { logLimits, valid } from './log-directory.js';
import { withFileLock, writeDurably } from './write-file.js';

/** What a witness cosigned last of one log, while nobody else can change it. */
export interface Memory {
  /** The checkpoint, with the log's signature and the witness's own; undefined before the first. */
  readonly seen: Note | undefined;
  /** Puts another in its place: on the disk when this returns. */
  remember(note: Note, log: NoteKey, own: NoteSignature): void;
}

/**
 * Runs alone among everything that cosigns with this state file, in this process and in others: what is read
 * here is what was cosigned last until `act` is done, so that two answers can never be of two histories
 * (tlog-witness.md, "add-checkpoint": checking and keeping are one step).
 *
 * @throws SelfsameError LOG_INVALID for a state file that is there and cannot be read, LOG_WRITE
 */
export async function withMemory<T>(
  state: string,
  signal: AbortSignal | undefined,
  act: (memory: Memory) => Promise<T>,
): Promise<T> {
  return await withFileLock(`${state}.lock`, signal, async () => {
    const seen = await readState(state);
    return await act({
      seen,
      // Signatures of strangers are not kept: they would fill the file to its bound.
      remember: ({ text, signatures }, log, own) => {
        const ofLog = signatures.filter(({ name, keyId }) => name === log.name && keyId === log.id);
        writeDurably(state, formatNote({ text, signatures: [...ofLog.slice(0, 1), own] }));
      },
    });
  });
}

/**
 * The time of the next cosignature: now, but never before the last one. A cosignature says that at its time
 * nothing larger had been seen (tlog-cosignature.md), which a clock that was put back would make untrue.
 */
export function nextTime(
  seen: Note | undefined,
  { name, key }: Pick<Witness, 'name' | 'key'>,
  now: PosixTime,
): PosixTime {
  if (seen === undefined) return now;
  try {
    const [{ time = 0 }] = verifyNote(seen, [noteKey(name, 'cosignature', key.publicKey)]);
    return Math.max(now, time);
  } catch (error) {
    // A file of before a change of keys or names, whose time says nothing about this one.
    if (error instanceof VerifyError) return now;
    throw error;
  }
}

/** The checkpoint in a state file, undefined where there is none yet. Throws LOG_INVALID for one that is broken. */
export async function readState(path: string): Promise<Note | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readBounded(path, logLimits.fileBytes);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new SelfsameError('LOG_INVALID', `${path} cannot be read: ${why}`, {
      hint: 'what a witness saw must not be forgotten: repair the file instead of removing it',
    });
  }
  return valid(path, () => parseNote(bytes));
}
