import { join } from 'node:path';
import {
  emptyTreeHash,
  encodeHex,
  formatLogEntry,
  formatNote,
  leafHash,
  nodeHash,
  parseNote,
  noteKey,
  type LogEntry,
  type NoteKey,
} from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { formatCheckpoint, signNote } from '../signing/note.js';
import type { PrivateKey } from '../signing/private-key.js';
import {
  claimPath,
  logLimits,
  readAllEntries,
  readHead,
  readLogFile,
  tooLarge,
  valid,
} from './log-directory.js';
import {
  entriesPath,
  formatEntries,
  rangeHashes,
  TILE_WIDTH,
  tilePath,
  tilesFor,
} from './tiles.js';
import { withLogLock, writeDurably } from './write-file.js';

/** A claim to log: the leaf, and the bytes it is about. */
export interface LoggableClaim {
  readonly entry: LogEntry;
  readonly payload: Uint8Array;
}

export interface Appended {
  readonly size: number;
  /** Entries that were not there before. */
  readonly added: number;
}

/** Makes an empty log. Throws LOG_EXISTS, LOG_WRITE. */
export async function initLog(
  directory: string,
  origin: string,
  key: PrivateKey,
  signal?: AbortSignal,
): Promise<NoteKey> {
  const verifier = valid(origin, () => noteKey(origin, 'note', key.publicKey));
  await withLogLock(directory, signal, async () => {
    if ((await readLogFile(directory, 'checkpoint')) !== undefined) {
      throw new SelfsameError('LOG_EXISTS', `${directory} holds a log already`, {
        hint: 'add to it with: selfsame log add DIR',
      });
    }
    publish(directory, origin, key, 0, emptyTreeHash());
  });
  return verifier;
}

/**
 * Adds claims that the log does not hold yet, in the order given, and signs the new checkpoint. Whenever the
 * power goes, what is published is whole: tiles, entries and claims are on the disk before the checkpoint that
 * speaks of them. Their signatures must have been verified.
 *
 * @throws SelfsameError LOG_NOT_FOUND, LOG_INVALID, LOG_LIMIT, LOG_WRITE
 */
export async function appendClaims(
  directory: string,
  key: PrivateKey,
  claims: readonly LoggableClaim[],
  signal?: AbortSignal,
): Promise<Appended> {
  return await withLogLock(directory, signal, async () => {
    const origin = await readOrigin(directory);
    const { checkpoint } = await readHead(directory, noteKey(origin, 'note', key.publicKey));
    const old = await readAllEntries(directory, checkpoint);
    const leaves = old.map(leafHash);
    const known = new Set(leaves.map(encodeHex));
    const fresh: Uint8Array[] = [];
    for (const { entry, payload } of claims) {
      const bytes = formatLogEntry(entry);
      const leaf = leafHash(bytes);
      if (known.has(encodeHex(leaf))) continue;
      known.add(encodeHex(leaf));
      fresh.push(bytes);
      leaves.push(leaf);
      const path = claimPath(entry.payload);
      if ((await readLogFile(directory, path)) === undefined) {
        writeDurably(join(directory, path), payload);
      }
    }
    if (fresh.length === 0) return { size: old.length, added: 0 };
    if (leaves.length > logLimits.entries) throw tooLarge(directory);
    signal?.throwIfAborted();
    const root = writeTree(directory, [...old, ...fresh], leaves, old.length);
    publish(directory, origin, key, leaves.length, root);
    return { size: leaves.length, added: fresh.length };
  });
}

/** Writes the bundles and tiles that are not those of the old size, and returns the root. */
function writeTree(
  directory: string,
  entries: readonly Uint8Array[],
  leaves: readonly Uint8Array[],
  oldSize: number,
): Uint8Array {
  const size = entries.length;
  for (let index = Math.floor(oldSize / TILE_WIDTH); index * TILE_WIDTH < size; index += 1) {
    const bundle = entries.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH);
    writeDurably(join(directory, entriesPath(index, bundle.length)), formatEntries(bundle));
  }
  const tiles = new Map<string, Uint8Array>();
  let hashes: readonly Uint8Array[] = leaves;
  for (let level = 0; hashes.length > 0; level += 1) {
    const above: Uint8Array[] = [];
    const first = Math.floor(oldSize / TILE_WIDTH ** (level + 1));
    for (let index = 0; index * TILE_WIDTH < hashes.length; index += 1) {
      const part = hashes.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH);
      const path = tilePath(level, index, part.length);
      tiles.set(path, Buffer.concat(part));
      if (index >= first) writeDurably(join(directory, path), Buffer.concat(part));
      if (part.length === TILE_WIDTH) above.push(fullTree(part));
    }
    hashes = above;
  }
  // What was just written must give the proofs that readers will ask for.
  if (tilesFor([[0, size]], size).some((path) => !tiles.has(path)))
    throw new Error('a tile is missing');
  return rangeHashes([[0, size]], size, tiles)[0] ?? emptyTreeHash();
}

function fullTree(part: readonly Uint8Array[]): Uint8Array {
  let level = part;
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let at = 0; at + 1 < level.length; at += 2) {
      above.push(nodeHash(level[at] as Uint8Array, level[at + 1] as Uint8Array));
    }
    level = above;
  }
  return level[0] as Uint8Array;
}

function publish(
  directory: string,
  origin: string,
  key: PrivateKey,
  size: number,
  root: Uint8Array,
): void {
  const text = formatCheckpoint({ origin, size, root, extensions: [] });
  const note = { text, signatures: [signNote(text, origin, key)] };
  writeDurably(join(directory, 'checkpoint'), formatNote(note));
}

async function readOrigin(directory: string): Promise<string> {
  const bytes = await readLogFile(directory, 'checkpoint');
  if (bytes !== undefined) {
    const { text } = valid(`${directory}/checkpoint`, () => parseNote(bytes));
    return text.slice(0, text.indexOf('\n'));
  }
  throw new SelfsameError('LOG_NOT_FOUND', `${directory} holds no log: there is no checkpoint`, {
    hint: 'make one with: selfsame log init DIR',
  });
}
