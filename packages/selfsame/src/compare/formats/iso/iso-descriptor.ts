import type { Field } from '../format.js';
import { decodeText } from '../reading/text.js';
import { timeText } from '../reading/time.js';

/** Where the primary volume descriptor stands: sector 16 (ECMA-119, 6.2.1 and 8.4). */
export const descriptorOffset = 16 * 2048;

export const descriptorBytes = 2048;

/** Whether the bytes are a primary volume descriptor. */
export function isDescriptor(bytes: Buffer): boolean {
  return bytes.length >= 8 && bytes[0] === 1 && bytes.toString('latin1', 1, 6) === 'CD001';
}

const texts = [
  ['system identifier', 8, 32],
  ['volume identifier', 40, 32],
  ['volume set identifier', 190, 128],
  ['publisher identifier', 318, 128],
  ['data preparer identifier', 446, 128],
  ['application identifier', 574, 128],
] as const;

const times = [
  ['volume creation', 813],
  ['volume modification', 830],
  ['volume expiration', 847],
  ['volume effective', 864],
] as const;

/** @param block the 2048 bytes of the descriptor */
export function descriptorFields(block: Buffer): Field[] {
  const fields: Field[] = [];
  for (const [name, at, length] of texts) {
    const value = decodeText(block.subarray(at, at + length)).replace(/[ \0]+$/, '');
    fields.push({ name, kind: 'text', value, offset: descriptorOffset + at });
  }
  for (const [name, at] of times) fields.push(timeOf(name, block.subarray(at, at + 17), at));
  const size = String(block.readUInt32LE(80));
  fields.push({
    name: 'volume space size',
    kind: 'size',
    value: size,
    offset: descriptorOffset + 80,
  });
  return fields;
}

/** ECMA-119, 8.4.26.1: `YYYYMMDDHHMMSScc` and the zone in quarters of an hour. */
function timeOf(name: string, bytes: Buffer, at: number): Field {
  const text = bytes.toString('latin1', 0, 16);
  const zone = bytes.length > 16 ? bytes.readInt8(16) : 0;
  const offset = descriptorOffset + at;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (match === null || /^0+$/.test(text)) {
    const value = /^0+$/.test(text) ? 'none' : decodeText(bytes);
    return { name, kind: 'time', value, offset };
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map(Number);
  const seconds = Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - zone * 900;
  const zoneText = zone === 0 ? '' : ` (zone ${zone * 15} minutes)`;
  return { name, kind: 'time', value: timeText(seconds, match[7]) + zoneText, seconds, offset };
}
