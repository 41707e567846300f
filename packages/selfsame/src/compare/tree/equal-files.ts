import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { openFile, unreadable } from '../content/file-content.js';
import { FormatError } from '../formats/format.js';
import { equalContents } from '../ranges/equal-contents.js';
import type { Session } from '../session.js';
import { systemPath } from './entry.js';

/** Files up to here are read at once, without a turn of the event loop for each: most of a tree is small. */
const smallBytes = 256 * 1024;
/** Bytes after which others get a turn, a few milliseconds of work. */
const turnBytes = 8 * 1024 * 1024;
/** Large files that are compared at the same time. */
const parallel = 4;

const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Two files of one size, by their paths below the trees, one character for each byte. */
export interface FilePair {
  readonly path: string;
  /** Where it has another one in B. */
  readonly pathB: string | undefined;
  readonly size: number;
}

export type Equality = 'equal' | 'differs' | FormatError;

/**
 * Whether the files of each pair hold the same bytes, by comparing them in step: no digests are made. Files that
 * there is no time for are answered with that. Rejects only when the caller's signal is aborted.
 */
export async function equalFiles(
  session: Session,
  rootA: string,
  rootB: string,
  files: readonly FilePair[],
): Promise<Equality[]> {
  const answers = new Array<Equality>(files.length).fill(
    new FormatError('out-of-time', 'no time was left for it'),
  );
  const large: number[] = [];
  const buffers = [Buffer.allocUnsafe(smallBytes + 1), Buffer.allocUnsafe(smallBytes + 1)] as const;
  let sinceTurn = 0;
  for (const [index, { path, pathB = path, size }] of files.entries()) {
    if (size > smallBytes) {
      large.push(index);
      continue;
    }
    answers[index] = equalSmall(systemPath(rootA, path), systemPath(rootB, pathB), size, buffers);
    sinceTurn += size + 4096;
    if (sinceTurn < turnBytes) continue;
    sinceTurn = 0;
    await setImmediate();
    session.options.signal?.throwIfAborted();
    if (session.isOutOfTime) return answers;
  }
  const next = large.values();
  const work = async (): Promise<void> => {
    for (const index of next) {
      session.options.signal?.throwIfAborted();
      const { path = '', pathB = path } = files[index] ?? {};
      answers[index] = await equalLarge(session, systemPath(rootA, path), systemPath(rootB, pathB));
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: parallel }, work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return answers;
}

function equalSmall(
  a: Buffer,
  b: Buffer,
  size: number,
  [bufferA, bufferB]: readonly [Buffer, Buffer],
): Equality {
  try {
    readSmall(a, size, bufferA);
    readSmall(b, size, bufferB);
    return bufferA.compare(bufferB, 0, size, 0, size) === 0 ? 'equal' : 'differs';
  } catch (error) {
    return unreadable(error);
  }
}

function readSmall(path: Buffer, size: number, target: Buffer): void {
  const descriptor = openSync(path, flags);
  try {
    // A file that is another one by now is none of which anything can be said.
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.size !== size) {
      throw new FormatError('unreadable', 'it changed while it was read');
    }
    let at = 0;
    // One more than it has: files of /proc and some others say that they are shorter than they are.
    for (let got = 1; got > 0 && at <= size; at += got) {
      got = readSync(descriptor, target, at, size + 1 - at, at);
    }
    if (at > size) throw new FormatError('unreadable', 'it is longer than the system says');
    if (at < size) throw new FormatError('unreadable', 'it became shorter while it was read');
  } finally {
    closeSync(descriptor);
  }
}

async function equalLarge(session: Session, pathA: Buffer, pathB: Buffer): Promise<Equality> {
  try {
    const a = await openFile(pathA);
    try {
      const b = await openFile(pathB);
      try {
        return (await equalContents(a, b, () => session.check())) ? 'equal' : 'differs';
      } finally {
        await b.close();
      }
    } finally {
      await a.close();
    }
  } catch (error) {
    return session.reasonOf(error);
  }
}
