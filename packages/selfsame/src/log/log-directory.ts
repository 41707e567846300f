import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import {
  emptyTreeHash,
  leafHash,
  parseCheckpoint,
  parseNote,
  sha256Hex,
  treeHash,
  verifyCheckpoint,
  VerifyError,
  type Checkpoint,
  type Note,
  type NoteKey,
  type Sha256Hex,
} from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { isAbsent, readBounded } from '../record/folder-file.js';
import {
  entriesPath,
  parseEntries,
  rangeHashes,
  TILE_WIDTH,
  tilesFor,
  type LeafRange,
} from './tiles.js';

/** Most entries of a log that is read here, and bytes of one of its files. */
export const logLimits = { entries: 1_000_000, fileBytes: 32 * 1024 * 1024 } as const;

/** The checkpoint of a log directory, signed by the log. */
export interface LogHead {
  readonly note: Note;
  readonly checkpoint: Checkpoint;
}

/**
 * Reads and verifies the checkpoint of a log directory.
 *
 * @param key of the log, which its reader knows and never takes from the directory
 * @throws SelfsameError LOG_NOT_FOUND, LOG_INVALID
 */
export async function readHead(directory: string, key: NoteKey): Promise<LogHead> {
  const bytes = await readLogFile(directory, 'checkpoint');
  if (bytes === undefined) {
    throw new SelfsameError('LOG_NOT_FOUND', `${directory} holds no log: there is no checkpoint`, {
      hint: 'make one with: selfsame log init DIR',
    });
  }
  return valid(`${directory}/checkpoint`, () => openHead(parseNote(bytes), key));
}

/** Verifies that a note is a checkpoint of this log. Throws what `verifyCheckpoint` throws. */
export function openHead(note: Note, key: NoteKey): LogHead {
  verifyCheckpoint(note, key);
  return { note, checkpoint: parseCheckpoint(note.text) };
}

/** The tree hashes of these ranges, from the tiles of a log of `size` leaves. Throws LOG_INVALID. */
export async function readRanges(
  directory: string,
  ranges: readonly LeafRange[],
  size: number,
): Promise<readonly Uint8Array[]> {
  const tiles = new Map<string, Uint8Array>();
  for (const path of tilesFor(ranges, size)) {
    const tile = await readPartial(directory, path, 32);
    if (tile !== undefined) tiles.set(path, tile);
  }
  return valid(directory, () => rangeHashes(ranges, size, tiles));
}

/** Every entry of a log up to a checkpoint, which are exactly those that it says. Throws LOG_INVALID, LOG_LIMIT. */
export async function readAllEntries(
  directory: string,
  { size, root }: Checkpoint,
): Promise<readonly Uint8Array[]> {
  if (size > logLimits.entries) throw tooLarge(directory);
  const entries: Uint8Array[] = [];
  for (let index = 0; index * TILE_WIDTH < size; index += 1) {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH);
    const path = entriesPath(index, width);
    const bytes =
      (await readLogFile(directory, path)) ??
      (await readLogFile(directory, entriesPath(index, TILE_WIDTH)));
    const bundle = valid(`${directory}/${path}`, () => parseEntries(bytes ?? new Uint8Array()));
    if (bundle.length < width) throw invalid(`${directory}/${path}`, 'it is missing or cut');
    entries.push(...bundle.slice(0, width));
  }
  if (!Buffer.from(treeHash(entries.map(leafHash))).equals(root)) {
    throw invalid(directory, 'its entries are not those that the checkpoint says');
  }
  return entries;
}

/** The root of the tree of the first `size` leaves, from the tiles. */
export async function rootOf(directory: string, size: number): Promise<Uint8Array> {
  if (size === 0) return emptyTreeHash();
  const [root] = await readRanges(directory, [[0, size]], size);
  return root ?? emptyTreeHash();
}

/** Where the bytes of a claim are, below the log: `claim/<2 digits>/<sha256>`. */
export function claimPath(payload: Sha256Hex): string {
  return `claim/${payload.slice(0, 2)}/${payload}`;
}

/** The bytes of a claim that the log holds, or undefined where it has none with this digest. */
export async function readClaim(
  directory: string,
  payload: Sha256Hex,
): Promise<Uint8Array | undefined> {
  const bytes = await readLogFile(directory, claimPath(payload));
  return bytes !== undefined && sha256Hex(bytes) === payload ? bytes : undefined;
}

/** A file below the log's directory, undefined where there is none; links are not followed at its end. */
export async function readLogFile(directory: string, path: string): Promise<Buffer | undefined> {
  try {
    return await readBounded(join(realpathSync(directory), path), logLimits.fileBytes);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw invalid(`${directory}/${path}`, `it cannot be read: ${why}`);
  }
}

/** A tile, also cut out of the full one that has replaced it (tlog-tiles.md, "Partial Tiles"). */
async function readPartial(
  directory: string,
  path: string,
  hashBytes: number,
): Promise<Uint8Array | undefined> {
  const found = await readLogFile(directory, path);
  const partial = /^(.*)\.p\/(\d+)$/.exec(path);
  if (found !== undefined || partial === null) return found && new Uint8Array(found);
  const full = await readLogFile(directory, partial[1] ?? '');
  return full && new Uint8Array(full.subarray(0, Number(partial[2]) * hashBytes));
}

/** Turns what the trust core refuses into an error about a file of the log. */
export function valid<T>(name: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause;
    throw invalid(name, cause.message, cause);
  }
}

function invalid(name: string, why: string, cause?: unknown): SelfsameError {
  return new SelfsameError('LOG_INVALID', `${name} is not a log that can be believed: ${why}`, {
    hint: 'get the log again from where it is published, and give the key that its operator names',
    cause,
  });
}

export function tooLarge(directory: string): SelfsameError {
  return new SelfsameError(
    'LOG_LIMIT',
    `${directory} holds more than ${logLimits.entries} entries`,
    {
      hint: 'start another log (docs/transparency-logs.md), and name both in the policy',
    },
  );
}
