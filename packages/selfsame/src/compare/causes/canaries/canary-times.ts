import type { Canaries } from '../cause.js';
import { zoneOffset } from './time-zones.js';

/** Clocks of a build lie in `[epoch - slack, epoch + day]`: inputs are stamped shortly before the start. */
const day = 86_400;
const slack = 60;
/** Zones lie between UTC-12 and UTC+14. */
const widestZone = 14 * 3600;

/** Whether a moment is one that the clock of a build showed. */
export function inWindow(seconds: number, canaries: Canaries): boolean {
  return seconds >= canaries.epoch - slack && seconds <= canaries.epoch + day;
}

/** Whether a wall clock, read as if it were UTC, is one of the build's in some zone. */
export function inAnyZone(seconds: number, canaries: Canaries): boolean {
  return (
    seconds >= canaries.epoch - slack - widestZone && seconds <= canaries.epoch + day + widestZone
  );
}

/** Whether a wall clock, read as if it were UTC, is one of the build's in its own zone or in UTC. */
export function onTheClock(seconds: number, canaries: Canaries): boolean {
  if (inWindow(seconds, canaries)) return true;
  const offset = zoneOffset(canaries.timezone, canaries.epoch);
  return offset !== undefined && inWindow(seconds - offset, canaries);
}
