import type { HashEntry, HashList } from '../hash-lists/hash-list.js';
import type { Pair } from '../hash-lists/align.js';
import type { Containment, ContainmentNode } from './graph.js';

/** All that a file holds at any depth, by its digest: found by reading the artifacts themselves (held-digests.ts). */
export type HeldDigests = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The differing entries of two lists as a graph. What holds what is known from the list (Heads lists the files of
 * each archive behind it), from the artifacts if they were read, and, of Heads, from how its Makefile puts images together.
 *
 * @param root name of the first list, with which places begin
 */
export function graphOfHashLists(
  pairs: readonly Pair[],
  a: HashList,
  b: HashList,
  root: string,
  held: HeldDigests = new Map(),
): { readonly nodes: readonly ContainmentNode[]; readonly containments: readonly Containment[] } {
  const differing = pairs.filter(
    (pair) => (pair.a ?? pair.b)?.role === 'artifact' && pair.a?.digest !== pair.b?.digest,
  );
  const nodes = differing.map((pair) => toNode(pair, root));
  const numberOf = new Map<HashEntry, number>();
  for (const [index, pair] of differing.entries())
    for (const entry of [pair.a, pair.b]) if (entry !== undefined) numberOf.set(entry, index);
  const containments = [...listed(numberOf, a), ...listed(numberOf, b), ...read(differing, held)];
  if (a.format === 'heads' && b.format === 'heads') containments.push(...assumed(differing));
  return { nodes, containments };
}

function toNode({ a, b }: Pair, root: string): ContainmentNode {
  const isPair = a !== undefined && b !== undefined;
  return {
    place: [root, (a ?? b)?.path ?? ''],
    identity: isPair ? `${a.digest} ${b.digest}` : undefined,
    // A file that only one of them has differs by being there.
    differsByItself: !isPair,
    causes: isPair ? [] : ['missing-file'],
  };
}

/** The list says in which archive an entry is. */
function* listed(numberOf: ReadonlyMap<HashEntry, number>, list: HashList): Generator<Containment> {
  for (const entry of list.entries) {
    const holder = entry.within === undefined ? undefined : list.entries[entry.within];
    const outer = holder && numberOf.get(holder);
    const inner = numberOf.get(entry);
    if (outer !== undefined && inner !== undefined) yield { outer, inner };
  }
}

/** The artifacts say so. */
function* read(differing: readonly Pair[], held: HeldDigests): Generator<Containment> {
  if (held.size === 0) return;
  const byDigest = new Map<string, number[]>();
  for (const [index, pair] of differing.entries())
    for (const entry of [pair.a, pair.b])
      if (entry !== undefined)
        byDigest.set(entry.digest, [...(byDigest.get(entry.digest) ?? []), index]);
  for (const [outer, pair] of differing.entries())
    for (const entry of [pair.a, pair.b])
      for (const digest of (entry && nearest(entry.digest, held, byDigest)) ?? [])
        for (const inner of byDigest.get(digest) ?? []) if (inner !== outer) yield { outer, inner };
}

/** What is held and listed, without what is in something else of it that is listed: the links of the chain. */
function nearest(
  digest: string,
  held: HeldDigests,
  listed: ReadonlyMap<string, unknown>,
): readonly string[] {
  const inside = [...(held.get(digest) ?? [])].filter((one) => listed.has(one) && one !== digest);
  return inside.filter(
    (one) => !inside.some((other) => other !== one && held.get(other)?.has(one) === true),
  );
}

/** Pairs that are assumed at most: real lists have some tens. */
const mostAssumed = 100_000;

/** The initial RAM disk is made of all archives, the image of it and of the kernel (linuxboot/heads, Makefile). */
function* assumed(differing: readonly Pair[]): Generator<Containment> {
  const places = differing.map((pair) => (pair.a ?? pair.b)?.path ?? '');
  const of = (pattern: RegExp): number[] =>
    [...places.keys()].filter((index) => pattern.test(places[index] ?? ''));
  const disks = of(/(?:^|\/)initrd\.cpio\.xz$/);
  const archives = of(/\.cpio$/);
  const kernels = of(/(?:^|\/)(?:bzImage|zImage|vmlinuz)(?:\.bundled)?$/);
  const images = of(/\.(?:rom|npf|zip)$/);
  const inside = disks.length + kernels.length;
  if (disks.length * archives.length + images.length * inside > mostAssumed) return;
  for (const outer of disks) for (const inner of archives) yield { outer, inner, isAssumed: true };
  for (const outer of images)
    for (const inner of [...disks, ...kernels]) yield { outer, inner, isAssumed: true };
}
