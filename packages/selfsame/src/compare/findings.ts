import type { Evidence } from './causes/cause.js';
import { findCauses } from './causes/causes.js';
import { followingFields } from './consequences.js';
import type { FormatError } from './formats/format.js';
import type { Session } from './session.js';
import type { Difference, Finding, Place } from './types.js';

/** What findings are looked for in. */
export interface Subject {
  readonly place: Place;
  /** Readers of the enclosing containers, outermost first, and that of the thing itself if there is one. */
  readonly formats: readonly string[];
  readonly wholeA?: Uint8Array | undefined;
  readonly wholeB?: Uint8Array | undefined;
  /** Whether what it holds differs too, not only what is said of it. */
  readonly contentDiffers: boolean;
}

/** Values of findings are cut to so many characters. */
const valueCharacters = 200;

/** What the causes say to everything that differs in one thing itself, one finding for each kind of cause. */
export function findingsOf(
  session: Session,
  { fields, ranges, order, presence }: Pick<Difference, 'fields' | 'ranges' | 'order' | 'presence'>,
  { place, formats, wholeA, wholeB, contentDiffers }: Subject,
): Finding[] {
  const { canariesA, canariesB } = session.options;
  const base = {
    ...{ place, formats, field: undefined, range: undefined, order: undefined },
    ...{ presence: undefined, wholeA, wholeB, canariesA, canariesB },
  };
  const evidence: Evidence[] = [
    ...fields.map((field) => ({ ...base, field })),
    ...ranges.map((range) => ({ ...base, range })),
    ...(order === undefined ? [] : [{ ...base, order }]),
    ...(presence === 'both' ? [] : [{ ...base, presence }]),
  ];
  const found: Finding[] = [];
  const following = followingFields(fields, contentDiffers);
  for (const one of evidence) {
    const [first, ...more] = findingsIn(one, one.field !== undefined && following.has(one.field));
    const evident = one.field ?? one.range ?? one.order;
    if (evident !== undefined) session.findingOf.set(evident, first);
    found.push(first, ...more);
  }
  return merged(found);
}

/** The most certain first; a line can have several values in it, each with a cause of its own. */
function findingsIn(evidence: Evidence, follows: boolean): readonly [Finding, ...Finding[]] {
  const [first, ...more] = findCauses(evidence);
  const { name = '', a = '', b = '' } = evidence.field ?? {};
  if (first === undefined)
    return [follows ? consequence(evidence.place, name, a, b) : unknownFinding(evidence)];
  return follows ? [asFollowing(first), ...more.map(asFollowing)] : [first, ...more];
}

function asFollowing(finding: Finding): Finding {
  return { ...finding, consequence: true };
}

/** Said where no cause knows what differs. */
function unknownFinding({ place, field, range, order, presence }: Evidence): Finding {
  const hex = (bytes: Uint8Array | undefined, from: number, length: number): string =>
    Buffer.from(bytes ?? []).toString('hex', from, from + Math.min(length, 24));
  return {
    cause: 'unknown',
    kind:
      field !== undefined
        ? `field ${field.name}`
        : range !== undefined
          ? 'bytes'
          : order !== undefined
            ? 'order'
            : 'presence',
    certainty: 'possible',
    place,
    offsetA: field?.offsetA ?? range?.offsetA,
    offsetB: field?.offsetB ?? range?.offsetB,
    a: cut(
      field?.a ??
        order?.first ??
        (range === undefined
          ? ''
          : hex(range.sampleA, range.offsetA - range.sampleOffsetA, range.lengthA)),
    ),
    b: cut(
      field?.b ??
        order?.firstInB ??
        (range === undefined
          ? ''
          : hex(range.sampleB, range.offsetB - range.sampleOffsetB, range.lengthB)),
    ),
    remedy:
      presence === undefined
        ? 'none is known for what no cause explains: look at both values'
        : 'find out why only one build makes it',
    consequence: false,
    more: 0,
  };
}

function cut(text: string): string {
  return text.length > valueCharacters ? `${text.slice(0, valueCharacters - 1)}…` : text;
}

/** Findings of one kind at one place become one that counts the others. Known causes stand before unknown ones. */
export function merged(findings: readonly Finding[]): Finding[] {
  const kinds = new Map<string, Finding>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.cause, finding.kind, finding.consequence, finding.place]);
    const before = kinds.get(key);
    if (before === undefined) kinds.set(key, finding);
    else kinds.set(key, { ...before, more: before.more + 1 + finding.more });
  }
  const rank = ({ cause, consequence }: Finding): number =>
    (cause === 'unknown' ? 2 : 0) + (consequence ? 1 : 0);
  return [...kinds.values()].sort((p, q) => rank(p) - rank(q));
}

/** A finding of the engine's own: something that follows from what differs elsewhere. */
export function consequence(place: Place, kind: string, a = '', b = ''): Finding {
  return {
    ...{ cause: 'consequence' as const, kind, certainty: 'certain' as const, place },
    ...{ offsetA: undefined, offsetB: undefined, a: cut(a), b: cut(b) },
    ...{ remedy: 'nothing: it ends with what it follows from', consequence: true, more: 0 },
  };
}

/** Said of bytes that mean nothing as they are, and could not be read as what they are. */
export function notRead(format: string, place: Place, a: Sized, b: Sized): Finding {
  return {
    ...{ cause: 'unknown', kind: `${format} that could not be read`, certainty: 'possible' },
    ...{ place, offsetA: undefined, offsetB: undefined },
    ...{ a: `${a.size} bytes`, b: `${b.size} bytes` },
    remedy: 'none is known: what is in it was not compared, for the reason that is given below',
    consequence: false,
    more: 0,
  };
}

interface Sized {
  /** Bytes. */
  readonly size: number;
}

/** Said where one of both, or both, cannot be read as what they are since they are damaged. */
export function damaged(
  format: string,
  place: Place,
  { side, message, cause }: FormatError,
  a: Sized,
  b: Sized,
): Finding {
  const which = side === 'a' ? 'A is' : side === 'b' ? 'B is' : 'both are';
  const why = cause instanceof Error ? cause.message : message;
  const said = (one: 'a' | 'b', { size }: Sized): string =>
    side === one || side === 'both' || side === undefined
      ? `${size} bytes, damaged: ${why}`
      : `${size} bytes, a ${format} file that can be read to its end`;
  return {
    ...{ cause: 'unknown', kind: `${which} damaged`, certainty: 'certain', place },
    ...{ offsetA: undefined, offsetB: undefined, a: cut(said('a', a)), b: cut(said('b', b)) },
    remedy: 'fetch or make what is damaged again: nothing can be said of what it holds',
    consequence: false,
    more: 0,
  };
}

/** Said where no reader takes both for the same. */
export function otherFormat(place: Place, [a, b]: readonly [string, string]): Finding {
  return {
    ...{ cause: 'unknown', kind: 'files of different formats', certainty: 'certain', place },
    ...{ offsetA: 0, offsetB: 0, a, b },
    remedy:
      'find out which of both it should be: one is another kind of file, or damaged where it begins',
    consequence: false,
    more: 0,
  };
}
