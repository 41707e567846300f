import { newDifference, unexaminedBy } from './difference.js';
import type { Session } from './session.js';
import { compareEntries, pairRenamed, type Trees } from './tree/compare-entries.js';
import { shownPath } from './tree/entry.js';
import { pairImageMembers } from './tree/pair-image-members.js';
import { walkTrees, type Walk } from './tree/walk-trees.js';
import type { Difference, Unexamined } from './types.js';

/**
 * What differs between two directories: one child for each path, the whole path its name; undefined: everything that
 * is compared is equal. Rejects only when the caller's signal is aborted.
 */
export async function compareDirectories(
  session: Session,
  trees: Trees,
): Promise<Difference | undefined> {
  const name = trees.place.at(-1) ?? '';
  let walk: Walk;
  try {
    walk = await walkTrees(session, trees.a, trees.b);
  } catch (error) {
    const unexamined = [unexaminedBy(session.reasonOf(error), trees.place)];
    return newDifference(name, { format: 'directory', unexamined });
  }
  const images = await pairImageMembers(session, trees, walk.pairs);
  const pairs = await pairRenamed(session, trees, images);
  const all = await compareEntries(session, trees, pairs);
  const children = all.slice(0, session.limits.differences);
  const unexamined: Unexamined[] = walk.unread.map(({ path, why }) => ({
    place: path === '' ? trees.place : [...trees.place, shownPath(path)],
    reason: 'unreadable',
    detail: `what is in it cannot be read: ${why}`,
  }));
  if (children.length < all.length) {
    const detail = `${all.length - children.length} more differ and are not shown`;
    unexamined.push({ place: trees.place, reason: 'too-many-differences', detail });
  }
  if (children.length === 0 && unexamined.length === 0) return undefined;
  return newDifference(name, { format: 'directory', children, unexamined });
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
  const walk = await walkTrees(session, trees.a, trees.b);
  const pairs = walk.pairs.filter(
    ({ a, b }) => only === undefined || only.has(shownPath((a ?? b)?.bytes ?? '')),
  );
  const found = new Map<string, Difference>();
  for (const { path, why } of walk.unread) {
    const place = [shownPath(path)];
    const detail = `what is in it cannot be read: ${why}`;
    const unexamined: Unexamined[] = [{ place, reason: 'unreadable', detail }];
    found.set(shownPath(path), newDifference(shownPath(path), { unexamined }));
  }
  for (const difference of await compareEntries(session, trees, pairs)) {
    found.set(difference.name, difference);
  }
  return found;
}
