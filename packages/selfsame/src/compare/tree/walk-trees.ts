import { setImmediate } from 'node:timers/promises';
import { FormatError } from '../formats/format.js';
import type { Session } from '../session.js';
import { entryAt, HardLinks, namesIn, type Entry } from './entry.js';

/** What stands at one path of both trees; never neither. */
export interface EntryPair {
  readonly a: Entry | undefined;
  readonly b: Entry | undefined;
}

/** A directory that could not be read, in one tree or both: nothing in it is compared (any further). */
export interface Unread {
  readonly path: string;
  readonly why: string;
}

/** The path that a pair is known by. */
export function pathOf({ a, b }: EntryPair): string {
  return (a ?? b)?.bytes ?? '';
}

/** Entries that are given at a time; after each, others get a turn. */
export const turn = 2000;

/** A directory of one or both trees that is being read: its names in order, and how far it is. */
interface Level {
  readonly path: string;
  readonly a: readonly string[];
  readonly b: readonly string[];
  atA: number;
  atB: number;
  /** Directories whose own entries come later, the first of them last: `x/…` stands after `x-y`. */
  readonly waiting: { readonly name: string; readonly inA: boolean; readonly inB: boolean }[];
}

/**
 * Everything in two trees, paired by path, in byte order of the paths; symbolic links are not followed. No more is held
 * than the names in the directories that lead to where it is.
 *
 * @param unread takes directories that could not be read
 * @param attributes extended attributes of each tree, where they are compared
 * @throws FormatError `too-large` with more entries than the bound; `out-of-time`
 */
export async function* walkTrees(
  session: Session,
  rootA: string,
  rootB: string,
  unread: Unread[],
  attributes: SideAttributes = {},
): AsyncGenerator<readonly EntryPair[]> {
  const trees: Sides = {
    a: { root: rootA, links: new HardLinks(), attributes: attributes.a },
    b: { root: rootB, links: new HardLinks(), attributes: attributes.b },
  };
  let pairs: EntryPair[] = [];
  let count = 0;
  const attempt = <T>(path: string, work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      unread.push({ path, why: (error as NodeJS.ErrnoException).code ?? 'unreadable' });
      return undefined;
    }
  };
  const open = (path: string, inA: boolean, inB: boolean): Level | undefined =>
    attempt(path, () => ({
      ...{ path, a: inA ? namesIn(rootA, path) : [], b: inB ? namesIn(rootB, path) : [] },
      ...{ atA: 0, atB: 0, waiting: [] },
    }));
  session.check();
  // A stack of our own: trees can be deeper than a stack of calls.
  const levels: Level[] = [];
  const enter = (level: Level | undefined): void => void (level && levels.push(level));
  enter(open('', true, true));
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const name = nextName(level);
    const inner = level.waiting.at(-1);
    const below = level.path === '' ? '' : `${level.path}/`;
    if (inner !== undefined && (name === undefined || `${inner.name}/` < name)) {
      level.waiting.pop();
      enter(open(below + inner.name, inner.inA, inner.inB));
      continue;
    }
    const pair =
      name === undefined
        ? undefined
        : attempt(level.path, () => takePair(level, name, below, trees));
    if (name === undefined || pair === undefined) {
      levels.pop();
      continue;
    }
    count += 1;
    if (count > session.limits.parts) {
      yield pairs;
      const detail = `there are more than ${session.limits.parts} files in them`;
      throw new FormatError('too-large', detail);
    }
    pairs.push(pair);
    const [inA, inB] = [pair.a?.kind === 'directory', pair.b?.kind === 'directory'];
    if (inA || inB) level.waiting.push({ name, inA, inB });
    if (pairs.length < turn) continue;
    yield pairs;
    pairs = [];
    await setImmediate();
    session.check();
  }
  yield pairs;
}

/** By path, one character for each byte. */
export interface SideAttributes {
  readonly a?: ReadonlyMap<string, string>;
  readonly b?: ReadonlyMap<string, string>;
}

interface Side {
  readonly root: string;
  readonly links: HardLinks;
  readonly attributes: ReadonlyMap<string, string> | undefined;
}

interface Sides {
  readonly a: Side;
  readonly b: Side;
}

function nextName({ a, b, atA, atB }: Level): string | undefined {
  const [inA, inB] = [a[atA], b[atB]];
  return inA === undefined || (inB !== undefined && inB < inA) ? inB : inA;
}

function takePair(level: Level, name: string, below: string, { a, b }: Sides): EntryPair {
  const isInA = level.a[level.atA] === name;
  const isInB = level.b[level.atB] === name;
  if (isInA) level.atA += 1;
  if (isInB) level.atB += 1;
  return {
    a: isInA ? entryAt(a.root, below + name, a.links, a.attributes) : undefined,
    b: isInB ? entryAt(b.root, below + name, b.links, b.attributes) : undefined,
  };
}
