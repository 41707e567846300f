/** Seconds since 1970-01-01T00:00:00Z, whole. This package has no clock: every time is handed in. */
export type PosixTime = number;

const TIME = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})Z)?$/;

/**
 * Reads `2027-03-01` (its first second) or `2027-03-01T12:00:00Z`, in UTC; undefined for anything else,
 * also for days that do not exist. A subset of RFC 3339 that has one spelling for each second.
 */
export function parseTime(text: unknown): PosixTime | undefined {
  const found = typeof text === 'string' ? TIME.exec(text) : null;
  if (found === null) return undefined;
  const iso = `${found[1]}T${found[2] ?? '00:00:00'}.000Z`;
  const milliseconds = Date.parse(iso);
  // `Date` takes the 31st of June for the 1st of July.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString() !== iso) return undefined;
  return milliseconds / 1000;
}

/** The shortest text that `parseTime` reads as this time; the time from year 0 to 9999. */
export function formatTime(time: PosixTime): string {
  const iso = new Date(time * 1000).toISOString().replace('.000Z', 'Z');
  return iso.endsWith('T00:00:00Z') ? iso.slice(0, 10) : iso;
}
