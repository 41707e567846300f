import type { Field } from '../format.js';

/** Seconds that Date can show (ECMA-262, "Time Values and Time Range"). */
const mostSeconds = 8.64e12;

/** A time in seconds since 1970 as `2026-11-21T12:00:00Z`, with a fraction's digits as they are given. */
export function timeText(seconds: number, fraction = ''): string {
  const whole = Math.floor(seconds);
  const digits = fraction === '' ? '' : `.${fraction}`;
  if (!Number.isFinite(whole) || Math.abs(whole) > mostSeconds) return `${whole}${digits} seconds`;
  const iso = new Date(whole * 1000).toISOString();
  return `${iso.slice(0, iso.length - 5)}${digits}Z`;
}

/** A field that holds a time in seconds since 1970. */
export function timeField(name: string, seconds: number, offset?: number, fraction = ''): Field {
  return {
    name,
    kind: 'time',
    value: timeText(seconds, fraction),
    seconds: fraction === '' ? seconds : Math.floor(seconds) + Number(`0.${fraction}`),
    ...(offset !== undefined && { offset }),
  };
}

/**
 * Date and time of MS-DOS, as zip has them: the local time of whoever made it, to two seconds.
 * `seconds` takes it as UTC. The text has no `Z`, since the zone is not known.
 */
export function dosTimeField(name: string, date: number, time: number, offset: number): Field {
  const [year, month, day] = [1980 + (date >>> 9), (date >>> 5) & 15, date & 31];
  const [hour, minute, second] = [time >>> 11, (time >>> 5) & 63, (time & 31) * 2];
  const pad = (value: number): string => String(value).padStart(2, '0');
  return {
    name,
    kind: 'time',
    value: `${year}-${pad(month)}-${pad(day)} ${pad(hour)}:${pad(minute)}:${pad(second)}`,
    seconds: Date.UTC(year, month - 1, day, hour, minute, second) / 1000,
    offset,
  };
}
