import { fromCanary } from './canaries/recognition.js';
import type { Cause, Recognition } from './cause.js';
import { collationOf } from './decoders/collation.js';
import { pairOf, valuesOf } from './matching.js';
import { readingOf, type Reading } from './reading.js';

/** Language and customs of whoever built. */
export const locale: Cause = {
  name: 'locale',
  title: 'Locale',
  summary:
    'A program printed names of months, numbers or messages, or sorted, by the rules of the language it ran in.',
  looks:
    'lists sorted in two manners, names of months and days in another language, a decimal comma, the name of the locale.',
  get remedies() {
    return [setIt, 'Sort with `LC_ALL=C sort`.'];
  },
  variations: ['locales'],
  endsAt: 'fixed',
  recognise(evidence) {
    const reading = readingOf(evidence);
    return (
      fromCanary(reading, 'locale', () => ({ remedy: setIt })) ??
      sorted(reading) ??
      names(reading) ??
      commas(reading) ??
      messages(reading)
    );
  },
};

const setIt = 'Run the command under `LC_ALL=C.UTF-8`.';

function sorted(reading: Reading): Recognition | undefined {
  const found = reading.evidence.range === undefined ? undefined : collationOf(reading);
  if (found === undefined) return undefined;
  return {
    kind: 'sort order',
    certainty: 'likely',
    ...found,
    remedy:
      'Sort with `LC_ALL=C sort`, and compare code units, not by locale (no `localeCompare`).',
  };
}

/** Months and days of English and of the languages builds are tried under: et, nl, de, fr, es, it, sv, fi, pl, ru, it. */
const english =
  /(?<![\p{L}])(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?|Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)(?![\p{L}])/u;
const foreign =
  /(?<![\p{L}])(?:jaan(?:uar)?|veebr(?:uar)?|märts|aprill|mai|juuni|juuli|sept(?:ember)?|okt(?:oober)?|nov(?:ember)?|dets(?:ember)?|august|[ETKNRLP]|esmaspäev|teisipäev|kolmapäev|neljapäev|reede|laupäev|pühapäev|januari|februari|maart|mei|juni|juli|augustus|oktober|december|ma|di|wo|do|vr|za|zo|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember|Dez|Mo|Di|Mi|Do|Fr|Sa|So|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag|janv\.?|févr\.?|mars|avril|juin|juil\.?|août|septembre|octobre|novembre|décembre|lun\.?|mar\.?|mer\.?|jeu\.?|ven\.?|sam\.?|dim\.?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)(?![\p{L}])/u;

/** The line that differs, where it is text in UTF-8. */
function lines(reading: Reading): readonly [string, string] | undefined {
  if (reading.a === undefined || reading.b === undefined) return undefined;
  const line = ({ bytes, text, from, to }: NonNullable<Reading['a']>) => {
    const start = Math.max(text.lastIndexOf('\n', from - 1), text.lastIndexOf('\0', from - 1)) + 1;
    const end = text.slice(to).search(/[\n\0]/);
    return Buffer.from(bytes.subarray(start, end < 0 ? bytes.length : to + end)).toString('utf8');
  };
  return [line(reading.a), line(reading.b)];
}

/** The name of a month or a day in English on one side, in another language in its stead on the other, by a number. */
function names(reading: Reading): Recognition | undefined {
  const both = lines(reading);
  if (both === undefined) return undefined;
  const [a, b] = both;
  if (!/\d/.test(a) || !/\d/.test(b) || a.length > 400 || b.length > 400) return undefined;
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const inOne = english.exec(one)?.[0];
    const inOther = foreign.exec(other)?.[0];
    // The same name in both is no sign of another language.
    if (inOne === undefined || english.test(other)) continue;
    const named = inOther !== undefined && inOne !== inOther && inOther.length >= 3;
    if (!named && !sameMoment(one, other)) continue;
    return {
      kind: 'names of months or days',
      certainty: 'likely',
      a: a.trim().slice(0, 200),
      b: b.trim().slice(0, 200),
      remedy: 'Run `date` and its like under `LC_ALL=C`.',
    };
  }
  return undefined;
}

/** The same second of the same year, in a language that is not listed: the rest of the date is words. */
function sameMoment(one: string, other: string): boolean {
  const parts = [/(?<!\d)\d{1,2}:\d\d:\d\d(?!\d)/, /(?<!\d)(?:19|20|21)\d\d(?!\d)/];
  const same = parts.every((part) => {
    const found = part.exec(one)?.[0];
    return found !== undefined && found === part.exec(other)?.[0];
  });
  const words = (text: string) => text.match(/\p{L}{2,}/gu)?.length ?? 0;
  return same && words(other) >= 2 && Math.abs(words(one) - words(other)) <= 1;
}

/** The same number with a decimal point and a decimal comma, or with and without separators of thousands. */
function commas(reading: Reading): Recognition | undefined {
  const pair = pairOf(reading, /(?<![\w.,])\d{1,12}(?:[.,'\u00a0 ]\d{1,9}){1,4}(?![\w.,]\d)/g);
  if (pair === undefined) return undefined;
  const bare = (text: string) => text.replace(/\D/g, '');
  if (bare(pair.a.text) !== bare(pair.b.text)) return undefined;
  return {
    kind: 'decimal separator',
    certainty: 'likely',
    ...valuesOf(reading, pair),
    remedy: 'Run the command under `LC_ALL=C.UTF-8`, or `LC_NUMERIC=C`.',
  };
}

/** English messages of common programs and one in another script or with letters ASCII lacks in its stead. */
function messages(reading: Reading): Recognition | undefined {
  const { canariesA, canariesB } = reading.evidence;
  if (canariesA === undefined || canariesB === undefined || canariesA.locale === canariesB.locale)
    return undefined;
  const both = lines(reading);
  const { a, b } = reading;
  if (both === undefined || a === undefined || b === undefined) return undefined;
  const beyond = [a, b].map(({ text, from, to }) => /[\x80-\xff]{2}/.test(text.slice(from, to)));
  if (beyond[0] === beyond[1] || both.some((line) => line.includes('\ufffd'))) return undefined;
  if (!both.every((line) => /\p{L}{3}/u.test(line))) return undefined;
  return {
    kind: 'characters or messages',
    certainty: 'possible',
    a: both[0].slice(0, 200),
    b: both[1].slice(0, 200),
    remedy: setIt,
  };
}
