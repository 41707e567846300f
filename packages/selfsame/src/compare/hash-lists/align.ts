import type { HashEntry } from './hash-list.js';

/** An entry of each list that are about one file; one of both may be missing. */
export interface Pair {
  readonly a: HashEntry | undefined;
  readonly b: HashEntry | undefined;
}

type KeyOf = (entry: HashEntry) => string | undefined;

/** Components of a path that are looked at, from its end. */
const longestTail = 12;

/** From what says most to what says least. */
const passes: readonly KeyOf[] = [
  ({ path }) => path,
  // Builders have their trees in different places: `/home/user/heads/build/…`, `/root/project/build/…`.
  ...Array.from({ length: longestTail }, (_, at) => tail(longestTail - at)),
  withoutVersions,
  ({ algorithm, digest }) => `${algorithm}:${digest}`,
];

/**
 * Which entries are about the same file: by equal path, then by the longest common end of the path, then by names that
 * are equal but for numbers and commits, then by content. Only unambiguous pairs are made, of the same role
 * and in archives of the same name. In the order of A, then what only B has.
 */
export function alignEntries(a: readonly HashEntry[], b: readonly HashEntry[]): Pair[] {
  const partner = new Map<HashEntry, HashEntry>();
  const taken = new Set<HashEntry>();
  for (const [number, keyOf] of passes.entries()) {
    const left = grouped(a, (entry) => !partner.has(entry), keyOf);
    const right = grouped(b, (entry) => !taken.has(entry), keyOf);
    for (const [key, ones] of left) {
      const others = right.get(key) ?? [];
      // A path that is there twice in both lists is paired in the order in which it stands.
      if (others.length !== ones.length || (ones.length > 1 && number > 0)) continue;
      for (const [at, one] of ones.entries()) {
        const other = others[at];
        if (other === undefined) continue;
        partner.set(one, other);
        taken.add(other);
      }
    }
  }
  return [
    ...a.map((entry) => ({ a: entry, b: partner.get(entry) })),
    ...b.filter((entry) => !taken.has(entry)).map((entry) => ({ a: undefined, b: entry })),
  ];

  function grouped(
    entries: readonly HashEntry[],
    isFree: (entry: HashEntry) => boolean,
    keyOf: KeyOf,
  ): Map<string, HashEntry[]> {
    const groups = new Map<string, HashEntry[]>();
    for (const entry of entries) {
      if (!isFree(entry)) continue;
      const key = keyOf(entry);
      if (key === undefined) continue;
      const container = entry.within === undefined ? '' : baseName(containerOf(entries, entry));
      const whole = [entry.role, container, entry.algorithm, key].join('\0');
      const group = groups.get(whole);
      if (group === undefined) groups.set(whole, [entry]);
      else group.push(entry);
    }
    return groups;
  }
}

function containerOf(entries: readonly HashEntry[], { within }: HashEntry): string {
  return within === undefined ? '' : (entries[within]?.path ?? '');
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The last `length` components of a path that has as many. */
function tail(length: number): KeyOf {
  return ({ path }) => {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    return parts.length < length ? undefined : parts.slice(-length).join('/');
  };
}

/** `…/heads-x230-v0.2.0-2147-g1e583e0.rom` → `heads-x#-v#-g#.rom`. */
export function withoutVersions({ path }: Pick<HashEntry, 'path'>): string {
  return baseName(path).replace(/g?[0-9a-f]{7,40}|[0-9]+(?:[.~-][0-9]+)*/g, '#');
}
