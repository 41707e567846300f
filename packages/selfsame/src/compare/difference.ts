import type { Difference, Place, Unexamined } from './types.js';
import type { FormatError } from './formats/format.js';

/** A difference of which nothing is known yet. */
export function newDifference(name: string, known: Partial<Difference> = {}): Difference {
  return {
    name,
    nameInB: undefined,
    presence: 'both',
    format: undefined,
    types: undefined,
    sizeA: undefined,
    sizeB: undefined,
    sha256A: undefined,
    sha256B: undefined,
    fields: [],
    order: undefined,
    ranges: [],
    moreRanges: 0,
    textDiff: undefined,
    findings: [],
    children: [],
    unexamined: [],
    ...known,
  };
}

/** What a reader's error says of a place. */
export function unexaminedBy(error: FormatError, place: Place): Unexamined {
  const { reason, message, side } = error;
  return { place, reason, detail: message, ...(side !== undefined && { side }) };
}

const leftOutDetail = 'its reader does not show every byte of it: what is left out may differ, too';

/** What is to be said of a container of which some bytes are in no field and no part. */
export function leftOut(place: Place): Unexamined {
  return { place, reason: 'unsupported', detail: leftOutDetail };
}

export function isLeftOut({ detail }: Unexamined): boolean {
  return detail === leftOutDetail;
}

/** Whether anything in it says what differs. */
export function saysSomething(difference: Partial<Difference>): boolean {
  return (
    difference.types !== undefined ||
    difference.order !== undefined ||
    (difference.fields?.length ?? 0) > 0 ||
    (difference.ranges?.length ?? 0) > 0 ||
    (difference.children?.length ?? 0) > 0
  );
}

/** The difference and all in it, outermost first, each with its place. */
export function* everyDifference(
  difference: Difference,
  above: Place = [],
): Generator<{ readonly difference: Difference; readonly place: Place }> {
  const place = [...above, difference.name];
  yield { difference, place };
  for (const child of difference.children) yield* everyDifference(child, place);
}
