import { seededNumber } from './variations/seeded.js';
import type { Conditions } from './types.js';

/** The clock starts so many seconds after the epoch (docs/determinizer.md). */
const clockLead = 2;

/** The first reading of a clock, as a person writes it: `2026-11-21T12:00:02Z`. */
export function firstReading({ epoch }: Pick<Conditions, 'epoch'>): string {
  return `${new Date((epoch + clockLead) * 1000).toISOString().slice(0, 19)}Z`;
}

const minute = 60;
const hour = 3600;
const day = 86_400;

/**
 * Minutes east of Greenwich, in winter and in summer, of all zones that `timezone` chooses from, since 1980 (IANA time zone
 * database): Kathmandu and Kiritimati had others before 1986 and 1995.
 */
const tellingOffsets = [
  ...[5 * 60 + 45, 8 * 60 + 45, -(9 * 60 + 30), 765, 825, 14 * 60],
  ...[5 * 60 + 30, 9 * 60 + 45, -10 * 60],
] as const;

/** At least so much later: a year and a day. */
const leastShift = 366 * day;
/** Later than that by less than so much. */
const shiftRange = 300 * day;
/** A step through the range that meets every second of it: a prime, which does not divide it. */
const stride = 7_654_321;
/** Of some 200 one does. */
const mostTries = 20_000;

/**
 * Seconds by which the clock is moved on. What is made of the old time and of the new one shall differ, however little of it is
 * used: no field of the date is the same, counts of seconds, minutes, hours and days differ by no multiple of 2 or 3
 * (seconds and days: nor of 5 or 7), and in none of the zones that may be chosen at the same time is a field as it
 * was in UTC. So no other variation of the clock undoes what this one does.
 */
export function tellingShift(sourceEpoch: number, seed: string): number {
  const before = sourceEpoch + clockLead;
  const start = seededNumber(seed, 'time', shiftRange);
  for (let at = 0; at < mostTries; at++) {
    const shift = leastShift + ((start + at * stride) % shiftRange);
    if (sharesNothing(before, before + shift)) return shift;
  }
  return leastShift + start;
}

/** No field of two times and no small modulus of their counts is the same, also where the second is told in another zone. */
function sharesNothing(one: number, other: number): boolean {
  const apart = (unit: number, ...divisors: readonly number[]): boolean => {
    const difference = Math.floor(other / unit) - Math.floor(one / unit);
    return divisors.every((divisor) => difference % divisor !== 0);
  };
  if (!apart(1, 2, 3, 5, 7) || !apart(day, 2, 3, 5, 7)) return false;
  if (!apart(minute, 2, 3) || !apart(hour, 2, 3)) return false;
  const before = fields(one);
  return [0, ...tellingOffsets].every((offset) =>
    fields(other + offset * minute).every((field, index) => field !== before[index]),
  );
}

/** Of UTC: minute, hour of twelve, day of the month, month, year, weekday, day and week of the year. */
function fields(seconds: number): readonly number[] {
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  const dayOfYear = Math.floor((seconds * 1000 - Date.UTC(year, 0, 1)) / (day * 1000));
  return [
    ...[date.getUTCMinutes(), date.getUTCHours() % 12],
    ...[date.getUTCDate(), date.getUTCMonth(), year % 100, date.getUTCDay()],
    ...[dayOfYear, Math.floor(dayOfYear / 7)],
  ];
}

/** Readings after which a clock that stands before the end of the year has crossed it. */
const looksToCross = 10;

/** What of the conditions decides when the clock starts. */
type Times = Pick<Conditions, 'sourceEpoch' | 'timeShift' | 'yearEnd'>;

/**
 * The last seconds of the year of a time (UTC): so few before its end as make a difference to the usual start that is no
 * multiple of 2, 3, 5 or 7. Of ten numbers in a row one always is none.
 */
function beforeYearEnd(sourceEpoch: number, time: number): { start: number; seconds: number } {
  const year = new Date(time * 1000).getUTCFullYear();
  const end = Date.UTC(year + 1, 0, 1) / 1000;
  for (let seconds = 1; seconds <= looksToCross; seconds++) {
    const difference = end - seconds - (sourceEpoch + clockLead);
    if ([2, 3, 5, 7].every((divisor) => difference % divisor !== 0))
      return { start: end - seconds, seconds };
  }
  return { start: end - 1, seconds: 1 };
}

/**
 * The epoch under which the clock starts `timeShift` after the sources, or just before the end of that year, and what a
 * reading adds, in nanoseconds; `usualStep`, where nothing is said about it.
 */
export function startOfClock(
  times: Times,
  usualStep: number,
): { readonly epoch: number; readonly clockStep: number } {
  const { sourceEpoch, timeShift, yearEnd } = times;
  const shifted = sourceEpoch + timeShift;
  if (yearEnd === 'no') return { epoch: shifted, clockStep: usualStep };
  const { start, seconds } = beforeYearEnd(sourceEpoch, shifted + clockLead);
  const clockStep = seconds * (1e9 / looksToCross);
  // One of the two has to give way where the whole date is varied as well: the second may say which.
  if (yearEnd === 'unless-shifted' && timeShift !== 0) return { epoch: shifted, clockStep };
  return { epoch: start - clockLead, clockStep };
}
