import type { Difference, FieldDifference } from '../types.js';
import { newDifference } from '../difference.js';
import { alignEntries } from './align.js';
import type { Pair } from './align.js';
import type { HashEntry, HashList } from './hash-list.js';
import { pairsWithOtherNames } from './other-names.js';

/** What two lists say of each other. */
export interface HashListComparison {
  /** Undefined: every file of one is in the other, with the same digest. */
  readonly difference: Difference | undefined;
  /** All pairs, in order: equal ones as well. */
  readonly pairs: readonly Pair[];
  /** Files that both lists have, but with digests of different kinds, so that nothing follows. */
  readonly incomparable: readonly Pair[];
  readonly notes: readonly string[];
}

/** Compares what two lists say. Facts (commit, release) that differ are fields of the root. */
export function compareHashLists(
  a: HashList,
  b: HashList,
  names: { readonly a: string; readonly b: string },
): HashListComparison {
  const pairs = alignEntries(a.entries, b.entries);
  const loose = pairs.filter((pair) => pair.a === undefined || pair.b === undefined);
  const incomparable = sameNames(loose);
  const excluded = new Set(incomparable.flatMap((pair) => [pair.a, pair.b]));
  const renamed = pairsWithOtherNames(pairs);
  const children: Difference[] = [];
  const childOf = new Map<HashEntry, Difference[]>();
  const byContainer = (entry: HashEntry, list: HashList): HashEntry | undefined =>
    entry.within === undefined ? undefined : list.entries[entry.within];
  for (const pair of pairs) {
    const isLoose = pair.a === undefined || pair.b === undefined;
    if (isLoose && excluded.has(pair.a ?? pair.b)) continue;
    if (pair.a?.digest === pair.b?.digest && !renamed.has(pair)) continue;
    const entry = pair.a ?? pair.b;
    if (entry?.role !== 'artifact') continue;
    const own: Difference[] = [];
    const difference = entryDifference(pair, own);
    // Containers come before what is in them.
    for (const one of [pair.a, pair.b]) if (one !== undefined) childOf.set(one, own);
    const container = pair.a === undefined ? byContainer(entry, b) : byContainer(entry, a);
    const siblings = (container && childOf.get(container)) ?? children;
    siblings.push(difference);
  }
  const fields = factDifferences(a, b);
  const notes = [
    ...a.notes.map((note) => `${names.a}: ${note}`),
    ...b.notes.map((note) => `${names.b}: ${note}`),
    ...surroundings(pairs),
  ];
  const isSame = children.length === 0 && fields.length === 0;
  return {
    difference: isSame
      ? undefined
      : { ...newDifference(names.a), nameInB: names.b, format: 'hash list', fields, children },
    pairs,
    incomparable,
    notes,
  };
}

/** What the artifacts were made of and in decides nothing about them: said beside the answer. */
function surroundings(pairs: readonly Pair[]): string[] {
  const say = (role: HashEntry['role'], what: string): string[] => {
    const names = pairs
      .filter(({ a, b }) => (a ?? b)?.role === role && a?.digest !== b?.digest)
      .map(({ a, b }) => (a ?? b)?.path ?? '');
    if (names.length === 0) return [];
    const more = names.length > 10 ? ` and ${names.length - 10} more` : '';
    return [`${what}: ${names.slice(0, 10).join(', ')}${more}`];
  };
  return [
    ...say('input', 'they were made of other inputs'),
    ...say('environment', 'they were made in other environments, which differ in'),
  ];
}

/** Entries of one file with digests of different kinds. */
function sameNames(loose: readonly Pair[]): Pair[] {
  const left = loose.flatMap(({ a }) => (a === undefined ? [] : [a]));
  const right = new Map(loose.flatMap(({ b }) => (b === undefined ? [] : [[b.path, b]])));
  return left.flatMap((a) => {
    const b = right.get(a.path);
    return b === undefined || b.algorithm === a.algorithm ? [] : [{ a, b }];
  });
}

function factDifferences(a: HashList, b: HashList): FieldDifference[] {
  const names = Object.keys(a.facts).filter((name) => name in b.facts);
  return names
    .filter((name) => a.facts[name] !== b.facts[name])
    .map((name) => ({
      name,
      kind: 'version',
      a: a.facts[name],
      b: b.facts[name],
      offsetA: undefined,
      offsetB: undefined,
    }));
}

function entryDifference({ a, b }: Pair, children: Difference[]): Difference {
  const entry = a ?? b;
  const isSha256 = entry?.algorithm === 'sha256';
  return {
    ...newDifference(entry?.path ?? ''),
    nameInB: a !== undefined && b !== undefined && a.path !== b.path ? b.path : undefined,
    presence: a === undefined ? 'only-b' : b === undefined ? 'only-a' : 'both',
    sizeA: a?.size,
    sizeB: b?.size,
    sha256A: isSha256 ? a?.digest : undefined,
    sha256B: isSha256 ? b?.digest : undefined,
    fields:
      isSha256 || entry === undefined
        ? []
        : [
            {
              name: entry.algorithm,
              kind: 'checksum',
              a: a?.digest,
              b: b?.digest,
              offsetA: undefined,
              offsetB: undefined,
            },
          ],
    children,
  };
}
