import { join } from 'node:path';
import {
  emptyTreeHash,
  formatNote,
  noteKey,
  parseCheckpoint,
  sha256Hex,
  verifyConsistency,
  verifyNote,
  VerifyError,
  type Checkpoint,
  type Note,
  type NoteKey,
  type PosixTime,
} from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { PrivateKey } from '../signing/private-key.js';
import { parseAddCheckpoint, type AddCheckpoint } from './add-checkpoint.js';
import { cosign } from './witness.js';
import { nextTime, readState, withMemory, type Memory } from './witness-memory.js';

/** A witness that answers logs. */
export interface WitnessService {
  readonly name: string;
  readonly key: PrivateKey;
  /** Keys of the logs that it cosigns, which its operator was given by theirs; one log may have several. */
  readonly logs: readonly NoteKey[];
  /** Directory of its memory: a state file for each log. */
  readonly directory: string;
}

/** What a witness answers. `why` is for its operator and the log's. */
export type WitnessAnswer =
  | {
      readonly outcome: 'cosigned';
      readonly log: string;
      readonly size: number;
      /** Signature line of a note, with its line feed. */
      readonly line: string;
    }
  | { readonly outcome: 'malformed'; readonly why: string }
  | { readonly outcome: 'unknown-log'; readonly why: string }
  | { readonly outcome: 'not-signed'; readonly log: string; readonly why: string }
  /** The log believes that another size was cosigned last: this one was. */
  | { readonly outcome: 'other-size'; readonly log: string; readonly size: number }
  /** The log signed two trees of one size: the two checkpoints prove it. */
  | {
      readonly outcome: 'two-trees';
      readonly log: string;
      readonly size: number;
      readonly checkpoints: readonly [string, string];
    }
  | { readonly outcome: 'wrong-proof'; readonly log: string; readonly why: string };

/** The state file of a log: the one that `selfsame log witness --state` may use as well. */
export function statePath(directory: string, origin: string): string {
  return join(directory, `${sha256Hex(origin)}.checkpoint`);
}

/**
 * What the witness cosigned last of the log whose origin has this sha256, with the log's signature and its own;
 * undefined for a log that it does not witness, and before the first.
 *
 * @throws SelfsameError LOG_INVALID
 */
export async function lastCosigned(
  originHash: string,
  { logs, directory }: WitnessService,
): Promise<Note | undefined> {
  const log = logs.find(({ name }) => sha256Hex(name) === originHash);
  return log && (await readState(statePath(directory, log.name)));
}

/**
 * That each log and the witness are somebody else, and that names are what they must be. Throws SelfsameError
 * WRONG_USE.
 */
export function checkService({ name, key, logs }: WitnessService): NoteKey {
  const own = logs.find((log) => log.key.id === key.publicKey.id);
  if (own !== undefined) {
    throw new SelfsameError('WRONG_USE', `the key of the witness is that of the log ${own.name}`, {
      hint: 'make the witness a key of its own: selfsame key new --name witness',
    });
  }
  try {
    return noteKey(name, 'cosignature', key.publicKey);
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause;
    throw new SelfsameError('WRONG_USE', `${JSON.stringify(name)} is no name of a witness`, {
      hint: 'use a host name and path without spaces, by custom: --name witness.example.net',
      cause,
    });
  }
}

/**
 * Answers one `add-checkpoint` request (C2SP tlog-witness): cosigns only what continues the checkpoint cosigned
 * before, which is replaced on the disk before the cosignature leaves. Whatever the body holds is an answer.
 *
 * @param at seconds since 1970
 * @throws SelfsameError LOG_INVALID for a memory that cannot be read, LOG_WRITE, INTERRUPTED
 */
export async function answerLog(
  body: Uint8Array,
  service: WitnessService,
  at: PosixTime,
  signal?: AbortSignal,
): Promise<WitnessAnswer> {
  let request: AddCheckpoint;
  let checkpoint: Checkpoint;
  try {
    request = parseAddCheckpoint(body);
    checkpoint = parseCheckpoint(request.checkpoint.text);
  } catch (error) {
    return { outcome: 'malformed', why: messageOf(error) };
  }
  const { origin, size } = checkpoint;
  const keys = service.logs.filter(({ name }) => name === origin);
  if (keys.length === 0) {
    return { outcome: 'unknown-log', why: `${JSON.stringify(origin)} is not witnessed here` };
  }
  let signer: NoteKey;
  try {
    [{ key: signer }] = verifyNote(request.checkpoint, keys);
  } catch (error) {
    return { outcome: 'not-signed', log: origin, why: messageOf(error) };
  }
  if (request.oldSize > size) {
    return { outcome: 'malformed', why: 'the old size is larger than that of the checkpoint' };
  }
  const state = statePath(service.directory, origin);
  return await withMemory(state, signal, (memory) =>
    Promise.resolve(answerKnown(request, checkpoint, signer, service, memory, at)),
  );
}

function answerKnown(
  { oldSize, proof, checkpoint: note }: AddCheckpoint,
  { origin: log, size, root }: Checkpoint,
  signer: NoteKey,
  service: WitnessService,
  memory: Memory,
  at: PosixTime,
): WitnessAnswer {
  const last =
    memory.seen === undefined
      ? { size: 0, root: emptyTreeHash() }
      : rememberedTree(memory.seen, log);
  if (oldSize !== last.size) return { outcome: 'other-size', log, size: last.size };
  const isSame = Buffer.from(last.root).equals(root);
  if (memory.seen !== undefined && size === oldSize && !isSame) {
    const checkpoints = [formatNote(memory.seen), formatNote(note)] as const;
    return { outcome: 'two-trees', log, size, checkpoints };
  }
  try {
    if (size === 0 && !isSame) {
      throw new VerifyError('PROOF_INVALID', 'the root of no entries is not that of an empty tree');
    }
    if (oldSize > 0) verifyConsistency(oldSize, last.root, size, root, proof);
    // Every tree begins with the empty one: there is nothing to prove, and nothing may be sent.
    else if (proof.length > 0) throw new VerifyError('PROOF_INVALID', 'the proof must be empty');
  } catch (error) {
    return { outcome: 'wrong-proof', log, why: messageOf(error) };
  }
  const { cosignature } = cosign(note, service, nextTime(memory.seen, service, at));
  memory.remember(note, signer, cosignature);
  const whole = formatNote({ text: note.text, signatures: [cosignature] });
  return { outcome: 'cosigned', log, size, line: whole.slice(note.text.length + 1) };
}

/** Throws SelfsameError LOG_INVALID for a state file of another log, which a witness must not go on with. */
function rememberedTree(seen: Note, log: string): Checkpoint {
  const why = `the memory of ${log} holds no checkpoint of it`;
  const hint = 'what a witness saw must not be forgotten: repair the file instead of removing it';
  let found: Checkpoint;
  try {
    found = parseCheckpoint(seen.text);
  } catch (cause) {
    throw new SelfsameError('LOG_INVALID', why, { hint, cause });
  }
  if (found.origin !== log) throw new SelfsameError('LOG_INVALID', why, { hint });
  return found;
}

function messageOf(error: unknown): string {
  if (error instanceof VerifyError) return error.message;
  throw error;
}
