import { areFilledAlike } from '../formats/reading/trailing.js';
import type { Session } from '../session.js';
import type { Difference, FieldDifference, Place } from '../types.js';
import { areOfContents } from './changed-numbers.js';

/** Kinds of fields of a part made from others that follow from what those hold. */
const followingKinds: ReadonlySet<string> = new Set(['checksum', 'size', 'padding']);

/**
 * Whether a thing differs only because things beside it do, so that it goes with those. Names and what bytes look like
 * are a stranger's and prove nothing: its reader must say that it is made from others or have looked all of it up, or
 * it must be a text of which nothing differs but digests, and sizes, of contents that differ.
 */
export function isConsequence(session: Session, child: Difference, place: Place): boolean {
  const { presence, types, order, nameInB, fields, unexamined, findings, children } = child;
  const isWhole = presence === 'both' && types === undefined && order === undefined;
  if (!isWhole || nameInB !== undefined || unexamined.length > 0) return false;
  if (!fields.every(isFollowing)) return false;
  if (!children.every((one) => isConsequence(session, one, [...place, one.name]))) return false;
  const key = JSON.stringify(place);
  if (isOfBytes(child) && !session.following.has(key)) {
    const changed = session.changedNumbers.get(key);
    return (
      changed !== undefined && session.sums !== undefined && areOfContents(changed, session.sums)
    );
  }
  return findings.length > 0 && findings.every(({ consequence }) => consequence);
}

function isFollowing({ kind, name, a, b }: FieldDifference): boolean {
  return kind === 'padding' && name === 'padding' ? areFilledAlike(a, b) : followingKinds.has(kind);
}

/** Whether bytes of it differ, rather than what is said of it or what is in it. */
function isOfBytes({ sizeA, sizeB, sha256A, sha256B, ...one }: Difference): boolean {
  if (one.ranges.length + one.moreRanges > 0 || one.textDiff !== undefined) return true;
  return one.children.length === 0 && (sizeA !== sizeB || sha256A !== sha256B);
}
