import { both } from './both.js';
import { differingFields } from './compare-fields.js';
import { newDifference, unexaminedBy } from './difference.js';
import { findingsOf } from './findings.js';
import type { Session } from './session.js';
import { attributeFields, attributeProgram, readAttributes } from './tree/attributes.js';
import { compareEntries, type Differing, type Trees } from './tree/compare-entries.js';
import { shownPath, type Entry } from './tree/entry.js';
import { FoundEntries } from './tree/found-entries.js';
import { layoutFolder, pairImageMembers } from './tree/pair-image-members.js';
import { pairRenamed, type Alone } from './tree/pair-renamed.js';
import {
  pathOf,
  turn,
  walkTrees,
  type EntryPair,
  type SideAttributes,
  type Unread,
} from './tree/walk-trees.js';
import type { Difference, Unexamined } from './types.js';

/**
 * What differs between two directories: one child for each path, the whole path its name; undefined: everything that
 * is compared is equal. What is equal is let go as soon as that is seen. Rejects only when the caller's signal is aborted.
 */
export async function compareDirectories(
  session: Session,
  trees: Trees,
): Promise<Difference | undefined> {
  const found = new FoundEntries(session.limits.differences);
  const alone: { readonly a: Entry[]; readonly b: Entry[] } = { a: [], b: [] };
  const layouts: string[] = [];
  const unread: Unread[] = [];
  const unexamined: Unexamined[] = [];
  const attributes = await attributesOf(session, trees, unexamined);
  found.add(compareRoots(session, trees, attributes));
  try {
    for await (const pairs of walkTrees(session, trees.a, trees.b, unread, attributes)) {
      const inBoth: EntryPair[] = [];
      for (const pair of pairs) {
        const { a, b } = pair;
        if (a === undefined || b === undefined) {
          if (a !== undefined) alone.a.push(a);
          if (b !== undefined) alone.b.push(b);
          continue;
        }
        inBoth.push(pair);
        const folder = layoutFolder(a.bytes);
        if (folder !== undefined) layouts.push(folder);
      }
      found.add(await compareEntries(session, trees, inBoth, found.room));
    }
  } catch (error) {
    unexamined.push(unexaminedBy(session.reasonOf(error), trees.place));
  }
  const others = await compareAlone(session, trees, layouts, alone);
  const children = found.inOrderWith(session, others);
  session.unshown.files += found.files;
  session.unshown.directories += found.directories;
  unexamined.push(...unread.map((one) => unreadable(one, trees)));
  if (found.files + found.directories > 0) {
    const detail = `${found.files + found.directories} more differ and are not shown`;
    unexamined.push({ place: trees.place, reason: 'too-many-differences', detail });
  }
  if (children.length === 0 && unexamined.length === 0) return undefined;
  return newDifference(trees.place.at(-1) ?? '', { format: 'directory', children, unexamined });
}

/** What a tree itself is called beside what is in it. */
const rootName = '.';

/** Of the directories themselves nothing counts but their attributes: where they stand is no part of what is compared. */
function compareRoots(session: Session, { place }: Trees, { a, b }: SideAttributes): Differing {
  const more = { files: 0, directories: 0 };
  const fields = differingFields(
    attributeFields(a?.get('') ?? ''),
    attributeFields(b?.get('') ?? ''),
  );
  if (fields.length === 0) return { shown: [], more };
  session.takeDifference();
  session.folders.add(rootName);
  const known = newDifference(rootName, { fields });
  const subject = { place: [...place, rootName], formats: [], contentDiffers: false };
  const difference = { ...known, findings: findingsOf(session, known, subject) };
  return { shown: [{ path: '', difference }], more };
}

/** Paths that are named of those whose attributes cannot be read. */
const mostUnread = 100;

/**
 * Extended attributes of both trees; none where they cannot be had of both, so that nobody takes those of one for a
 * difference.
 *
 * @param unexamined takes what is missing of the answer then
 */
async function attributesOf(
  session: Session,
  trees: Trees,
  unexamined: Unexamined[],
): Promise<SideAttributes> {
  try {
    const program = attributeProgram();
    const [a, b] = await both(session, (side) => readAttributes(session, program, trees[side]));
    const missing = new Map([...a.unread, ...b.unread].map(({ path, why }) => [path, why]));
    for (const [path, why] of [...missing].slice(0, mostUnread)) {
      const detail = `its extended attributes cannot be read: ${why}`;
      const place = [...trees.place, path === '' ? rootName : shownPath(path)];
      unexamined.push({ place, reason: 'unreadable', detail });
    }
    if (missing.size > mostUnread) {
      const detail = `extended attributes of ${missing.size - mostUnread} more cannot be read`;
      unexamined.push({ place: trees.place, reason: 'unreadable', detail });
    }
    return {
      a: new Map([...a.of].filter(([path]) => !missing.has(path))),
      b: new Map([...b.of].filter(([path]) => !missing.has(path))),
    };
  } catch (error) {
    const reason = session.reasonOf(error);
    // When there is no time it is said of all that it is missing.
    if (reason.reason !== 'out-of-time') unexamined.push(unexaminedBy(reason, trees.place));
    return {};
  }
}

/** What only one of both has at its path: beside what it is called in the other, or as it is. */
async function compareAlone(
  session: Session,
  trees: Trees,
  layouts: readonly string[],
  alone: Alone,
): Promise<FoundEntries> {
  const images = await pairImageMembers(session, trees, layouts, alone);
  const taken = new Set(images.flatMap(({ a, b }) => [a, b]));
  const left = {
    a: alone.a.filter((entry) => !taken.has(entry)),
    b: alone.b.filter((entry) => !taken.has(entry)),
  };
  const renamed = await pairRenamed(session, trees, left);
  for (const { a, b } of renamed) taken.add(a).add(b);
  const pairs: EntryPair[] = [...images, ...renamed];
  for (const a of left.a) if (!taken.has(a)) pairs.push({ a, b: undefined });
  for (const b of left.b) if (!taken.has(b)) pairs.push({ a: undefined, b });
  pairs.sort((p, q) => (pathOf(p) < pathOf(q) ? -1 : 1));
  const found = new FoundEntries(session.limits.differences);
  for (let from = 0; from < pairs.length; from += turn) {
    const some = pairs.slice(from, from + turn);
    found.add(await compareEntries(session, trees, some, found.room));
  }
  return found;
}

/**
 * The same, by path: only of paths in `only`, if it is given, and without pairing what has other names. Directories
 * that cannot be read have an entry that says so.
 */
export async function compareByPath(
  session: Session,
  trees: Trees,
  only: ReadonlySet<string> | undefined,
): Promise<Map<string, Difference>> {
  const found = new Map<string, Difference>();
  const unread: Unread[] = [];
  for await (const all of walkTrees(session, trees.a, trees.b, unread)) {
    const pairs = all.filter((pair) => only === undefined || only.has(shownPath(pathOf(pair))));
    const { shown } = await compareEntries(session, trees, pairs, Infinity);
    for (const { difference } of shown) found.set(difference.name, difference);
  }
  for (const one of unread) {
    const name = shownPath(one.path);
    if (found.has(name)) continue;
    const unexamined: Unexamined[] = [{ ...unreadable(one, trees), place: [name] }];
    found.set(name, newDifference(name, { unexamined }));
  }
  return found;
}

function unreadable({ path, why }: Unread, { place }: Trees): Unexamined {
  return {
    place: path === '' ? place : [...place, shownPath(path)],
    reason: 'unreadable',
    detail: `what is in it cannot be read: ${why}`,
  };
}
