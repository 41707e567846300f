import { createHash } from 'node:crypto';
import { align, type Named } from '../align.js';
import { differingFields } from '../compare-fields.js';
import { openFile } from '../content/file-content.js';
import { newDifference, saysSomething, unexaminedBy } from '../difference.js';
import { findingsOf, merged } from '../findings.js';
import type { Session } from '../session.js';
import type { Difference, FieldDifference, Place } from '../types.js';
import { kindOf, shownPath, systemPath, type Entry } from './entry.js';
import { entryFields, HardLinks } from './entry-fields.js';
import { equalFiles } from './equal-files.js';
import { lookIntoFiles, type DifferingFiles } from './look-into-files.js';
import type { EntryPair } from './walk-trees.js';

/** Two trees. */
export interface Trees {
  readonly a: string;
  readonly b: string;
  /** Of the trees themselves. */
  readonly place: Place;
}

/** The difference of each pair that has one, in order of the pairs. */
export async function compareEntries(
  session: Session,
  trees: Trees,
  pairs: readonly EntryPair[],
): Promise<Difference[]> {
  const links = { a: new HardLinks(), b: new HardLinks() };
  const said = pairs.map((pair) => compareEntry(session, trees, pair, links));
  const bothFiles = pairs.map(({ a, b }) =>
    a?.stats.isFile() === true && b?.stats.isFile() === true ? ([a, b] as const) : undefined,
  );
  const candidates = bothFiles.flatMap((both, index) =>
    both !== undefined && both[0].stats.size === both[1].stats.size ? [index] : [],
  );
  for (const { a, b } of pairs) {
    if (a?.stats.isDirectory() !== true && b?.stats.isDirectory() !== true)
      session.totals.files += 1;
  }
  for (const both of bothFiles) {
    session.totals.bytes += (both?.[0].stats.size ?? 0) + (both?.[1].stats.size ?? 0);
  }
  const equality = await equalFiles(session, trees.a, trees.b, filesOf(candidates, bothFiles));
  const equalOf = new Map(candidates.map((index, at) => [index, equality[at]]));
  const differing: { readonly index: number; readonly files: DifferingFiles }[] = [];
  for (const [index, both] of bothFiles.entries()) {
    if (both === undefined) continue;
    const name = shownPath(both[0].bytes);
    const place = [...trees.place, name];
    const equal = equalOf.get(index) ?? 'differs';
    if (equal === 'equal') continue;
    if (equal === 'differs') {
      const [pathA, pathB] = pathsOf(trees, both);
      differing.push({ index, files: { pathA, pathB, where: { place, formats: [] } } });
      continue;
    }
    session.undecided.add(JSON.stringify(place));
    said[index] = {
      ...(said[index] ?? newDifference(name)),
      unexamined: [unexaminedBy(equal, place)],
    };
  }
  const inside = await lookIntoFiles(
    session,
    differing.map(({ files }) => files),
  );
  for (const [at, { index }] of differing.entries()) {
    const [of, outer] = [inside[at], said[index]];
    if (of !== undefined) said[index] = outer === undefined ? of : joined(outer, of);
  }
  return said.filter((one) => one !== undefined);
}

function filesOf(
  candidates: readonly number[],
  files: readonly (readonly [Entry, Entry] | undefined)[],
) {
  return candidates.map((index) => {
    const entry = files[index]?.[0];
    return {
      path: entry?.bytes ?? '',
      pathB: files[index]?.[1].bytes,
      size: entry?.stats.size ?? 0,
    };
  });
}

function pathsOf(trees: Trees, [a, b]: readonly [Entry, Entry]): readonly [Buffer, Buffer] {
  return [systemPath(trees.a, a.bytes), systemPath(trees.b, b.bytes)];
}

/** What is said of the file and of what it holds. */
function joined(outer: Difference, inside: Difference): Difference {
  return {
    ...inside,
    nameInB: outer.nameInB,
    fields: [...outer.fields, ...inside.fields],
    findings: merged([...outer.findings, ...inside.findings]),
    unexamined: [...outer.unexamined, ...inside.unexamined],
  };
}

/** What differs besides what files hold; undefined: nothing. */
function compareEntry(
  session: Session,
  trees: Trees,
  { a, b }: EntryPair,
  links: { readonly a: HardLinks; readonly b: HardLinks },
): Difference | undefined {
  const name = shownPath((a ?? b)?.bytes ?? '');
  const place = [...trees.place, name];
  const metadata = session.options.metadata === true;
  const known = {
    nameInB:
      a === undefined || b === undefined || a.bytes === b.bytes ? undefined : shownPath(b.bytes),
    sizeA: a?.stats.isFile() === true ? a.stats.size : undefined,
    sizeB: b?.stats.isFile() === true ? b.stats.size : undefined,
  };
  const presence = a === undefined ? 'only-b' : b === undefined ? 'only-a' : 'both';
  let fields: FieldDifference[] = [];
  let types: Difference['types'];
  try {
    if (a !== undefined && b !== undefined) {
      const [kindA, kindB] = [kindOf(a.stats), kindOf(b.stats)];
      if (kindA !== kindB) types = [kindA, kindB];
      fields = differingFields(
        entryFields(trees.a, a, links.a, metadata),
        entryFields(trees.b, b, links.b, metadata),
      );
    } else if (a !== undefined) links.a.firstOf(a);
    else if (b !== undefined) links.b.firstOf(b);
  } catch (error) {
    const unexamined = [unexaminedBy(session.reasonOf(error), place)];
    session.undecided.add(JSON.stringify(place));
    return newDifference(name, { ...known, unexamined });
  }
  const difference = newDifference(name, { ...known, presence, fields, types });
  const differs = presence !== 'both' || known.nameInB !== undefined || saysSomething(difference);
  if (!differs) return undefined;
  session.takeDifference();
  const subject = { place, formats: [], contentDiffers: types !== undefined };
  return { ...difference, findings: findingsOf(session, difference, subject) };
}

/** Pairs files that one tree has under another name; what stays alone stays as it is. In order. */
export async function pairRenamed(
  session: Session,
  trees: Trees,
  pairs: readonly EntryPair[],
): Promise<readonly EntryPair[]> {
  const alone = (side: 'a' | 'b', other: 'a' | 'b'): Entry[] =>
    pairs.flatMap((pair) =>
      pair[side] !== undefined && pair[other] === undefined ? [pair[side]] : [],
    );
  const [onlyA, onlyB] = [alone('a', 'b'), alone('b', 'a')];
  if (onlyA.length === 0 || onlyB.length === 0) return pairs;
  const sizesA = new Set(onlyA.map(({ stats }) => stats.size));
  const sizesB = new Set(onlyB.map(({ stats }) => stats.size));
  const named = async (root: string, entries: readonly Entry[], sizes: ReadonlySet<number>) => {
    const all: (Named & { readonly entry: Entry })[] = [];
    for (const entry of entries) {
      const { size } = entry.stats;
      const hashed = entry.stats.isFile() && sizes.has(size);
      const sha256 = hashed ? await fileDigest(session, systemPath(root, entry.bytes)) : undefined;
      const type = kindOf(entry.stats);
      // What is in directories of other names is paired by what it is, not by where it is.
      all.push({ name: entry.bytes, type, size, sha256, entry });
    }
    return all;
  };
  const [namedA, namedB] = [
    await named(trees.a, onlyA, sizesB),
    await named(trees.b, onlyB, sizesA),
  ];
  const partner = new Map<Entry, Entry>();
  const taken = new Set<Entry>();
  for (const { a, b } of align(namedA, namedB)) {
    if (a === undefined || b === undefined || a.entry.stats.isDirectory()) continue;
    partner.set(a.entry, b.entry);
    taken.add(b.entry);
  }
  return pairs
    .filter(({ a, b }) => a !== undefined || b === undefined || !taken.has(b))
    .map(({ a, b }) => ({ a, b: b ?? (a && partner.get(a)) }));
}

async function fileDigest(session: Session, path: Buffer): Promise<string | undefined> {
  try {
    const file = await openFile(path);
    try {
      const digest = createHash('sha256');
      for await (const piece of file.stream()) {
        session.check();
        digest.update(piece);
      }
      return digest.digest('hex');
    } finally {
      await file.close();
    }
  } catch (error) {
    session.reasonOf(error);
    return undefined;
  }
}
