import type { Pair } from './align.js';
import { both } from './both.js';
import { differingFields, otherBytes } from './compare-fields.js';
import { compareBytes, type Where } from './compare-contents.js';
import { compareMember, missingMember } from './compare-member.js';
import { sliceContent } from './content/slice-content.js';
import type { Kept } from './content/spool.js';
import { newDifference } from './difference.js';
import { findingsOf } from './findings.js';
import { FormatError, type Content, type Field, type Format } from './formats/format.js';
import { UniqueNames } from './formats/reading/text.js';
import type { OtherOrder } from './order-of-pairs.js';
import { pairParts } from './pair-parts.js';
import type { Listed } from './read-parts.js';
import { equalContents } from './ranges/equal-contents.js';
import { keepPart, readWanted, type Wanted } from './read-wanted.js';
import type { Session } from './session.js';
import type { Difference, FieldDifference, Unexamined } from './types.js';

/** What differs inside a container. */
export type Inside = Pick<Difference, 'fields' | 'order' | 'children' | 'unexamined'>;

/**
 * Compares two contents part by part.
 *
 * @param where of the container, with its own reader as the last of `formats`
 * @throws FormatError when either cannot be read
 */
export async function compareParts(
  session: Session,
  format: Format,
  a: Content,
  b: Content,
  where: Where,
): Promise<Inside> {
  const fields = await compareWholeFields(session, format, a, b);
  if (format.kind === 'compressed') {
    const { own, ...inside } = await compareOnly(session, { a: format, b: format }, a, b, where);
    // Where no field differs the caller says it of the whole.
    const all = fields.length === 0 && inside.children.length === 0 ? [] : [...fields, ...own];
    return { fields: all, ...inside };
  }
  const room = session.differencesLeft;
  const { pairs, more, allDerived, order: places } = await pairParts(session, format, a, b, room);
  const order = places && (await withNames(session, format, a, places));
  const isWithReason = !allDerived || fields.length > 0 || order !== undefined;
  const shown = withUniqueNames(isWithReason ? pairs : pairs.map(lookedAt));
  const unexamined: Unexamined[] = [];
  if (more > 0) {
    const detail = `${more} of its parts differ too and are not shown`;
    unexamined.push({ place: where.place, reason: 'too-many-differences', detail });
  }
  const members = await compareDiffering(session, format, a, b, shown, where);
  const children = shown.flatMap((pair) => {
    const child = members.get(pair) ?? missingMember(session, pair, where);
    return child === undefined ? [] : [child];
  });
  return { fields, order, children, unexamined };
}

/** Says by name what stands at other places. */
async function withNames(
  session: Session,
  format: Format,
  a: Content,
  { first, firstInB, moved }: OtherOrder,
): Promise<Difference['order']> {
  const wanted = new Map([first, firstInB].map((index) => [index, false]));
  const names = new Map<number, string>();
  for await (const { index, name } of readWanted(session, format, a, wanted, session.signal))
    names.set(index, name);
  return { first: names.get(first) ?? '', firstInB: names.get(firstInB) ?? '', moved };
}

/**
 * Parts that are made from others follow from those where they differ, too. Where nothing else differs they are what
 * differs, and looked at like others.
 */
function lookedAt({ a, b }: Pair<Listed>): Pair<Listed> {
  const looked = (part: Listed | undefined) =>
    part && { ...part, derived: false, isLone: part.derived };
  return { a: looked(a), b: looked(b) };
}

/** Readers see to it that names of parts are unique; names are a stranger's, and some formats make them so. */
function withUniqueNames(pairs: readonly Pair<Listed>[]): readonly Pair<Listed>[] {
  const names = new UniqueNames();
  return pairs.map((pair) => {
    const own = (pair.a ?? pair.b)?.name ?? '';
    const name = names.unique(own);
    const named = (part: Listed | undefined) =>
      part && part.name === own ? { ...part, name } : part;
    return name === own ? pair : { a: named(pair.a), b: named(pair.b) };
  });
}

async function compareWholeFields(session: Session, format: Format, a: Content, b: Content) {
  const [fieldsA, fieldsB] = await both(session, async (side, signal) => {
    const content = side === 'a' ? a : b;
    const none: readonly Field[] = [];
    return (await format.fields?.(content, session.access(content, signal))) ?? none;
  });
  return differingFields(fieldsA, fieldsB);
}

/** What compressed contents hold. */
interface Only {
  readonly name: string;
  readonly kept: Kept;
  /** The compressed bytes, without headers whose values are fields. */
  readonly encoded: Content;
  /** What stands behind them and belongs to nothing. */
  readonly behind: readonly { readonly name: string; readonly content: Content }[];
}

/** What differs in the contents of two files that are compressed in two ways, with what stands behind them. */
export async function compareAcross(
  session: Session,
  formats: { readonly a: Format; readonly b: Format },
  a: Content,
  b: Content,
  where: Where,
): Promise<Pick<Inside, 'children'>> {
  const { children } = await compareOnly(session, formats, a, b, where);
  return { children };
}

/** The one part of compressed contents, read once as it nearly always differs, and what stands behind it. */
async function compareOnly(
  session: Session,
  formats: { readonly a: Format; readonly b: Format },
  a: Content,
  b: Content,
  where: Where,
): Promise<Omit<Inside, 'fields'> & { readonly own: readonly FieldDifference[] }> {
  const kept: Kept[] = [];
  try {
    const [onlyA, onlyB] = await both(session, (side, signal) =>
      readOnly(session, formats[side], side === 'a' ? a : b, signal, kept),
    );
    const place = [...where.place, onlyA.name];
    const [inA, inB] = [onlyA.kept.content, onlyB.kept.content];
    const child = await compareBytes(session, inA, inB, { ...where, place });
    const renamed = onlyA.name === onlyB.name ? {} : { nameInB: onlyB.name };
    const children = child === undefined ? [] : [{ ...child, ...renamed }];
    const same = await equalContents(onlyA.encoded, onlyB.encoded, () => session.check());
    const own = child === undefined && !same ? [otherBytes(onlyA.encoded, onlyB.encoded)] : [];
    children.push(...(await compareBehind(session, onlyA, onlyB, where)));
    return { order: undefined, children, unexamined: [], own };
  } finally {
    for (const one of kept) await one.release();
  }
}

async function readOnly(
  session: Session,
  format: Format,
  container: Content,
  signal: AbortSignal,
  keep: Kept[],
): Promise<Only> {
  const access = session.access(container, signal);
  let only: Omit<Only, 'behind'> | undefined;
  const behind: { readonly name: string; readonly content: Content }[] = [];
  for await (const part of format.parts(container, access)) {
    if (only !== undefined && part.type !== 'section') {
      throw new FormatError('unsupported', 'there is more than one content in it');
    }
    const kept = await keepPart(session, part, container, access.see);
    keep.push(kept);
    if (only !== undefined) {
      behind.push({ name: part.name, content: kept.content });
      continue;
    }
    const { offset, size } = part.encoded?.() ?? { offset: 0, size: container.size };
    only = { name: part.name, kept, encoded: sliceContent(container, offset, size) };
  }
  if (only === undefined) throw new FormatError('damaged', 'there is no content in it');
  return { ...only, behind };
}

async function compareBehind(
  session: Session,
  { behind: a }: Only,
  { behind: b }: Only,
  where: Where,
): Promise<Difference[]> {
  const differing: Difference[] = [];
  for (const name of new Set([...a, ...b].map((one) => one.name))) {
    const [inA, inB] = [a, b].map((all) => all.find((one) => one.name === name)?.content);
    const place = [...where.place, name];
    if (inA !== undefined && inB !== undefined) {
      const child = await compareBytes(session, inA, inB, { ...where, place });
      if (child !== undefined) differing.push(child);
      continue;
    }
    const presence = inA === undefined ? 'only-b' : 'only-a';
    const known = newDifference(name, { presence, sizeA: inA?.size, sizeB: inB?.size });
    const subject = { place, formats: where.formats, contentDiffers: true };
    differing.push({ ...known, findings: findingsOf(session, known, subject) });
  }
  return differing;
}

/** Reads both containers again, side by side, and compares each pair as soon as both of its parts are there. */
async function compareDiffering(
  session: Session,
  format: Format,
  a: Content,
  b: Content,
  pairs: readonly Pair<Listed>[],
  where: Where,
): Promise<ReadonlyMap<Pair<Listed>, Difference>> {
  const pairOf = { a: new Map<number, Pair<Listed>>(), b: new Map<number, Pair<Listed>>() };
  const wanted = { a: new Map<number, boolean>(), b: new Map<number, boolean>() };
  for (const pair of pairs) {
    if (pair.a === undefined || pair.b === undefined) continue;
    pairOf.a.set(pair.a.index, pair);
    pairOf.b.set(pair.b.index, pair);
    const goesInside = contentsDiffer(pair.a, pair.b) && !(pair.a.derived && pair.b.derived);
    wanted.a.set(pair.a.index, goesInside);
    wanted.b.set(pair.b.index, goesInside);
  }
  const found = new Map<Pair<Listed>, Difference>();
  const waiting = { a: new Map<Pair<Listed>, Wanted>(), b: new Map<Pair<Listed>, Wanted>() };
  const stop = new AbortController();
  const signal = AbortSignal.any([session.signal, stop.signal]);
  const readers = {
    a: readWanted(session, format, a, wanted.a, signal),
    b: readWanted(session, format, b, wanted.b, signal),
  };
  const read = { a: 0, b: 0 };
  try {
    while (found.size < pairOf.a.size) {
      const side = read.a <= read.b ? 'a' : 'b';
      const other = side === 'a' ? 'b' : 'a';
      const next = await readers[side].next();
      const pair = next.done === true ? undefined : pairOf[side].get(next.value.index);
      if (next.done === true || pair === undefined) {
        throw new FormatError('unreadable', 'a second reading did not find what the first one did');
      }
      read[side] += 1;
      waiting[side].set(pair, next.value);
      if (!waiting[other].has(pair)) continue;
      const [inA, inB] = [waiting.a.get(pair), waiting.b.get(pair)];
      if (inA === undefined || inB === undefined) continue;
      found.set(pair, await compareMember(session, pair, inA, inB, where));
      waiting.a.delete(pair);
      waiting.b.delete(pair);
      await inA.kept?.release();
      await inB.kept?.release();
    }
  } finally {
    for (const one of [...waiting.a.values(), ...waiting.b.values()]) await one.kept?.release();
    stop.abort();
    await Promise.allSettled([readers.a.return(undefined), readers.b.return(undefined)]);
  }
  return found;
}

/** Whether the bytes of two parts differ. */
export function contentsDiffer(a: Listed, b: Listed): boolean {
  return a.sha256 !== b.sha256 && a.sha256 !== undefined && b.sha256 !== undefined;
}
