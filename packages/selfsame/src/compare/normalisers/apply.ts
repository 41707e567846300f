import { merged } from '../findings.js';
import type { Session } from '../session.js';
import type { Difference, FieldDifference, Finding, Hidden, Place } from '../types.js';
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
 * @param sameLines places of text that is the same but for the ends of its lines
 */
export function applyNormalisers(
  session: Session,
  difference: Difference,
  normalisers: readonly Normaliser[],
  sameLines: ReadonlySet<string>,
): Normalised {
  const hidden: Hidden[] = [];
  const hide = (normaliser: string, place: Place, detail: string): void => {
    hidden.push({ normaliser, place, detail });
  };
  const visit = (
    one: Difference,
    above: Place,
    formats: readonly string[],
  ): Difference | undefined => {
    const place = [...above, one.name];
    const subject: NormaliserSubject = { place, formats, difference: one };
    const before = hidden.length;
    const whole = normalisers.find((each) => each.whole?.(subject) === true);
    if (whole !== undefined) {
      hide(whole.name, place, wholeDetail(one));
      return undefined;
    }
    const inner = one.format === undefined ? formats : [...formats, one.format];
    const children = one.children.flatMap((child) => visit(child, place, inner) ?? []);
    const fields = one.fields.filter((field) => {
      const by = normalisers.find((each) => each.field?.(field, subject) === true);
      if (by !== undefined) hide(by.name, place, fieldDetail(field));
      return by === undefined;
    });
    const byOrder = one.order && normalisers.find((each) => each.order === true);
    if (byOrder !== undefined) hide(byOrder.name, place, `${one.order?.moved} members elsewhere`);
    const byName =
      one.nameInB === undefined ? undefined : normalisers.find((each) => each.names === true);
    if (byName !== undefined) hide(byName.name, place, `is called ${one.nameInB} in B`);
    const byLines = sameLines.has(JSON.stringify(place))
      ? normalisers.find((each) => each.lineEndings === true)
      : undefined;
    if (byLines !== undefined) hide(byLines.name, place, wholeDetail(one));
    const left = {
      ...one,
      ...(byLines !== undefined && { ranges: [], moreRanges: 0, textDiff: undefined }),
      children,
      fields,
      order: byOrder === undefined ? one.order : undefined,
      nameInB: byName === undefined ? one.nameInB : undefined,
    };
    const last = hidden.at(-1);
    if (hidden.length === before || last === undefined) return one;
    return withoutFollowing(session, left, one, place, last.normaliser, hide);
  };
  return { difference: visit(difference, [], []), hidden };
}

type Hide = (normaliser: string, place: Place, detail: string) => void;

/** What is left when what only follows from hidden things is taken out too. */
function withoutFollowing(
  session: Session,
  left: Difference,
  before: Difference,
  place: Place,
  by: string,
  hide: Hide,
): Difference | undefined {
  const rest = left.children.filter((child) => !isConsequence(child));
  const own = left.fields.filter(({ kind }) => kind !== 'checksum' && kind !== 'size');
  const alone =
    isAlone(left, place.length === 1) &&
    own.length === 0 &&
    rest.length === 0 &&
    isSizeHidden(left, before);
  if (alone) {
    for (const field of left.fields) hide(by, place, `${fieldDetail(field)}, which follows`);
    for (const child of left.children) hide(by, [...place, child.name], 'follows from the others');
    if (before.format !== undefined && before.format !== 'directory') {
      hide(by, place, `bytes of the ${before.format} around what is in it, as they follow from it`);
    }
    return undefined;
  }
  return { ...left, findings: findingsLeft(session, left, before) };
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

/** A size that differs follows from content, which must have been there to be hidden. */
function isSizeHidden(left: Difference, { ranges, children }: Difference): boolean {
  const hasContent = ranges.length > 0 || children.length > 0;
  return hasContent || left.fields.every(({ kind }) => kind !== 'size');
}

function isConsequence(child: Difference): boolean {
  const { findings, unexamined, presence } = child;
  return (
    presence === 'both' &&
    unexamined.length === 0 &&
    findings.length > 0 &&
    findings.every(({ consequence }) => consequence) &&
    child.children.every(isConsequence)
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
