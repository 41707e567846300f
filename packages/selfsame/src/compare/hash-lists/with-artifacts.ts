import { join } from 'node:path';

import { compareBytes } from '../compare-contents.js';
import { readHeldDigests } from '../containment/held-digests.js';
import type { HeldDigests } from '../containment/of-hash-lists.js';
import { openFile } from '../content/file-content.js';
import type { Session } from '../session.js';
import type { CompareReport, Difference, Unexamined } from '../types.js';
import { hashDirectory } from './hash-directory.js';

/** Directories with what the lists speak of. */
export interface ArtifactDirectories {
  readonly a: string | undefined;
  readonly b: string | undefined;
}

/** Files of a directory by sha256. */
type Files = ReadonlyMap<string, string>;

/** What reading the artifacts adds to what two lists say. */
export interface Artifacts {
  readonly held: HeldDigests;
  readonly unexamined: readonly Unexamined[];
  readonly a: Files;
  readonly b: Files;
}

/** Finds the files that lists speak of by their digests, never by their names, and reads what they hold. */
export async function readArtifacts(
  session: Session,
  directories: ArtifactDirectories,
): Promise<Artifacts> {
  const [a, b] = [await filesOf(directories.a, session), await filesOf(directories.b, session)];
  const { digests, unexamined } = await readHeldDigests(session, [
    ...new Map([...a, ...b]).values(),
  ]);
  return { held: digests, unexamined, a, b };
}

async function filesOf(directory: string | undefined, session: Session): Promise<Files> {
  if (directory === undefined) return new Map();
  const list = await hashDirectory(directory, new Set(['sha256'] as const), session.signal);
  return new Map(list.entries.map(({ digest, path }) => [digest, join(directory, path)]));
}

/** The report of two lists with, for each entry of which both files are there, what differs in them. */
export async function withContents(
  session: Session,
  report: CompareReport,
  artifacts: Artifacts,
): Promise<CompareReport> {
  const { difference } = report;
  const unexamined = [...report.unexamined, ...artifacts.unexamined];
  if (difference === undefined) return { ...report, unexamined };
  const children: Difference[] = [];
  for (const child of difference.children)
    children.push(await withContent(session, child, artifacts));
  return { ...report, unexamined, difference: { ...difference, children } };
}

async function withContent(
  session: Session,
  entry: Difference,
  { a, b }: Artifacts,
): Promise<Difference> {
  const pathA = entry.sha256A === undefined ? undefined : a.get(entry.sha256A);
  const pathB = entry.sha256B === undefined ? undefined : b.get(entry.sha256B);
  if (pathA === undefined || pathB === undefined) return entry;
  const left = await openFile(pathA);
  try {
    const right = await openFile(pathB);
    try {
      const where = { place: [entry.name], formats: [] };
      const inside = await compareBytes(session, left, right, where);
      if (inside === undefined) return entry;
      const { name, nameInB, sha256A, sha256B } = entry;
      return { ...inside, name, nameInB, sha256A, sha256B };
    } finally {
      await right.close();
    }
  } finally {
    await left.close();
  }
}
