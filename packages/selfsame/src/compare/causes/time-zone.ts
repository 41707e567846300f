import { fromCanary } from './canaries/recognition.js';
import { zoneOffset } from './canaries/time-zones.js';
import type { Cause, Recognition } from './cause.js';
import { textTimeForms } from './decoders/text-times.js';
import { pairOf, pairsOf, valuesOf } from './matching.js';
import { readingOf, show, type Reading } from './reading.js';
import { sameInstant } from './same-instant.js';

/** Where on Earth the clock hung. */
export const timeZone: Cause = {
  name: 'time-zone',
  title: 'Time zone',
  summary: 'The same moment was written as the wall clock of another time zone.',
  looks: 'the same moment as two wall clocks, offsets from UTC, names of zones.',
  get remedies() {
    return [remedy];
  },
  variations: ['timezone'],
  endsAt: 'fixed',
  recognise(evidence) {
    const hours = sameInstant(evidence);
    if (hours !== undefined)
      return {
        kind: hours === 0 ? 'zone of a time' : `wall clock, ${Math.abs(hours)} hours apart`,
        certainty: 'certain',
        a: show(evidence.field?.a ?? ''),
        b: show(evidence.field?.b ?? ''),
        remedy: 'Run the packer under `TZ=UTC`: the format stores wall clocks.',
      };
    if (evidence.field?.kind === 'time') return undefined;
    const reading = readingOf(evidence);
    return (
      fromCanary(reading, 'time-zone', () => ({ kind: 'name of the zone', remedy })) ??
      ofTimes(reading) ??
      ofOffsets(reading)
    );
  },
};

const remedy = 'Print times in UTC: `TZ=UTC`, `date -u`, `gmtime` instead of `localtime`.';

/** The same moment in two zones; or, without zones written, the same minutes and seconds, hours apart. */
function ofTimes(reading: Reading): Recognition | undefined {
  const { canariesA, canariesB } = reading.evidence;
  for (const form of textTimeForms)
    for (const pair of pairsOf(reading, form.pattern)) {
      const a = form.decode(pair.a.groups);
      const b = form.decode(pair.b.groups);
      if (a === undefined || b === undefined || a.precision === 'day') continue;
      const apart = Math.abs(a.seconds - b.seconds);
      if (a.zone !== undefined && b.zone !== undefined && a.zone !== b.zone) {
        if (a.seconds - a.zone === b.seconds - b.zone)
          return { kind: 'same moment', certainty: 'likely', ...valuesOf(reading, pair), remedy };
        continue;
      }
      if (apart === 0 || apart > 26 * 3600) continue;
      const expected =
        canariesA === undefined || canariesB === undefined
          ? undefined
          : difference(canariesA.timezone, canariesB.timezone, canariesA.epoch);
      if (
        expected !== undefined &&
        expected !== 0 &&
        (apart === expected || apart === 86_400 - expected)
      )
        return {
          kind: `wall clock, ${expected / 3600} hours apart`,
          certainty: 'certain',
          ...valuesOf(reading, pair),
          remedy,
        };
      // By chance every 900th pair of times of day.
      if (apart % 1800 === 0)
        return { kind: 'wall clock', certainty: 'possible', ...valuesOf(reading, pair), remedy };
    }
  return undefined;
}

function difference(one: string, other: string, epoch: number): number | undefined {
  const [a, b] = [zoneOffset(one, epoch), zoneOffset(other, epoch)];
  return a === undefined || b === undefined ? undefined : Math.abs(a - b);
}

const offsetText = /(?<=[\d\s])[+-](?:0\d|1[0-4]):?(?:00|15|30|45)(?!\d)/g;

/** Offsets from UTC themselves: `+0100`. */
function ofOffsets(reading: Reading): Recognition | undefined {
  const pair =
    pairOf(reading, offsetText) ??
    pairOf(
      reading,
      /(?<=\d )(?:UTC|GMT|CES?T|EES?T|BST|[ECMP][SD]T|JST|[+-]\d\d)(?=[\s"',)]|\0|$)/g,
    );
  if (pair === undefined) return undefined;
  const { canariesA, canariesB } = reading.evidence;
  const own =
    canariesA !== undefined &&
    canariesB !== undefined &&
    offsetOf(pair.a.text) === zoneOffset(canariesA.timezone, canariesA.epoch) &&
    offsetOf(pair.b.text) === zoneOffset(canariesB.timezone, canariesB.epoch);
  return {
    kind: 'offset from UTC',
    certainty: own ? 'certain' : 'likely',
    ...valuesOf(reading, pair),
    remedy,
  };
}

function offsetOf(text: string): number | undefined {
  const digits = /^([+-])(\d\d):?(\d\d)?$/.exec(text);
  if (digits === null) return /^(?:UTC|GMT)$/.test(text) ? 0 : Number.NaN;
  const seconds = Number(digits[2]) * 3600 + Number(digits[3] ?? 0) * 60;
  return digits[1] === '-' ? (seconds === 0 ? 0 : -seconds) : seconds;
}
