import { parseTime } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';

/** The time that `--at` asks about, in seconds since 1970; now where it is not given. Throws WRONG_USE for no time. */
export function timeOf(given: string | undefined): number {
  if (given === undefined) return Math.floor(Date.now() / 1000);
  const time = parseTime(given);
  if (time !== undefined) return time;
  throw new SelfsameError('WRONG_USE', `--at ${given} is not a time`, {
    hint: 'write a day, or a second in UTC: --at 2027-03-01 or --at 2027-03-01T12:00:00Z',
  });
}
