import { zoneOffset } from './canaries/time-zones.js';
import type { Evidence } from './cause.js';

/** Builds under the same clock read it at most this far apart, seconds. */
const drift = 6 * 3600;

/**
 * Hours between two times of a field that stores wall clocks (zip, MS-DOS), where they are the same moment in two
 * zones: the builds had different zones and the times differ by just as much. Undefined otherwise.
 */
export function sameInstant({
  field,
  formats,
  canariesA,
  canariesB,
}: Evidence): number | undefined {
  if (field?.kind !== 'time' || field.secondsA === undefined || field.secondsB === undefined)
    return undefined;
  // Both moments are known, and only the zones they are written in differ.
  if (field.secondsA === field.secondsB && field.a !== field.b) return 0;
  if (!formats.some((format) => /^(?:zip|jar|whl|apk|fat|cab|lzh)$/.test(format))) return undefined;
  if (canariesA === undefined || canariesB === undefined) return undefined;
  const zoneA = zoneOffset(canariesA.timezone, field.secondsA);
  const zoneB = zoneOffset(canariesB.timezone, field.secondsB);
  if (zoneA === undefined || zoneB === undefined || zoneA === zoneB) return undefined;
  const apart = Math.abs(field.secondsA - zoneA - (field.secondsB - zoneB));
  return apart < Math.min(drift, Math.abs(zoneA - zoneB) / 2) ? (zoneA - zoneB) / 3600 : undefined;
}
