import type { Recognition } from './cause.js';
import { offsetAt, showPart, touches, type Reading, type Side } from './reading.js';

/** A value found in one side. Positions are bytes of the side. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly groups: readonly (string | undefined)[];
}

/** A value found on both sides, in the same manner. */
export interface MatchPair {
  readonly a: Match;
  readonly b: Match;
}

/** Matches looked at per side: enough for any sample, a bound for any pattern. */
const maximumMatches = 64;

/** Matches of a pattern (flag `g`, bounded quantifiers) that have a byte that differs. */
export function matchesTouching(side: Side, pattern: RegExp, reach = 96): readonly Match[] {
  const found: Match[] = [];
  if (!side.textual) return found;
  pattern.lastIndex = Math.max(0, side.from - reach);
  for (let count = 0; count < maximumMatches; count += 1) {
    const match = pattern.exec(side.text);
    if (match === null || match.index > side.to) break;
    const end = match.index + match[0].length;
    if (end === match.index) pattern.lastIndex += 1;
    else if (touches(side, match.index, end))
      found.push({ start: match.index, end, text: match[0], groups: match.slice(1) });
  }
  pattern.lastIndex = 0;
  return found;
}

/** The first match on each side, where both have one and they differ. */
export function pairOf(reading: Reading, pattern: RegExp, reach?: number): MatchPair | undefined {
  return pairsOf(reading, pattern, reach)[0];
}

/** Matches of both sides, first with first and so on, where they differ. */
export function pairsOf(reading: Reading, pattern: RegExp, reach?: number): readonly MatchPair[] {
  if (reading.a === undefined || reading.b === undefined) return [];
  const inA = matchesTouching(reading.a, pattern, reach);
  if (inA.length === 0) return [];
  const inB = matchesTouching(reading.b, pattern, reach);
  return inA.flatMap((a, index) => {
    const b = inB[index];
    return b === undefined || a.text === b.text || !comparable(reading, a, b) ? [] : [{ a, b }];
  });
}

/** Characters before or after two values that say that they stand in the same place. */
const context = 4;

/** Whether two values are the same thing on both sides: they are most of what differs, or stand next to the same text. */
export function comparable(reading: Reading, a: Match, b: Match): boolean {
  const [sideA, sideB] = [reading.a, reading.b];
  if (sideA === undefined || sideB === undefined) return false;
  const covers = (side: Side, { start, end }: Match) =>
    Math.min(end, side.to) - Math.max(start, side.from) >= (side.to - side.from) / 2;
  if (covers(sideA, a) && covers(sideB, b)) return true;
  const head = sideA.text.slice(Math.max(0, a.start - context), a.start);
  if (head.trim().length >= 2 && sideB.text.slice(0, b.start).endsWith(head)) return true;
  const tail = sideA.text.slice(a.end, a.end + context);
  return tail.trim().length >= 2 && sideB.text.startsWith(tail, b.end);
}

/** What a pattern finds on both sides, `reach` bytes around the difference, as a recognition. */
export function recognisedPair(
  reading: Reading,
  pattern: RegExp,
  reach: number,
  as: Pick<Recognition, 'kind' | 'certainty' | 'remedy'>,
): Recognition | undefined {
  const pair = pairOf(reading, pattern, reach);
  return pair === undefined ? undefined : { ...as, ...valuesOf(reading, pair) };
}

/** Both values and their offsets, for a recognition. */
export function valuesOf(
  reading: Reading,
  pair: MatchPair,
): Pick<Recognition, 'a' | 'b' | 'offsetA' | 'offsetB'> {
  const { a, b } = reading;
  if (a === undefined || b === undefined) return { a: pair.a.text, b: pair.b.text };
  return {
    a: showPart(a, pair.a.start, pair.a.end),
    b: showPart(b, pair.b.start, pair.b.end),
    offsetA: offsetAt(reading, a, pair.a.start),
    offsetB: offsetAt(reading, b, pair.b.start),
  };
}

/** Text before a position of a side, for words that say what a number is. */
export function before(side: Side, position: number, length = 40): string {
  return side.text.slice(Math.max(0, position - length), position);
}

/** Text around a position of a side. */
export function around(side: Side, position: number, length = 40): string {
  return side.text.slice(Math.max(0, position - length), position + length);
}
