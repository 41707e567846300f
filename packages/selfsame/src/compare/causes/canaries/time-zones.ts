/**
 * Seconds east of Greenwich of a zone at a moment: names of the zone database, or POSIX's `GMT+12`
 * (west is positive there). Undefined: no zone that is known.
 */
export function zoneOffset(zone: string, epoch: number): number | undefined {
  const key = `${zone}\n${Math.floor(epoch / 3600)}`;
  if (!offsets.has(key)) {
    if (offsets.size > 256) offsets.clear();
    offsets.set(key, findOffset(zone, epoch));
  }
  return offsets.get(key);
}

const offsets = new Map<string, number | undefined>();

function findOffset(zone: string, epoch: number): number | undefined {
  const posix = /^:?<?[A-Za-z+-]{0,6}\d{0,4}>?([+-]?)(\d{1,2})(?::(\d\d))?$/.exec(zone);
  if (posix !== null && !zone.includes('/')) {
    const west = Number(posix[2]) * 3600 + Number(posix[3] ?? 0) * 60;
    return posix[1] === '-' ? west : west === 0 ? 0 : -west;
  }
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: zone.replace(/^:/, ''),
      timeZoneName: 'longOffset',
    }).formatToParts(epoch * 1000);
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const offset = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name);
    if (offset === null) return undefined;
    const seconds = Number(offset[2] ?? 0) * 3600 + Number(offset[3] ?? 0) * 60;
    return offset[1] === '-' ? -seconds : seconds;
  } catch {
    return undefined;
  }
}
