import type { CauseName, Place, RootCause } from '../types.js';

/** Something that differs, wherever it is found: a file, a member of an archive, an entry of a list. */
export interface ContainmentNode {
  readonly place: Place;
  /** The same for all places that hold the same two contents: both digests. Undefined: nothing else is known to be the same. */
  readonly identity: string | undefined;
  /** It differs by itself, whatever is in it: header values, order, bytes outside of its parts. */
  readonly differsByItself: boolean;
  readonly causes: readonly CauseName[];
}

/** `inner` is part of `outer`: indices of nodes. */
export interface Containment {
  readonly outer: number;
  readonly inner: number;
  /** It is so by convention; nobody looked. */
  readonly isAssumed?: boolean;
}

/**
 * The smallest set of things that explains all differences: those that differ though nothing in them does, or that
 * differ by themselves as well. Places with the same two contents are one thing, named by its first place.
 * Sorted by how much they explain, then by place. Ignores containments that form a circle.
 */
export function findRootCauses(
  nodes: readonly ContainmentNode[],
  containments: readonly Containment[],
): RootCause[] {
  const shown = containments.filter(({ isAssumed }) => isAssumed !== true);
  const roots = rootCauses(nodes, containments);
  if (shown.length === containments.length) return roots;
  const key = (place: Place): string => JSON.stringify(place);
  const seen = new Map(
    rootCauses(nodes, shown).map(({ place, explains }) => [key(place), new Set(explains.map(key))]),
  );
  return roots.map((root) => ({
    ...root,
    assumed: root.explains.filter((place) => seen.get(key(root.place))?.has(key(place)) !== true),
  }));
}

function rootCauses(
  nodes: readonly ContainmentNode[],
  containments: readonly Containment[],
): RootCause[] {
  const { things, inside } = mergeEqual(nodes, containments);
  const reached = rootsBelow(things, inside);
  const outside = things.map(() => new Set<number>());
  for (const [outer, inners] of inside.entries())
    for (const inner of inners) outside[inner]?.add(outer);
  const causes: RootCause[] = [];
  for (const [thing, roots] of reached.entries()) {
    const members = things[thing] ?? [];
    const [first] = members;
    if (!roots.has(thing) || first === undefined) continue;
    const holders = outwards(thing, outside);
    const placesOf = (holder: number): Place[] =>
      (things[holder] ?? []).map(({ place }) => place).sort(comparePlaces);
    causes.push({
      place: first.place,
      causes: [...new Set(members.flatMap((member) => member.causes))],
      explains: holders.flatMap(placesOf),
      alone: holders.filter((holder) => reached[holder]?.size === 1).flatMap(placesOf),
      also: members.slice(1).map(({ place }) => place),
      assumed: [],
    });
  }
  return causes.sort(
    (a, b) => b.explains.length - a.explains.length || comparePlaces(a.place, b.place),
  );
}

/** Things by number, and for each the things that are in it. */
function mergeEqual(
  nodes: readonly ContainmentNode[],
  containments: readonly Containment[],
): { things: ContainmentNode[][]; inside: Set<number>[] } {
  const thingOf: number[] = [];
  const byIdentity = new Map<string, number>();
  const things: ContainmentNode[][] = [];
  for (const [index, node] of nodes.entries()) {
    const known = node.identity === undefined ? undefined : byIdentity.get(node.identity);
    const thing = known ?? things.length;
    if (known === undefined) things.push([]);
    if (node.identity !== undefined) byIdentity.set(node.identity, thing);
    things[thing]?.push(node);
    thingOf[index] = thing;
  }
  const inside = things.map(() => new Set<number>());
  for (const { outer, inner } of containments) {
    const from = thingOf[outer];
    const to = thingOf[inner];
    if (from !== undefined && to !== undefined && from !== to) inside[from]?.add(to);
  }
  return { things, inside };
}

/** For each thing, the roots that are in it, itself if it is one. Without recursion: archives nest as deep as they like. */
function rootsBelow(
  things: readonly (readonly ContainmentNode[])[],
  inside: readonly ReadonlySet<number>[],
): ReadonlySet<number>[] {
  const result: (Set<number> | undefined)[] = [];
  const isOpen = new Set<number>();
  for (const start of things.keys()) {
    const stack = [start];
    while (stack.length > 0) {
      const thing = stack.at(-1);
      if (thing === undefined) break;
      if (result[thing] !== undefined) {
        stack.pop();
        continue;
      }
      isOpen.add(thing);
      const waiting = [...(inside[thing] ?? [])].filter(
        (inner) => result[inner] === undefined && !isOpen.has(inner),
      );
      if (waiting.length > 0) {
        stack.push(...waiting);
        continue;
      }
      const below = new Set<number>();
      for (const inner of inside[thing] ?? [])
        for (const root of result[inner] ?? []) below.add(root);
      const byItself = things[thing]?.some((node) => node.differsByItself) === true;
      if (below.size === 0 || byItself) below.add(thing);
      result[thing] = below;
      isOpen.delete(thing);
      stack.pop();
    }
  }
  return result.map((roots) => roots ?? new Set());
}

/** What holds a thing, nearest first. */
function outwards(thing: number, outside: readonly ReadonlySet<number>[]): number[] {
  const seen = new Set([thing]);
  const found: number[] = [];
  for (let ring = [thing]; ring.length > 0;) {
    ring = [...new Set(ring.flatMap((inner) => [...(outside[inner] ?? [])]))].filter(
      (holder) => !seen.has(holder),
    );
    for (const holder of ring) seen.add(holder);
    found.push(...ring.sort((a, b) => a - b));
  }
  return found;
}

/** By names, outermost first, as bytes. */
export function comparePlaces(a: Place, b: Place): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const order = Buffer.compare(Buffer.from(a[at] ?? ''), Buffer.from(b[at] ?? ''));
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
