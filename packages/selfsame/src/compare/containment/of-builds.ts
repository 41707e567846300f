import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { CompareReport } from '../types.js';
import { attributeBuild, attributionText, provenanceBytes, readBuildRecord } from './builds.js';
import type { BuildAttribution, BuildRecord } from './builds.js';
import { findRootCauses } from './graph.js';
import type { Containment } from './graph.js';
import { graphOfDifference } from './of-difference.js';

/** Name that `selfsame build` gives to provenance. */
const provenanceName = 'provenance.intoto.json';

/** A build that both trees have. */
interface TwoBuilds {
  /** Its directory below both trees, with `/` at the end; empty for the trees themselves. */
  readonly directory: string;
  readonly build: BuildRecord;
  readonly attribution: BuildAttribution;
}

/**
 * Where both trees are what `selfsame build` wrote (provenance beside artifacts), root causes go through the needs of
 * builds as well: what was built from a dependency that differs, and from nothing else that does, differs because of it.
 *
 * @param report of the comparison of these two directories
 */
export async function withBuilds(
  report: CompareReport,
  treeA: string,
  treeB: string,
): Promise<CompareReport> {
  const { difference } = report;
  if (difference === undefined) return report;
  const builds: TwoBuilds[] = [];
  const strangers: string[] = [];
  for (const { name } of difference.children) {
    // Two runs never have the same provenance: its times differ.
    if (name !== provenanceName && !name.endsWith(`/${provenanceName}`)) continue;
    const a = await readRecord(join(treeA, name));
    const b = await readRecord(join(treeB, name));
    if (a === undefined || b === undefined) continue;
    const directory = dirname(name) === '.' ? '' : `${dirname(name)}/`;
    const differing = difference.children.flatMap((child) =>
      child.name.startsWith(directory) ? [child.name.slice(directory.length)] : [],
    );
    const speaks =
      (await speaksOf(a, join(treeA, directory), differing)) &&
      (await speaksOf(b, join(treeB, directory), differing));
    if (speaks) builds.push({ directory, build: a, attribution: attributeBuild(a, b) });
    else strangers.push(`${name} speaks of other files than those beside it`);
  }
  if (builds.length === 0) return { ...report, notes: [...(report.notes ?? []), ...strangers] };
  const { nodes, containments } = graphOfDifference(difference);
  const byNeed = builds.filter(({ attribution }) => attribution.type === 'needs');
  const buildOf = (place: readonly string[]): TwoBuilds | undefined =>
    builds.find(({ directory, build }) => {
      const path = place[1] ?? '';
      return path.startsWith(directory) && build.artifacts.has(path.slice(directory.length));
    });
  // What is in an artifact that follows from a dependency is no cause of its own.
  const follows = nodes.map(({ place }) => {
    const found = buildOf(place);
    return found !== undefined && byNeed.includes(found) ? found : undefined;
  });
  const extra: Containment[] = [];
  for (const [outer, build] of follows.entries()) {
    if (build?.attribution.type !== 'needs' || nodes[outer]?.place.length !== 2) continue;
    const { needs } = build.attribution;
    for (const [inner, { place }] of nodes.entries())
      if (place.length === 2 && needs.includes(buildOf(place)?.build.project ?? ''))
        extra.push({ outer, inner });
  }
  const explained = new Set(extra.map(({ outer }) => outer));
  const isDropped = (index: number): boolean => {
    const outer = nodes.findIndex(
      ({ place }) => place.length === 2 && place[1] === nodes[index]?.place[1],
    );
    return explained.has(outer) && (nodes[index]?.place.length ?? 0) > 2;
  };
  const kept = nodes.map((_, index) => !isDropped(index));
  const number = new Map<number, number>();
  for (const index of nodes.keys()) if (kept[index] === true) number.set(index, number.size);
  const renumbered = [...containments, ...extra].flatMap(({ outer, inner }) => {
    const [from, to] = [number.get(outer), number.get(inner)];
    return from === undefined || to === undefined ? [] : [{ outer: from, inner: to }];
  });
  const left = nodes
    .map((node, index) => (explained.has(index) ? { ...node, differsByItself: false } : node))
    .filter((_, index) => kept[index] === true);
  const texts = builds.flatMap(
    ({ build, attribution }) => attributionText(build, attribution) ?? [],
  );
  return {
    ...report,
    rootCauses: findRootCauses(left, renumbered),
    notes: [...(report.notes ?? []), ...texts, ...strangers],
  };
}

/** Whether the files that differ are those that the provenance speaks of: its words are about bytes, not names. */
async function speaksOf(
  record: BuildRecord,
  directory: string,
  differing: readonly string[],
): Promise<boolean> {
  for (const path of differing) {
    const sha256 = record.artifacts.get(path);
    if (sha256 === undefined) continue;
    try {
      const hash = createHash('sha256');
      const stream = createReadStream(join(directory, path), { highWaterMark: 1024 ** 2 });
      for await (const piece of stream) hash.update(piece as Uint8Array);
      if (hash.digest('hex') !== sha256) return false;
    } catch {
      return false;
    }
  }
  return true;
}

async function readRecord(path: string): Promise<BuildRecord | undefined> {
  try {
    await using handle = await open(path);
    const { size } = await handle.stat();
    if (size > provenanceBytes) return undefined;
    return readBuildRecord(await handle.readFile());
  } catch {
    return undefined;
  }
}
