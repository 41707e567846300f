/** What alignment needs to know of a part. */
export interface Named {
  readonly name: string;
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  /** Of its content; undefined: it has none, or it is not known. */
  readonly sha256: string | undefined;
}

/** Parts that stand for each other; one is undefined where the other side has nothing like it. */
export interface Pair<T> {
  readonly a: T | undefined;
  readonly b: T | undefined;
}

/**
 * Pairs of parts: by name; then those left by equal content; then those that are alone on both sides with their names
 * without what says how they are compressed; then with what is left of their names without versions, dates, and numbers;
 * then debug files by their sizes. In the order of A; what only B has follows in its order.
 */
export function align<T extends Named>(a: readonly T[], b: readonly T[]): Pair<T>[] {
  const byName = new Map(b.map((part) => [part.name, part]));
  const partner = new Map<T, T>();
  for (const part of a) {
    const other = byName.get(part.name);
    if (other === undefined) continue;
    partner.set(part, other);
    byName.delete(part.name);
  }
  const restA = a.filter((part) => !partner.has(part));
  const taken = new Set(partner.values());
  const restB = b.filter((part) => !taken.has(part));
  if (restA.length > 0 && restB.length > 0) {
    matchOnly(restA, restB, contentKey, partner, 'any');
    for (const keyOf of [stemKey, likenessKey]) {
      const stillA = restA.filter((part) => !partner.has(part));
      const nowTaken = new Set(partner.values());
      const stillB = restB.filter((part) => !nowTaken.has(part));
      matchOnly(stillA, stillB, keyOf, partner, 'sole');
    }
    matchDebugFiles(a, b, partner);
  }
  const all = new Set(partner.values());
  return [
    ...a.map((part) => ({ a: part, b: partner.get(part) })),
    ...b.filter((part) => !all.has(part)).map((part) => ({ a: undefined, b: part })),
  ];
}

/** Matches parts with the same key: `any`: one after the other; `sole`: only where each side has one. */
function matchOnly<T>(
  a: readonly T[],
  b: readonly T[],
  keyOf: (part: T) => string | undefined,
  partner: Map<T, T>,
  how: 'any' | 'sole',
): void {
  const groupsA = groupBy(a, keyOf);
  for (const [key, ofB] of groupBy(b, keyOf)) {
    const ofA = groupsA.get(key) ?? [];
    if (how === 'sole' && (ofA.length !== 1 || ofB.length !== 1)) continue;
    for (const [index, part] of ofA.entries()) {
      const other = ofB[index];
      if (other !== undefined) partner.set(part, other);
    }
  }
}

/** Called after the build-id of the program that they belong to. */
const debugFile = /(?:^|\/)\.build-id\/[0-9a-f]{2}\/[0-9a-f]{6,126}\.debug$/;

/** Two that stand for each other although they belong to builds with other build-ids. */
export function isRenamedDebugFile(a: Named, b: Named): boolean {
  return a.name !== b.name && debugFile.test(a.name) && debugFile.test(b.name);
}

/**
 * Several debug files have no name in common. The same sources give nearly the same sizes, another path moves all alike: so
 * if there are as many on both sides, the largest is taken for the largest, and so on.
 */
function matchDebugFiles<T extends Named>(
  a: readonly T[],
  b: readonly T[],
  partner: Map<T, T>,
): void {
  const taken = new Set(partner.values());
  const bySize = (parts: readonly T[]) =>
    parts
      .filter(({ name, type }) => type === 'file' && debugFile.test(name))
      .sort((p, q) => q.size - p.size || (p.name < q.name ? -1 : 1));
  const [restA, restB] = [
    bySize(a.filter((part) => !partner.has(part))),
    bySize(b.filter((part) => !taken.has(part))),
  ];
  if (restA.length !== restB.length) return;
  for (const [index, part] of restA.entries()) {
    const other = restB[index];
    if (other !== undefined) partner.set(part, other);
  }
}

function groupBy<T>(parts: readonly T[], keyOf: (part: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const part of parts) {
    const key = keyOf(part);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [part]);
    else group.push(part);
  }
  return groups;
}

/** Empty contents are equal to each other and mean nothing. */
function contentKey({ type, size, sha256 }: Named): string | undefined {
  return size === 0 || sha256 === undefined ? undefined : `${type} ${sha256}`;
}

/** Endings of names of compressed files, by whichever program. */
const compressed = /\.(?:gz|xz|zst|bz2|lzma|lz4|lz|Z)$/;
/** Short ones of archives, `data.tar.xz` as `data.txz`. */
const compressedTar = /\.(?:tgz|txz|tzst|tbz2?|tlz)$/;

/** The name without the ending of what it is compressed with; undefined: it has none. */
function stemKey({ name, type }: Named): string | undefined {
  const stem = name.replace(compressedTar, '.tar').replace(compressed, '');
  return compressedTar.test(name) || stem !== name ? `${type} ${stem}` : undefined;
}

/** The name without what has digits in it: versions, dates, process numbers, random endings. */
function likenessKey({ name, type }: Named): string | undefined {
  // Each run is looked at once: names are a stranger's, and can be very long.
  const like = name.replace(/[A-Za-z0-9]+/g, (run) => (/\d/.test(run) ? '#' : run));
  return like === name ? undefined : `${type} ${like}`;
}
