import type { Difference, Place } from '../types.js';
import type { Containment, ContainmentNode } from './graph.js';

/** Fields that say nothing of their own: they follow from the content. */
const followingKinds: ReadonlySet<string> = new Set(['checksum', 'size']);

/** What a comparison found, as a graph: places, as findings have them, with the same two digests are one thing. */
export function graphOfDifference(root: Difference): {
  readonly nodes: readonly ContainmentNode[];
  readonly containments: readonly Containment[];
} {
  const nodes: ContainmentNode[] = [];
  const containments: Containment[] = [];
  const waiting: { difference: Difference; place: Place; outer: number | undefined }[] = [
    { difference: root, place: [], outer: undefined },
  ];
  for (let at = 0; at < waiting.length; at++) {
    const next = waiting[at];
    if (next === undefined) break;
    const { difference, outer } = next;
    if (onlyFollows(difference)) continue;
    // A directory, or a list, is where things are: nothing that differs because of them.
    const isPlace = outer === undefined && isCollection(difference);
    const place = [...next.place, difference.name];
    let index = outer;
    if (!isPlace) {
      index = nodes.length;
      nodes.push({
        place,
        identity: identityOf(difference),
        differsByItself: differsByItself(difference),
        causes: causesOf(difference),
      });
      if (outer !== undefined) containments.push({ outer, inner: index });
    }
    for (const child of difference.children)
      waiting.push({ difference: child, place, outer: index });
  }
  return { nodes, containments };
}

/** A build id, a checksum: it differs because something beside it does, which is listed itself. */
function onlyFollows({ children, findings, follows }: Difference): boolean {
  if (follows !== undefined) return true;
  return (
    children.length === 0 && findings.length > 0 && findings.every(({ consequence }) => consequence)
  );
}

function isCollection({ format }: Difference): boolean {
  return format === 'directory' || format === 'hash list';
}

/** Two files of no bytes on one side are not the same thing everywhere: presence is part of it. */
function identityOf({ sha256A, sha256B, presence }: Difference): string | undefined {
  if (presence !== 'both' || sha256A === undefined || sha256B === undefined) return undefined;
  return `${sha256A} ${sha256B}`;
}

function differsByItself(difference: Difference): boolean {
  if (difference.children.length === 0) return true;
  const { findings, fields, order, ranges, types } = difference;
  if (order !== undefined || types !== undefined) return true;
  if (findings.length > 0) return findings.some(({ consequence }) => !consequence);
  return ranges.length > 0 || fields.some(({ kind }) => !followingKinds.has(kind));
}

function causesOf({ findings }: Difference): ContainmentNode['causes'] {
  return [...new Set(findings.filter(({ consequence }) => !consequence).map(({ cause }) => cause))];
}
