/** A date or time of day that was read from text. */
export interface TextTime {
  /** Seconds since 1970 if what is written were UTC; of a time of day, since midnight. */
  readonly seconds: number;
  /** Seconds east of Greenwich, where it says so. */
  readonly zone: number | undefined;
  readonly precision: 'second' | 'minute' | 'day' | 'time-of-day';
}

export interface TextTimeForm {
  /** `ISO 8601`, `asctime`, … */
  readonly name: string;
  /** Flag `g`; every quantifier is bounded. */
  readonly pattern: RegExp;
  /** Groups of the pattern; undefined: digits that are no date. */
  decode(groups: readonly (string | undefined)[]): TextTime | undefined;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const month = '(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const longMonth =
  '(January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';

/** Years that artifacts of today can have been built in, with room for clocks that are set wrong on purpose. */
export const plausibleYears = { first: 1980, last: 2107 } as const;

/** Zones that are written as letters; others are left undefined. */
const zones: Readonly<Record<string, number>> = {
  Z: 0,
  UTC: 0,
  GMT: 0,
  CET: 3600,
  CEST: 7200,
  EET: 7200,
  EEST: 10800,
  BST: 3600,
  EST: -18000,
  EDT: -14400,
  CST: -21600,
  CDT: -18000,
  MST: -25200,
  MDT: -21600,
  PST: -28800,
  PDT: -25200,
};

function zoneOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const numeric = /^([+-])(\d\d)[:']?(\d\d)?'?$/.exec(text.trim());
  if (numeric === null) return zones[text.trim()];
  const seconds = Number(numeric[2]) * 3600 + Number(numeric[3] ?? 0) * 60;
  return numeric[1] === '-' ? -seconds : seconds;
}

function time(
  year: number,
  monthNumber: number,
  dayNumber: number,
  clock: readonly (string | undefined)[],
  zone?: string,
  halfDay?: string,
): TextTime | undefined {
  const { first, last } = plausibleYears;
  if (!(year >= first && year <= last && monthNumber >= 1 && monthNumber <= 12)) return undefined;
  const date = Date.UTC(year, monthNumber - 1, dayNumber) / 1000;
  if (dayNumber < 1 || new Date(date * 1000).getUTCDate() !== dayNumber) return undefined;
  const [hour, minute, second] = clock;
  if (hour === undefined || minute === undefined)
    return { seconds: date, zone: undefined, precision: 'day' };
  const inDay = secondsOfDay(hour, minute, second ?? '0', halfDay);
  if (inDay === undefined) return undefined;
  return {
    seconds: date + inDay,
    zone: zoneOf(zone),
    precision: second === undefined ? 'minute' : 'second',
  };
}

function secondsOfDay(hour: string, minute: string, second: string, halfDay?: string) {
  let hours = Number(hour);
  const letter = halfDay?.trim().toUpperCase()[0];
  if (letter !== undefined) {
    if (hours < 1 || hours > 12) return undefined;
    hours = (hours % 12) + (letter === 'P' ? 12 : 0);
  }
  if (hours > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  return hours * 3600 + Number(minute) * 60 + Number(second);
}

function monthNumber(name: string | undefined): number {
  return months.indexOf((name ?? '').slice(0, 3).toLowerCase()) + 1;
}

/** Numbers of a year of two digits are of 2000 to 2099. */
function fullYear(text: string | undefined): number {
  return text?.length === 2 ? 2000 + Number(text) : Number(text);
}

/** Forms in which dates and times are written, the most telling first. */
export const textTimeForms: readonly TextTimeForm[] = [
  {
    name: 'ISO 8601',
    pattern:
      /(?<!\d)(\d{4})-(\d\d)-(\d\d)(?:[T _+](\d\d)[:-](\d\d)(?:[:-](\d\d)(?:[.,]\d{1,9})?)?(?: ?(Z|UTC|GMT|[+-]\d\d:?\d\d))?)?(?!\d)/g,
    decode: ([y, m, d, h, min, s, zone]) =>
      time(Number(y), Number(m), Number(d), [h, min, s], zone),
  },
  {
    name: 'asctime',
    pattern: new RegExp(
      `\\b${day} ${month} {1,2}(\\d{1,2}) (\\d\\d):(\\d\\d):(\\d\\d)(?: (AM|PM))?(?: ([A-Z]{2,5}|[+-]\\d\\d(?:\\d\\d)?))? (\\d{4})(?!\\d)`,
      'g',
    ),
    decode: ([m, d, h, min, s, half, zone, y]) =>
      time(Number(y), monthNumber(m), Number(d), [h, min, s], zone, half),
  },
  {
    name: 'RFC 2822',
    pattern: new RegExp(
      `(?:\\b${day},? {1,2})?(?<!\\d)(\\d{1,2})[ -]${longMonth}[ -](\\d{4})(?:,? (\\d\\d):(\\d\\d)(?::(\\d\\d))?(?: ?(AM|PM))?(?: ([A-Z]{2,5}|[+-]\\d\\d:?(?:\\d\\d)?))?)?(?!\\d)`,
      'g',
    ),
    decode: ([d, m, y, h, min, s, half, zone]) =>
      time(Number(y), monthNumber(m), Number(d), [h, min, s], zone, half),
  },
  {
    // In C: __DATE__, with or without __TIME__ after it.
    name: 'date with month name',
    pattern: new RegExp(
      `\\b${longMonth} {1,2}(\\d{1,2}),? (\\d{4})(?:,?(?: at)? (\\d{1,2}):(\\d\\d)(?::(\\d\\d))?(?: ?(AM|PM))?)?(?!\\d)`,
      'g',
    ),
    decode: ([m, d, y, h, min, s, half]) =>
      time(Number(y), monthNumber(m), Number(d), [h, min, s], undefined, half),
  },
  {
    name: 'digits',
    pattern:
      /(?<![\dA-Fa-f.])(\d{4})(\d\d)(\d\d)(?:[T_.-]?(\d\d)(\d\d)(?:(\d\d))?(Z|[+-]\d\d'?\d\d'?)?)?(?![\dA-Fa-f])/g,
    decode: ([y, m, d, h, min, s, zone]) =>
      time(Number(y), Number(m), Number(d), [h, min, s], zone),
  },
  {
    name: 'year/month/day',
    pattern: /(?<![\d/])(\d{4})\/(\d\d)\/(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?(?![\d/])/g,
    decode: ([y, m, d, h, min, s]) => time(Number(y), Number(m), Number(d), [h, min, s]),
  },
  {
    name: 'month/day/year',
    pattern:
      /(?<![\d/.])(\d\d?)\/(\d\d?)\/(\d{4}|\d\d)(?:,? (\d{1,2}):(\d\d)(?::(\d\d))?(?: ?(AM|PM))?)?(?![\d/])/g,
    // Where it can only be day first, it is.
    decode: ([first, second, y, h, min, s, half]) => {
      const [m, d] = Number(first) > 12 ? [second, first] : [first, second];
      return time(fullYear(y), Number(m), Number(d), [h, min, s], undefined, half);
    },
  },
  {
    name: 'day.month.year',
    pattern: /(?<![\d.])(\d\d?)\.(\d\d?)\.(\d{4})(?:,? (\d\d)[:.](\d\d)(?:[:.](\d\d))?)?(?![\d.])/g,
    decode: ([d, m, y, h, min, s]) => time(Number(y), Number(m), Number(d), [h, min, s]),
  },
  {
    name: 'time of day',
    pattern: /(?<![\d:.])(\d\d?):(\d\d):(\d\d)(?:[.,]\d{1,9})?(?: ?(AM|PM))?(?![\d:])/g,
    decode: ([h, min, s, half]) => {
      const seconds = secondsOfDay(h ?? '', min ?? '', s ?? '', half);
      return seconds === undefined
        ? undefined
        : { seconds, zone: undefined, precision: 'time-of-day' };
    },
  },
];
