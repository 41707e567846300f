import { align, orderDifference, type Pair } from './align.js';
import { both } from './both.js';
import { differingFields } from './compare-fields.js';
import { compareBytes, type Where } from './compare-contents.js';
import { compareMember, missingMember } from './compare-member.js';
import type { Kept } from './content/spool.js';
import { FormatError, type Content, type Field, type Format } from './formats/format.js';
import { listParts, type Listed } from './list-parts.js';
import { keepPart, readWanted, type Wanted } from './read-wanted.js';
import type { Session } from './session.js';
import type { Difference, Unexamined } from './types.js';

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
    return { fields, ...(await compareOnly(session, format, a, b, where)) };
  }
  const [listA, listB] = await both(session, (side, signal) =>
    listParts(session, format, side === 'a' ? a : b, signal),
  );
  const pairs = align(listA, listB);
  const order = orderDifference(
    pairs.flatMap(({ a, b }) =>
      a === undefined || b === undefined ? [] : [{ name: a.name, inB: b.index }],
    ),
  );
  const differing = pairs.filter(({ a, b }) => a === undefined || b === undefined || differ(a, b));
  const shown = differing.slice(0, session.differencesLeft);
  const unexamined: Unexamined[] = [];
  if (shown.length < differing.length) {
    const detail = `${differing.length - shown.length} of its parts differ too and are not shown`;
    unexamined.push({ place: where.place, reason: 'too-many-differences', detail });
  }
  const members = await compareDiffering(session, format, a, b, shown, where);
  const children = shown.flatMap((pair) => {
    const child = members.get(pair) ?? missingMember(session, pair, where);
    return child === undefined ? [] : [child];
  });
  return { fields, order, children, unexamined };
}

function differ(a: Listed, b: Listed): boolean {
  return (
    a.problem !== undefined ||
    b.problem !== undefined ||
    a.name !== b.name ||
    a.type !== b.type ||
    a.size !== b.size ||
    a.sha256 !== b.sha256 ||
    a.fieldsKey !== b.fieldsKey
  );
}

async function compareWholeFields(session: Session, format: Format, a: Content, b: Content) {
  const [fieldsA, fieldsB] = await both(session, async (side, signal) => {
    const content = side === 'a' ? a : b;
    const none: readonly Field[] = [];
    return (await format.fields?.(content, session.access(content, signal))) ?? none;
  });
  return differingFields(fieldsA, fieldsB);
}

/** The one part of compressed contents: read once, as it nearly always differs. */
async function compareOnly(
  session: Session,
  format: Format,
  a: Content,
  b: Content,
  where: Where,
): Promise<Omit<Inside, 'fields'>> {
  const kept: Kept[] = [];
  try {
    const [onlyA, onlyB] = await both(session, async (side, signal) => {
      const container = side === 'a' ? a : b;
      const access = session.access(container, signal);
      let only: { readonly name: string; readonly content: Content } | undefined;
      for await (const part of format.parts(container, access)) {
        if (only !== undefined) {
          throw new FormatError('unsupported', 'there is more than one content in it');
        }
        const one = await keepPart(session, part, container, access.see);
        kept.push(one);
        only = { name: part.name, content: one.content };
      }
      if (only === undefined) throw new FormatError('damaged', 'there is no content in it');
      return only;
    });
    const place = [...where.place, onlyA.name];
    const child = await compareBytes(session, onlyA.content, onlyB.content, { ...where, place });
    const renamed = onlyA.name === onlyB.name ? {} : { nameInB: onlyB.name };
    const children = child === undefined ? [] : [{ ...child, ...renamed }];
    return { order: undefined, children, unexamined: [] };
  } finally {
    for (const one of kept) await one.release();
  }
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
