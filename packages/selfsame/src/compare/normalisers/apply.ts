import { isLeftOut } from '../difference.js';
import { merged } from '../findings.js';
import type { Session } from '../session.js';
import type { Difference, FieldDifference, Finding, Hidden, Place } from '../types.js';
import { isConsequence } from './follows.js';
import type { Normaliser, NormaliserSubject } from './normaliser.js';

/** What is left of a difference, and what was hidden of it. */
export interface Normalised {
  /** Undefined: nothing is left. */
  readonly difference: Difference | undefined;
  readonly hidden: readonly Hidden[];
}

/**
 * Takes out of a difference what normalisers hide, each in its turn. What follows from hidden things and nothing else
 * (checksums, the bytes around them) goes with them, and is said too. What could not be examined is never hidden
 * but with the whole thing that it is in.
 *
 * @param sameTexts normalisers by which texts are the same, by place, as JSON
 */
export function applyNormalisers(
  session: Session,
  difference: Difference,
  normalisers: readonly Normaliser[],
  sameTexts: ReadonlyMap<string, ReadonlySet<string>>,
): Normalised {
  const hidden: Hidden[] = [];
  // Which of them are of what things hold, by their place in the list: checksums follow from those.
  const contents = new Set<number>();
  const hide = (normaliser: string, place: Place, detail: string): void => {
    hidden.push({ normaliser, place, detail });
  };
  const visit = (
    one: Difference,
    above: Place,
    formats: readonly string[],
  ): Difference | undefined => {
    const place = [...above, one.name];
    const around = session.formats.find(({ name }) => name === formats.at(-1));
    const isInStructure = around?.kind === 'structure';
    const subject: NormaliserSubject = { place, formats, difference: one, isInStructure };
    const before = hidden.length;
    const whole = normalisers.find((each) => each.whole?.(subject) === true);
    if (whole !== undefined) {
      contents.add(hidden.length);
      hide(whole.name, place, wholeDetail(one));
      return undefined;
    }
    const inner = one.format === undefined ? formats : [...formats, one.format];
    const children = one.children.flatMap((child) => visit(child, place, inner) ?? []);
    const fields = one.fields.filter((field) => {
      const isAround = session.fieldsAround.has(field);
      const by = normalisers.find((each) => each.field?.(field, subject, isAround) === true);
      if (by !== undefined) hide(by.name, place, fieldDetail(field));
      return by === undefined;
    });
    const byOrder = one.order && normalisers.find((each) => each.order === true);
    if (byOrder !== undefined) hide(byOrder.name, place, `${one.order?.moved} members elsewhere`);
    const byName =
      one.nameInB === undefined ? undefined : normalisers.find((each) => each.names === true);
    if (byName !== undefined) hide(byName.name, place, `is called ${one.nameInB} in B`);
    const names = sameTexts.get(JSON.stringify(place));
    const byText = normalisers.find(({ name }) => names?.has(name) === true);
    if (byText !== undefined) hide(byText.name, place, wholeDetail(one));
    const left = {
      ...one,
      ...(byText !== undefined && { ranges: [], moreRanges: 0, textDiff: undefined }),
      children,
      fields,
      order: byOrder === undefined ? one.order : undefined,
      nameInB: byName === undefined ? one.nameInB : undefined,
    };
    const last = hidden.at(-1);
    if (hidden.length === before || last === undefined) return one;
    if (byOrder !== undefined || byText !== undefined) contents.add(before);
    const hidContent = [...contents].some((index) => index >= before);
    const of = { left, before: one, place, inner, hidContent };
    return withoutFollowing(session, of, last.normaliser, hide);
  };
  return { difference: visit(difference, [], []), hidden };
}

type Hide = (normaliser: string, place: Place, detail: string) => void;

/** A thing of which something was hidden. */
interface Reduced {
  readonly left: Difference;
  readonly before: Difference;
  readonly place: Place;
  /** Readers around what is in it, its own as the last one. */
  readonly inner: readonly string[];
  /** Whether anything that was hidden is content, rather than what is said of content. */
  readonly hidContent: boolean;
}

/** What is left when what only follows from hidden things is taken out too. */
function withoutFollowing(
  session: Session,
  { left, before, place, inner, hidContent }: Reduced,
  by: string,
  hide: Hide,
): Difference | undefined {
  const format = session.formats.find(({ name }) => name === before.format);
  const followsNothing = !hidContent && format?.kind === 'container';
  const rest = left.children.filter(
    (child) => followsNothing || !isConsequence(session, child, [...place, child.name]),
  );
  const isOfContent = !hidContent && contentSums.has(inner.at(-1) ?? '');
  const own = left.fields.filter(
    ({ kind }) => (kind !== 'checksum' || isOfContent) && kind !== 'size',
  );
  const isRoot = place.length === 1;
  const known = { ...left, unexamined: left.unexamined.filter((one) => !isLeftOut(one)) };
  const alone =
    isAlone(known, isRoot) &&
    own.length === 0 &&
    rest.length === 0 &&
    isSizeHidden(left, before, hidContent);
  if (alone && known.unexamined.length < left.unexamined.length) {
    session.undecided.add(JSON.stringify(place));
    return { ...left, fields: [], children: [], findings: [] };
  }
  if (alone) {
    for (const field of left.fields) hide(by, place, `${fieldDetail(field)}, which follows`);
    for (const child of left.children) hide(by, [...place, child.name], 'follows from the others');
    if (before.format !== undefined && before.format !== 'directory') {
      hide(by, place, `bytes of the ${before.format} around what is in it, as they follow from it`);
    }
    return undefined;
  }
  const isUndecided =
    isAlone(known, isRoot) &&
    own.length === 0 &&
    rest.length > 0 &&
    rest.every((one) => isUnknown(session, one, place));
  if (isUndecided) session.undecided.add(JSON.stringify(place));
  return { ...left, findings: findingsLeft(session, left, before) };
}

/** Formats whose checksums are of what a member holds, and of nothing else that is said of it. */
const contentSums: ReadonlySet<string> = new Set(['zip', 'cpio', 'pyc', 'elf']);

/** Whether of a thing in another nothing is known but that part of it was not examined. */
function isUnknown(session: Session, child: Difference, above: Place): boolean {
  const place = [...above, child.name];
  return (
    session.undecided.has(JSON.stringify(place)) && isAlone({ ...child, unexamined: [] }, false)
  );
}

/** Nothing but fields and children is left of it. What the two operands are called does not count. */
function isAlone(left: Difference, isRoot: boolean): boolean {
  const { presence, types, order, ranges, moreRanges, unexamined, nameInB } = left;
  return (
    presence === 'both' &&
    types === undefined &&
    order === undefined &&
    (nameInB === undefined || isRoot) &&
    ranges.length + moreRanges + unexamined.length === 0
  );
}

/** A size that differs follows from content, or from its encoding, which must have been there to be hidden. */
function isSizeHidden(left: Difference, before: Difference, hidContent: boolean): boolean {
  if (hidContent) return true;
  const isEncoding = ({ kind }: FieldDifference): boolean => kind === 'compression';
  const hidEncoding = before.fields.some(isEncoding) && !left.fields.some(isEncoding);
  return left.fields.every(
    ({ kind, name }) => kind !== 'size' || (hidEncoding && name.endsWith('compressed size')),
  );
}

/** Findings of what is left, and those that are of no value in particular. */
function findingsLeft(session: Session, left: Difference, before: Difference): readonly Finding[] {
  const key = ({ cause, kind }: Finding): string => `${cause} ${kind}`;
  const of = (one: Difference): Finding[] =>
    [...one.fields, ...one.ranges, ...(one.order === undefined ? [] : [one.order])].flatMap(
      (evidence) => session.findingOf.get(evidence) ?? [],
    );
  const explained = new Set(of(before).map(key));
  return merged([...of(left), ...before.findings.filter((one) => !explained.has(key(one)))]);
}

function fieldDetail({ name, a, b }: FieldDifference): string {
  return `${name} ${a ?? '(none)'} / ${b ?? '(none)'}`;
}

function wholeDetail({ presence, sizeA, sizeB }: Difference): string {
  if (presence !== 'both') return presence === 'only-a' ? 'is only in A' : 'is only in B';
  return `${sizeA ?? '?'} / ${sizeB ?? '?'} bytes`;
}
