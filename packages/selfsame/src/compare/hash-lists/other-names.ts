import { withoutVersions } from './align.js';
import type { Pair } from './align.js';
import type { HashEntry } from './hash-list.js';

/** What stands before the part of two paths that is the same. */
interface Lead {
  readonly pair: Pair;
  /** `` for equal paths; else both beginnings. */
  readonly key: string;
}

/**
 * Pairs whose files have other names in B. Versions in them explain that; and so do the places of two trees, if one
 * place in each explains all names: of lists with `bin/x` and `bin/y` one may say `/home/me/bin/x` and `/home/me/bin/y`,
 * but not `sbin/x` and `bin/y`.
 */
export function pairsWithOtherNames(pairs: readonly Pair[]): ReadonlySet<Pair> {
  const others = new Set<Pair>();
  const groups = new Map<string, Lead[]>();
  for (const pair of pairs) {
    if (pair.a === undefined || pair.b === undefined) continue;
    if (withoutVersions(pair.a) !== withoutVersions(pair.b)) {
      others.add(pair);
      continue;
    }
    const where = placeOf(pair.a);
    const group = groups.get(where);
    const lead = { pair, key: leadsOf(pair.a, pair.b) };
    if (group === undefined) groups.set(where, [lead]);
    else group.push(lead);
  }
  for (const leads of groups.values()) {
    const usual = mostUsual(leads);
    for (const { pair, key } of leads) if (key !== usual) others.add(pair);
  }
  return others;
}

/** Names in one archive, those from the root of a machine, and others each begin at the same place. */
function placeOf({ path, within }: HashEntry): string {
  if (within !== undefined) return `within ${within}`;
  return path.startsWith('/') ? 'absolute' : 'relative';
}

/** The beginnings of two paths before the components that they have in common. */
function leadsOf(a: HashEntry, b: HashEntry): string {
  const [partsA, partsB] = [a, b].map(({ path }) =>
    path.split('/').filter((part) => part !== '' && part !== '.'),
  ) as [string[], string[]];
  while (partsA.length > 0 && partsB.length > 0 && isAlike(partsA.at(-1), partsB.at(-1))) {
    partsA.pop();
    partsB.pop();
  }
  return partsA.length + partsB.length === 0 ? '' : `${partsA.join('/')}\0${partsB.join('/')}`;
}

function isAlike(a = '', b = ''): boolean {
  return a === b || withoutVersions({ path: a }) === withoutVersions({ path: b });
}

/** Equal paths count before others: where any is the same, both trees are in one place. */
function mostUsual(leads: readonly Lead[]): string {
  const counts = new Map<string, number>();
  for (const { key } of leads) counts.set(key, (counts.get(key) ?? 0) + 1);
  if (counts.has('')) return '';
  let [usual, most] = ['', 0];
  for (const [key, count] of counts) if (count > most) [usual, most] = [key, count];
  return usual;
}
