import type { Difference } from '../../compare/types.js';

/** An artifact that differs, for the question which others it differs because of. */
export interface Differing {
  readonly path: string;
  /** sha256 of its content in both builds; undefined where there is none. */
  readonly a: string | undefined;
  readonly b: string | undefined;
  readonly difference: Difference | undefined;
  /** Others whose digests are all in which it differs. */
  readonly lists?: readonly string[];
  /** When it was first written; undefined: not known. */
  readonly order: number | undefined;
}

/**
 * For each artifact the others, written before it, whose content in both builds makes up all of its differences: it is
 * a copy, holds them, or lists their digests, and nothing else in it differs but what follows from them. Empty where one difference
 * remains unexplained. Equal contents without an order are told apart by path.
 */
export function consequences(
  artifacts: readonly Differing[],
): ReadonlyMap<string, readonly string[]> {
  const byContents = new Map<string, Differing>();
  const sorted = [...artifacts].sort(
    (x, y) => (x.order ?? Infinity) - (y.order ?? Infinity) || (x.path < y.path ? -1 : 1) || 0,
  );
  // Of equal contents the earliest is the original.
  for (const artifact of [...sorted].reverse()) {
    const key = contents(artifact.a, artifact.b);
    if (key !== undefined) byContents.set(key, artifact);
  }
  const found = new Map<string, readonly string[]>();
  for (const artifact of sorted) {
    if (artifact.lists !== undefined && artifact.lists.length > 0) {
      found.set(artifact.path, artifact.lists);
      continue;
    }
    const original = byContents.get(contents(artifact.a, artifact.b) ?? '');
    const because =
      original !== undefined && original !== artifact
        ? new Set([original.path])
        : artifact.difference === undefined
          ? undefined
          : explained(artifact.difference.children, artifact, byContents);
    if (because !== undefined && because.size > 0 && ownDifferences(artifact, original))
      found.set(artifact.path, [...because].sort());
  }
  return found;
}

/** The whole has nothing of its own that differs, or is a copy. */
function ownDifferences(artifact: Differing, original: Differing | undefined): boolean {
  if (original !== undefined && original !== artifact) return true;
  return artifact.difference !== undefined && !differsItself(artifact.difference);
}

/** Which artifacts explain all of these parts; undefined: some part is not explained. */
function explained(
  parts: readonly Difference[],
  whole: Differing,
  byContents: ReadonlyMap<string, Differing>,
): Set<string> | undefined {
  const because = new Set<string>();
  for (const part of parts) {
    const artifact = byContents.get(contents(part.sha256A, part.sha256B) ?? '');
    if (artifact !== undefined && artifact.path !== whole.path) {
      // The bytes are those of another artifact; a header that differs too is a difference of its own.
      if (part.fields.some(({ kind }) => kind !== 'size' && kind !== 'checksum')) return undefined;
      because.add(artifact.path);
      continue;
    }
    if (onlyFollows(part)) continue;
    if (part.children.length === 0 || differsItself(part)) return undefined;
    const inner = explained(part.children, whole, byContents);
    if (inner === undefined) return undefined;
    for (const path of inner) because.add(path);
  }
  return because;
}

/** All that is known of it follows from other differences. */
function onlyFollows({ findings, children, unexamined, presence }: Difference): boolean {
  return (
    presence === 'both' &&
    children.length === 0 &&
    unexamined.length === 0 &&
    findings.length > 0 &&
    findings.every(({ consequence }) => consequence)
  );
}

/** Something other than its parts differs, and does not follow from them. */
function differsItself(difference: Difference): boolean {
  const { presence, types, fields, order, unexamined, ranges, moreRanges, findings } = difference;
  if (presence !== 'both' || types !== undefined || order !== undefined) return true;
  if (unexamined.length > 0) return true;
  if (fields.some(({ kind }) => kind !== 'size' && kind !== 'checksum')) return true;
  if (findings.some(({ consequence }) => !consequence)) return true;
  return ranges.length + moreRanges > 0 && !findings.some(({ consequence }) => consequence);
}

/** Both builds' contents as one key; undefined where one is missing or they are equal. */
function contents(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || b === undefined || a === b ? undefined : `${a} ${b}`;
}
