import { onlyFieldsDiffer } from './all-shown.js';
import { compareLeaf, type Leaf } from './compare-leaf.js';
import { compareAcross, compareParts, type Inside } from './compare-parts.js';
import { readAhead } from './content/read-ahead.js';
import { detectFormat } from './detect-format.js';
import { leftOut, newDifference, saysSomething, unexaminedBy } from './difference.js';
import { damaged, findingsOf, notRead, otherFormat } from './findings.js';
import { followingParts } from './following-parts.js';
import type { Content, Format } from './formats/format.js';
import { beginsAsJson, jsonBytes } from './json/json-changes.js';
import { jsonFindings } from './json/json-findings.js';
import { equalContents } from './ranges/equal-contents.js';
import type { Session } from './session.js';
import type { CauseName, Difference, Finding, Place, Unexamined } from './types.js';
import { withConsequences } from './with-consequences.js';

/** Where the contents are. */
export interface Where {
  /** With the name of the thing itself at the end. */
  readonly place: Place;
  /** Readers of the containers around it, outermost first. */
  readonly formats: readonly string[];
}

/** What differs in two contents; undefined: every byte is equal. Rejects only when the caller's signal is aborted. */
export async function compareBytes(
  session: Session,
  a: Content,
  b: Content,
  where: Where,
): Promise<Difference | undefined> {
  try {
    if (await equalContents(a, b, () => session.check())) return undefined;
  } catch (error) {
    const unexamined = [unexaminedBy(session.reasonOf(error), where.place)];
    session.undecided.add(JSON.stringify(where.place));
    return newDifference(where.place.at(-1) ?? '', { sizeA: a.size, sizeB: b.size, unexamined });
  }
  return describeBytes(session, a, b, where);
}

/** What differs in two contents that are known to. Rejects only when the caller's signal is aborted. */
export async function describeBytes(
  session: Session,
  a: Content,
  b: Content,
  where: Where,
): Promise<Difference> {
  const { place } = where;
  const difference = newDifference(place.at(-1) ?? '', { sizeA: a.size, sizeB: b.size });
  if (!session.takeDifference()) {
    const detail = `more than ${session.limits.differences} things differ`;
    return { ...difference, unexamined: [{ place, reason: 'too-many-differences', detail }] };
  }
  try {
    await session.sums?.add(a, b, () => session.check());
    const name = place.at(-1) ?? '';
    const formatA = await detectFormat(session, a, name);
    const formatB = await detectFormat(session, b, name);
    if (formatA?.name === formatB?.name) {
      return await describeAlike(session, a, b, where, formatA, difference);
    }
    const types = [formatA?.name ?? plain, formatB?.name ?? plain] as const;
    const known = { ...difference, types };
    if (formatA?.kind === 'compressed' && formatB?.kind === 'compressed')
      return await describeAcross(session, { a: formatA, b: formatB }, a, b, where, known);
    return await asLeaf(session, a, b, where, known, [otherFormat(place, types)], true);
  } catch (error) {
    return { ...difference, unexamined: [unexaminedBy(session.reasonOf(error), place)] };
  }
}

/** What a content is called that no reader takes. */
const plain = 'data';

async function describeAlike(
  session: Session,
  a: Content,
  b: Content,
  where: Where,
  format: Format | undefined,
  difference: Difference,
): Promise<Difference> {
  if (format === undefined) return asLeaf(session, a, b, where, difference);
  const { place } = where;
  const formats = [...where.formats, format.name];
  const known = { ...difference, format: format.name };
  if (formats.length > session.limits.depth) {
    const detail = `it is a container in ${session.limits.depth} others`;
    const unexamined: Unexamined[] = [{ place, reason: 'too-deep', detail }];
    return asLeaf(session, a, b, where, { ...known, unexamined });
  }
  let inside: Inside;
  try {
    inside = await compareParts(session, format, readAhead(a), readAhead(b), { place, formats });
  } catch (error) {
    const reason = session.reasonOf(error);
    const isEncoded = format.kind === 'compressed' || format.name === 'zip';
    const note =
      reason.reason === 'damaged' && reason.side !== undefined
        ? [damaged(format.name, place, reason, a, b)]
        : isEncoded
          ? [notRead(format.name, place, a, b)]
          : [];
    const leaf = { ...known, unexamined: [unexaminedBy(reason, place)] };
    return asLeaf(session, a, b, { place, formats }, leaf, note, !isEncoded);
  }
  const more = (await leavesOut(session, format, a, b, inside)) ? [leftOut(place)] : [];
  const found = { ...known, ...inside, unexamined: [...inside.unexamined, ...more] };
  if (!saysSomething(found) && found.unexamined.length === 0) {
    const note = format.kind === 'structure' ? [] : [otherEncoding(format, place, a, b)];
    return asLeaf(session, a, b, { place, formats }, found, note);
  }
  const contentDiffers = found.children.length > 0;
  const findings = findingsOf(session, found, { place, formats, contentDiffers });
  const following = await followingParts(session, format, a, b, found);
  return withConsequences(session, { ...found, findings }, place, following);
}

/** Whether something may differ that is neither in a field nor in a part. */
async function leavesOut(
  session: Session,
  format: Format,
  a: Content,
  b: Content,
  inside: Inside,
): Promise<boolean> {
  if (format.leavesOut !== true || !saysSomething(inside)) return false;
  try {
    return !(await onlyFieldsDiffer(session, format, a, b));
  } catch (error) {
    session.reasonOf(error);
    return true;
  }
}

/** Both are compressed, each in its own way: that is one difference, and what they hold may be others. */
async function describeAcross(
  session: Session,
  both: { readonly a: Format; readonly b: Format },
  a: Content,
  b: Content,
  { place, formats }: Where,
  difference: Difference,
): Promise<Difference> {
  const inside = [...formats, both.a.name];
  if (inside.length > session.limits.depth)
    return asLeaf(session, a, b, { place, formats }, difference);
  let children: readonly Difference[];
  try {
    ({ children } = await compareAcross(session, both, a, b, { place, formats: inside }));
  } catch (error) {
    const unexamined = [unexaminedBy(session.reasonOf(error), place)];
    return asLeaf(session, a, b, { place, formats }, { ...difference, unexamined });
  }
  const finding: Finding = {
    ...{ cause: 'compression', kind: 'another format', certainty: 'certain', place },
    ...{ offsetA: 0, offsetB: 0, a: both.a.name, b: both.b.name },
    remedy:
      'compress with the same program on both sides; for Debian packages name it: `dpkg-deb -Zxz`',
    ...{ consequence: false, more: 0 },
  };
  return { ...difference, findings: [finding], children };
}

/** Causes that only say what a thing is. */
const fallbacks: ReadonlySet<CauseName> = new Set(['unknown', 'code', 'text']);

/**
 * The bytes themselves, where no reader goes (further).
 *
 * @param note what is known of the whole
 * @param meaning whether the bytes can show causes as they stand there
 */
async function asLeaf(
  session: Session,
  a: Content,
  b: Content,
  { place, formats }: Where,
  difference: Difference,
  note: readonly Finding[] = [],
  meaning = note.length === 0,
): Promise<Difference> {
  let leaf: Leaf;
  try {
    leaf = await compareLeaf(session, a, b, isStringTable(place, formats));
  } catch (error) {
    const more = unexaminedBy(session.reasonOf(error), place);
    return { ...difference, unexamined: [...difference.unexamined, more] };
  }
  const { wholeA, wholeB, ...said } = leaf;
  const found = { ...difference, ...said };
  const ofBytes = meaning
    ? ((await ofJson(session, a, b, { place, formats }, found)) ??
      findingsOf(session, found, { place, formats, wholeA, wholeB, contentDiffers: true }))
    : [];
  const findings =
    note.length === 0
      ? ofBytes
      : [...note, ...ofBytes.filter(({ cause }) => !fallbacks.has(cause))];
  const whole = { ...found, findings };
  for (const watch of session.leafWatchers) await watch(whole, place, a, b);
  return whole;
}

/** What differs between two documents as data, said of the values in them. */
async function ofJson(
  session: Session,
  a: Content,
  b: Content,
  where: Where,
  found: Difference,
): Promise<Finding[] | undefined> {
  if (found.ranges.length === 0 || Math.max(a.size, b.size) > jsonBytes) return undefined;
  for (const content of [a, b]) if (!beginsAsJson(await content.read(0, 64))) return undefined;
  const [wholeA, wholeB] = await Promise.all([a.read(0, a.size), b.read(0, b.size)]);
  session.check();
  return jsonFindings(session, wholeA, wholeB, where, found);
}

/** Sections of names that others point into: linkers put them in the order of their digests, or as they come. */
function isStringTable(place: Place, formats: readonly string[]): boolean {
  const name = place.at(-1) ?? '';
  return (
    formats.at(-1) === 'elf' && /^\.(?:z?debug_(?:line_)?str|strtab|dynstr|shstrtab)$/.test(name)
  );
}

/** Equal parts and fields in other bytes: the encoder did not do the same. */
function otherEncoding(format: Format, place: Place, a: Content, b: Content): Finding {
  const isCompressed = format.kind === 'compressed';
  return {
    cause: isCompressed ? 'compression' : 'unknown',
    kind: isCompressed ? `${format.name} stream` : `${format.name} outside of its members`,
    certainty: isCompressed ? 'certain' : 'possible',
    place,
    offsetA: undefined,
    offsetB: undefined,
    a: `${a.size} bytes for the same content`,
    b: `${b.size} bytes for the same content`,
    remedy: isCompressed
      ? 'compress with the same program, version, level and number of threads'
      : 'write the archive with the same program, version and settings',
    consequence: false,
    more: 0,
  };
}
