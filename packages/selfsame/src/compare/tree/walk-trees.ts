import { setImmediate } from 'node:timers/promises';
import { FormatError } from '../formats/format.js';
import type { Session } from '../session.js';
import { entriesOf, type Entry } from './entry.js';

/** What stands at one path of both trees; never neither. */
export interface EntryPair {
  readonly a: Entry | undefined;
  readonly b: Entry | undefined;
}

/** A directory that could not be read. */
export interface Unread {
  readonly path: string;
  readonly why: string;
}

export interface Walk {
  /** In byte order of their paths. */
  readonly pairs: readonly EntryPair[];
  readonly unread: readonly Unread[];
}

/** Entries after which others get a turn. */
const turn = 2000;

/**
 * Everything in two trees, paired by path; symbolic links are not followed.
 *
 * @throws FormatError `too-large` with more entries than the bound; `out-of-time`
 */
export async function walkTrees(session: Session, rootA: string, rootB: string): Promise<Walk> {
  const pairs: EntryPair[] = [];
  const unread: Unread[] = [];
  const read = (root: string, directory: string, isThere: boolean): Entry[] => {
    if (!isThere) return [];
    try {
      return entriesOf(root, directory);
    } catch (error) {
      unread.push({ path: directory, why: (error as NodeJS.ErrnoException).code ?? 'unreadable' });
      return [];
    }
  };
  // A stack of our own: trees can be deeper than a stack of calls.
  const waiting: { path: string; inA: boolean; inB: boolean }[] = [
    { path: '', inA: true, inB: true },
  ];
  let turns = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    session.check();
    const here = mergeEntries(read(rootA, next.path, next.inA), read(rootB, next.path, next.inB));
    if (pairs.length + here.length > session.limits.parts) {
      const detail = `there are more than ${session.limits.parts} files in them`;
      throw new FormatError('too-large', detail);
    }
    for (const pair of here) pairs.push(pair);
    for (const { a, b } of here) {
      const inA = a?.stats.isDirectory() === true;
      const inB = b?.stats.isDirectory() === true;
      if (inA || inB) waiting.push({ path: (a ?? b)?.bytes ?? '', inA, inB });
    }
    if (pairs.length >= (turns + 1) * turn) {
      turns = Math.floor(pairs.length / turn);
      await setImmediate();
    }
  }
  const pathOf = ({ a, b }: EntryPair): string => (a ?? b)?.bytes ?? '';
  pairs.sort((p, q) => (pathOf(p) < pathOf(q) ? -1 : 1));
  return { pairs, unread };
}

/** Both sorted. */
function mergeEntries(a: readonly Entry[], b: readonly Entry[]): EntryPair[] {
  const merged: EntryPair[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const [inA, inB] = [a[i], b[j]];
    const takesA = inA !== undefined && (inB === undefined || inA.bytes <= inB.bytes);
    const takesB = inB !== undefined && (inA === undefined || inB.bytes <= inA.bytes);
    merged.push({ a: takesA ? inA : undefined, b: takesB ? inB : undefined });
    if (takesA) i += 1;
    if (takesB) j += 1;
  }
  return merged;
}
