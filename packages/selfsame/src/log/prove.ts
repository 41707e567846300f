import {
  encodeHex,
  formatLogEntry,
  leafHash,
  type LogEntry,
  type NoteKey,
  type TlogProof,
} from '@selfsame/verify';
import { readAllEntries, readHead, readRanges } from './log-directory.js';
import { inclusionRanges } from './tiles.js';

/** A proof that an entry is in the log, or undefined where it is not; in the order of `wanted`. */
export async function proveEntries(
  directory: string,
  log: NoteKey,
  wanted: readonly LogEntry[],
): Promise<readonly (TlogProof | undefined)[]> {
  const { note, checkpoint } = await readHead(directory, log);
  const entries = await readAllEntries(directory, checkpoint);
  const places = new Map(entries.map((entry, index) => [encodeHex(leafHash(entry)), index]));
  const proofs: (TlogProof | undefined)[] = [];
  for (const one of wanted) {
    const extra = formatLogEntry(one);
    const index = places.get(encodeHex(leafHash(extra)));
    if (index === undefined) {
      proofs.push(undefined);
      continue;
    }
    const ranges = inclusionRanges(index, checkpoint.size);
    const hashes = await readRanges(directory, ranges, checkpoint.size);
    proofs.push({ index, hashes, checkpoint: note, extra });
  }
  return proofs;
}
