import { createHash } from 'node:crypto';
import { align, type Named } from '../align.js';
import { openFile } from '../content/file-content.js';
import type { Session } from '../session.js';
import type { Trees } from './compare-entries.js';
import { systemPath, type Entry } from './entry.js';
import type { EntryPair } from './walk-trees.js';

/** What only one tree has at its path, in order. */
export interface Alone {
  readonly a: readonly Entry[];
  readonly b: readonly Entry[];
}

/** Pairs of what one tree has under another name; directories stay alone. Others are left out. */
export async function pairRenamed(
  session: Session,
  trees: Trees,
  { a, b }: Alone,
): Promise<EntryPair[]> {
  if (a.length === 0 || b.length === 0) return [];
  const [namedA, namedB] = [
    await named(session, trees.a, a, new Set(b.map(({ size }) => size))),
    await named(session, trees.b, b, new Set(a.map(({ size }) => size))),
  ];
  return align(namedA, namedB).flatMap((pair) =>
    pair.a === undefined || pair.b === undefined || pair.a.type === 'directory'
      ? []
      : [{ a: pair.a.entry, b: pair.b.entry }],
  );
}

interface NamedEntry extends Named {
  readonly entry: Entry;
}

/** @param sizes of what the other tree has: of others no digest is needed */
async function named(
  session: Session,
  root: string,
  entries: readonly Entry[],
  sizes: ReadonlySet<number>,
): Promise<NamedEntry[]> {
  const all: NamedEntry[] = [];
  for (const entry of entries) {
    const { size, kind, bytes } = entry;
    const hashed = kind === 'file' && sizes.has(size);
    const sha256 = hashed ? await fileDigest(session, systemPath(root, bytes)) : undefined;
    // What is in directories of other names is paired by what it is, not by where it is.
    all.push({ name: bytes, type: kind, size, sha256, entry });
  }
  return all;
}

async function fileDigest(session: Session, path: Buffer): Promise<string | undefined> {
  try {
    const file = await openFile(path);
    try {
      const digest = createHash('sha256');
      for await (const piece of file.stream()) {
        session.check();
        digest.update(piece);
      }
      // One character for each byte: there may be very many.
      return digest.digest('binary');
    } finally {
      await file.close();
    }
  } catch (error) {
    session.reasonOf(error);
    return undefined;
  }
}
