import { describeBytes, type Where } from '../compare-contents.js';
import { openFile } from '../content/file-content.js';
import { newDifference, unexaminedBy } from '../difference.js';
import type { Session } from '../session.js';
import type { Difference } from '../types.js';

/** Files that are looked into at the same time: decompression runs beside the comparison of others. */
const parallel = 2;

/** Two files that differ. */
export interface DifferingFiles {
  readonly pathA: Buffer;
  readonly pathB: Buffer;
  readonly where: Where;
}

/** What differs in each, in their order. Rejects only when the caller's signal is aborted. */
export async function lookIntoFiles(
  session: Session,
  files: readonly DifferingFiles[],
): Promise<Difference[]> {
  const found = new Array<Difference>(files.length);
  const next = files.entries();
  const work = async (): Promise<void> => {
    for (const [index, file] of next) found[index] = await lookIntoFile(session, file);
  };
  // All end before anything is said: an interruption must leave nothing that still reads.
  const ends = await Promise.allSettled(Array.from({ length: parallel }, work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return found;
}

async function lookIntoFile(
  session: Session,
  { pathA, pathB, where }: DifferingFiles,
): Promise<Difference> {
  try {
    const a = await openFile(pathA);
    try {
      const b = await openFile(pathB);
      try {
        return await describeBytes(session, a, b, where);
      } finally {
        await b.close();
      }
    } finally {
      await a.close();
    }
  } catch (error) {
    const unexamined = [unexaminedBy(session.reasonOf(error), where.place)];
    return newDifference(where.place.at(-1) ?? '', { unexamined });
  }
}
