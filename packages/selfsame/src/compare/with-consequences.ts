import { isDigestSection } from './consequences.js';
import { consequence, merged } from './findings.js';
import type { FollowingPart } from './formats/format.js';
import type { Session } from './session.js';
import type { CauseName, Difference, Finding, Place, RangeDifference } from './types.js';

/**
 * Findings about build ids beside other sections that differ are consequences of those, and so are those of parts
 * that follow from others.
 *
 * @param following of `difference.children`, by name
 */
export function withConsequences(
  session: Session,
  difference: Difference,
  place: Place,
  following: ReadonlyMap<string, FollowingPart>,
): Difference {
  const { children } = difference;
  const digestsFollow =
    isProgram(difference) && !children.every(({ name }) => isDigestSection(name));
  return {
    ...difference,
    children: children.map((child) => {
      const part = following.get(child.name);
      if (part !== undefined) return followed(session, child, [...place, child.name], part);
      if (digestsFollow && isDigestSection(child.name))
        return { ...child, findings: child.findings.map(asConsequence) };
      return difference.format === 'elf'
        ? withLayout(session, child, [...place, child.name])
        : child;
    }),
  };
}

/** Elsewhere such names are those of any files. */
const isProgram = ({ format }: Difference): boolean => format === 'elf' || format === 'macho';

/** What says that no cause was found, or what a thing is: gives way to that it follows. */
const fallbacks: ReadonlySet<CauseName> = new Set(['code', 'text', 'unknown']);

/**
 * A part that follows from others. What its fields say stays as it is; of its bytes, all that is said if they were
 * seen to follow, else only what is no cause.
 */
function followed(
  session: Session,
  difference: Difference,
  place: Place,
  part: FollowingPart,
): Difference {
  const { fields, ranges, findings, children } = difference;
  const key = ({ cause, kind }: Finding): string => `${cause} ${kind}`;
  const ofFields = new Set(fields.flatMap((field) => keysOf(session, field, key)));
  const ofRanges = new Set(ranges.flatMap((range) => keysOf(session, range, key)));
  const left = findings.filter((one) => {
    if (ofFields.has(key(one)) && !fallbacks.has(one.cause)) return true;
    if (part.seen) return !ofRanges.has(key(one));
    return !(fallbacks.has(one.cause) || one.certainty === 'possible');
  });
  const said: Finding = {
    ...consequence(
      place,
      part.why,
      `${difference.sizeA ?? '?'} bytes`,
      `${difference.sizeB ?? '?'} bytes`,
    ),
    certainty: part.seen ? 'certain' : 'likely',
  };
  const inside = children.map((child) => followed(session, child, [...place, child.name], part));
  if (part.seen) session.following.add(JSON.stringify(place));
  const isAll =
    left.every((one) => one.consequence) && inside.every(({ follows }) => follows !== undefined);
  const findingsNow = merged([...left, said]);
  for (const range of ranges) {
    const before = session.findingOf.get(range);
    if (before !== undefined && !left.includes(before)) session.findingOf.set(range, said);
  }
  return {
    ...difference,
    findings: findingsNow,
    children: inside,
    ...(isAll && { follows: part.why }),
  };
}

/** The largest usual alignment: data of vector units, and lines of caches. */
const maximumAlignment = 64;

/** Zeros that come and go beside what has a cause, and lengths of it: they follow. */
function withLayout(session: Session, difference: Difference, place: Place): Difference {
  const { ranges, fields } = difference;
  const of = (evidence: object): Finding[] => {
    const finding = session.findingOf.get(evidence);
    return finding === undefined ? [] : [finding];
  };
  const isKnown = ({ cause, consequence }: Finding): boolean =>
    !consequence && !fallbacks.has(cause);
  if (!ranges.some((range) => of(range).some(isKnown))) return difference;
  const key = ({ cause, kind }: Finding): string => `${cause} ${kind}`;
  const ofBytes = new Set([...fields, ...ranges].flatMap(of).map(key));
  const others = difference.findings.filter((one) => !ofBytes.has(key(one)));
  const hasLengths = difference.sizeA !== difference.sizeB && lengthsWithin.test(difference.name);
  for (const range of ranges) {
    if (of(range).some(isKnown)) continue;
    if (isAlignment(range)) session.findingOf.set(range, consequence(place, 'alignment'));
    else if (hasLengths && isLength(range))
      session.findingOf.set(range, { ...consequence(place, 'lengths'), certainty: 'likely' });
  }
  const findings = merged([...[...fields, ...ranges].flatMap(of), ...others]);
  return { ...difference, findings };
}

/** Sections of units that begin with their lengths, and hold names of files themselves up to DWARF 4. */
const lengthsWithin = /^\.z?debug_(?:line|info)$/;

/** Two numbers of four bytes with what stands between them. */
const maximumLengths = 16;

function isLength({ lengthA, lengthB }: RangeDifference): boolean {
  return lengthA === lengthB && lengthA <= maximumLengths;
}

function isAlignment(range: RangeDifference): boolean {
  const { lengthA, lengthB } = range;
  return (
    Math.min(lengthA, lengthB) === 0 &&
    isZeros(range.sampleA, range.offsetA - range.sampleOffsetA, lengthA) &&
    isZeros(range.sampleB, range.offsetB - range.sampleOffsetB, lengthB)
  );
}

function isZeros(sample: Uint8Array, from: number, length: number): boolean {
  const bytes = sample.subarray(from, from + length);
  return length < maximumAlignment && bytes.length === length && bytes.every((byte) => byte === 0);
}

function keysOf(session: Session, evidence: object, key: (one: Finding) => string): string[] {
  const finding = session.findingOf.get(evidence);
  return finding === undefined ? [] : [key(finding)];
}

function asConsequence(finding: Finding): Finding {
  return { ...finding, consequence: true };
}
