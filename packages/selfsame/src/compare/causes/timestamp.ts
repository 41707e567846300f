import { binaryTimes } from './binary-time-pairs.js';
import { inAnyZone, inWindow } from './canaries/canary-times.js';
import type { Cause, Evidence, Recognition } from './cause.js';
import { textTimeForms, type TextTime } from './decoders/text-times.js';
import { around, before, pairsOf, valuesOf, type MatchPair } from './matching.js';
import { readingOf, show, type Reading } from './reading.js';
import { sameInstant } from './same-instant.js';
import { fieldTimeAdvice, textTimeAdvice, timeRemedies } from './timestamp-remedies.js';

/** The clock: of the build, or of the files it made. */
export const timestamp: Cause = {
  name: 'timestamp',
  title: 'Time of the build',
  summary:
    'A program asked for the time of day, or for the time of a file that the build made, and wrote it down.',
  looks:
    'fields for times in archives and headers; dates and times of day in text, `__DATE__` and `__TIME__` in programs; seconds, milliseconds, microseconds or nanoseconds since 1970, FILETIME or MS-DOS times in binary or digits; years.',
  get remedies() {
    return timeRemedies;
  },
  variations: ['time', 'time-of-day', 'file-times'],
  endsAt: 'virtual',
  recognise(evidence) {
    const { field } = evidence;
    if (field?.kind === 'time') return ofField(evidence);
    if (field !== undefined && /^(?:size|mode|checksum|signature|inode|owner)$/.test(field.kind))
      return undefined;
    const reading = readingOf(evidence);
    return (
      ofName(reading) ??
      ofText(reading) ??
      ofDigits(reading) ??
      binaryTimes(reading) ??
      ofYear(reading)
    );
  },
};

function ofField(evidence: Evidence): Recognition | undefined {
  const { field } = evidence;
  if (field === undefined || sameInstant(evidence) !== undefined) return undefined;
  return {
    ...fieldTimeAdvice(readingOf(evidence), field.name),
    certainty: 'certain',
    a: show(field.a ?? ''),
    b: show(field.b ?? ''),
  };
}

/** A file that is there on one side only, with a date in its name. */
function ofName(reading: Reading): Recognition | undefined {
  const { a, b, evidence } = reading;
  const side = evidence.presence === undefined ? undefined : (a ?? b);
  if (side === undefined) return undefined;
  const canaries = evidence.presence === 'only-a' ? evidence.canariesA : evidence.canariesB;
  const answer = (certainty: Recognition['certainty']): Recognition => ({
    kind: 'file name',
    certainty,
    a: a === undefined ? '' : show(reading.name),
    b: b === undefined ? '' : show(reading.name),
    remedy: 'Name the file after the version, or after the time of `SOURCE_DATE_EPOCH`.',
  });
  for (const form of textTimeForms) {
    form.pattern.lastIndex = 0;
    const match = form.pattern.exec(side.text);
    form.pattern.lastIndex = 0;
    const time = match === null ? undefined : form.decode(match.slice(1));
    if (time === undefined || time.precision === 'time-of-day') continue;
    if (canaries !== undefined && fits(time, canaries)) return answer('certain');
    if (year(time.seconds) >= 2000 && year(time.seconds) < 2040) return answer('possible');
  }
  const digits = /(?<![\dA-Fa-f])(\d{10})(?:\d{3})?(?![\dA-Fa-f])/.exec(side.text)?.[1];
  if (digits !== undefined && canaries !== undefined && inWindow(Number(digits), canaries))
    return answer('certain');
  return undefined;
}

function ofText(reading: Reading): Recognition | undefined {
  let best: (Recognition & { rank: number }) | undefined;
  for (const form of textTimeForms)
    for (const pair of pairsOf(reading, form.pattern)) {
      const a = form.decode(pair.a.groups);
      const b = form.decode(pair.b.groups);
      if (a === undefined || b === undefined || a.seconds === b.seconds) continue;
      const certainty = certaintyOf(reading, a, b, form.name, pair);
      if (certainty === undefined) continue;
      const advice = textTimeAdvice(reading, form.name, a.precision);
      const length = pair.a.end - pair.a.start;
      const rank = (certainty === 'certain' ? 2000 : certainty === 'likely' ? 1000 : 0) + length;
      if (best === undefined || rank > best.rank)
        best = { ...advice, certainty, ...valuesOf(reading, pair), rank };
    }
  if (best === undefined) return undefined;
  const { rank: _, ...recognition } = best;
  return recognition;
}

/** Of a date and time; undefined: rather another zone's name for the same moment, or no time at all. */
function certaintyOf(
  { evidence: { canariesA, canariesB } }: Reading,
  a: TextTime,
  b: TextTime,
  form: string,
  pair: MatchPair,
): Recognition['certainty'] | undefined {
  if (a.precision !== b.precision) return 'possible';
  if (a.zone !== undefined && b.zone !== undefined && a.seconds - a.zone === b.seconds - b.zone)
    return undefined;
  if (a.precision === 'time-of-day') return 'likely';
  if (canariesA !== undefined && canariesB !== undefined) {
    const [ofA, ofB] = [fits(a, canariesA), fits(b, canariesB)];
    if (ofA && ofB) return 'certain';
    if ((ofA || ofB) && a.precision !== 'day') return 'certain';
    if (ofA || ofB) return 'likely';
  }
  const plausible = [a, b].every(({ seconds }) => year(seconds) >= 1990 && year(seconds) < 2080);
  // Eight digits alone, or a version such as 10.11.2026, can be something else.
  if (form === 'digits' && pair.a.text.length === 8)
    return plausible && Math.abs(a.seconds - b.seconds) < 20 * 365 * 86_400 ? 'likely' : undefined;
  return plausible ? 'likely' : 'possible';
}

function fits(time: TextTime, canaries: NonNullable<Evidence['canariesA']>): boolean {
  if (time.zone !== undefined) return inWindow(time.seconds - time.zone, canaries);
  return time.precision === 'day'
    ? inAnyZone(time.seconds, canaries) || inAnyZone(time.seconds + 86_399, canaries)
    : inAnyZone(time.seconds, canaries);
}

const year = (seconds: number): number => new Date(seconds * 1000).getUTCFullYear();

/** Words that say that a number is a moment. */
const timeWord =
  /(?:date|time|epoch|stamp|built|build|created|modified|generated|now)\W{0,8}\w{0,4}$/i;

const digitForms = [
  {
    name: 'decimal seconds',
    pattern: /(?<![\w.])\d{10}(?:\.\d{1,9})?(?![\w])/g,
    unit: 1,
    least: 1e9,
  },
  { name: 'decimal milliseconds', pattern: /(?<![\w.])\d{13}(?![\w])/g, unit: 1e3, least: 1e12 },
  { name: 'decimal microseconds', pattern: /(?<![\w.])\d{16}(?![\w])/g, unit: 1e6, least: 1e15 },
  { name: 'decimal nanoseconds', pattern: /(?<![\w.])\d{19}(?![\w])/g, unit: 1e9, least: 1e18 },
  { name: 'seconds in a name', pattern: /(?<!\d)\d{10}(?!\d)/g, unit: 1, least: 1e9 },
  { name: 'milliseconds in a name', pattern: /(?<!\d)\d{13}(?!\d)/g, unit: 1e3, least: 1e12 },
  {
    name: 'hexadecimal seconds',
    pattern: /(?<![\da-f])(?:0x)?[\da-f]{8}(?![\da-f])/gi,
    unit: 1,
    least: 1e9,
  },
  { name: 'octal seconds', pattern: /(?<![0-7])[0-7]{11}(?![0-7])/g, unit: 1, least: 1e9 },
] as const;

/**
 * Numbers of seconds since 1970 in text. Without canaries: decimal, of 2001 to 2039, and at most 60 days apart or
 * after a word that means time (likely), or at most three years apart (possible).
 */
function ofDigits(reading: Reading): Recognition | undefined {
  const { canariesA, canariesB } = reading.evidence;
  for (const { name, pattern, unit, least } of digitForms)
    for (const pair of pairsOf(reading, pattern)) {
      const read = (text: string) =>
        (name.startsWith('hex')
          ? Number.parseInt(text.replace(/^0x/i, ''), 16)
          : name.startsWith('octal')
            ? Number.parseInt(text, 8)
            : Number(text)) / unit;
      const [a, b] = [read(pair.a.text), read(pair.b.text)];
      if (a * unit < least || b * unit < least) continue;
      const certain =
        canariesA !== undefined &&
        canariesB !== undefined &&
        inWindow(a, canariesA) &&
        inWindow(b, canariesB);
      const inName = name.endsWith('name');
      if (!certain && (inName || !name.startsWith('decimal') || a > 2.2e9 || b > 2.2e9)) continue;
      const distance = Math.abs(a - b);
      const word =
        reading.a !== undefined &&
        timeWord.test(around(reading.a, pair.a.start).slice(0, 40).trimEnd());
      if (!certain && distance > 3 * 365 * 86_400) continue;
      return {
        kind: name,
        certainty: certain ? 'certain' : word || distance <= 60 * 86_400 ? 'likely' : 'possible',
        ...valuesOf(reading, pair),
        remedy: 'Take the number from `SOURCE_DATE_EPOCH` where it is set, instead of the clock.',
      };
    }
  return undefined;
}

/** Years alone. */
function ofYear(reading: Reading): Recognition | undefined {
  const { canariesA, canariesB } = reading.evidence;
  for (const pair of pairsOf(reading, /(?<![\w.])(?:19[89]\d|20\d\d)(?![\w.]\w|\w)/g)) {
    if (reading.a === undefined || reading.b === undefined) continue;
    const head = before(reading.a, pair.a.start, 6);
    const sameBefore = head !== '' && before(reading.b, pair.b.start, 6) === head;
    const context = around(reading.a, pair.a.start, 60);
    const copyright = /copyright|©|\xa9|\([Cc]\)|all rights|year/i.test(context);
    const own =
      canariesA !== undefined &&
      canariesB !== undefined &&
      yearOf(canariesA, pair.a.text) &&
      yearOf(canariesB, pair.b.text);
    return {
      kind: copyright ? 'copyright year' : 'year',
      certainty: own ? 'certain' : copyright && sameBefore ? 'likely' : 'possible',
      ...valuesOf(reading, pair),
      remedy: 'Write the year down, or take it from `SOURCE_DATE_EPOCH`.',
    };
  }
  return undefined;
}

function yearOf(canaries: NonNullable<Evidence['canariesA']>, text: string): boolean {
  const wanted = Number(text);
  return [-14, 0, 38].some((hours) => year(canaries.epoch + hours * 3600) === wanted);
}
