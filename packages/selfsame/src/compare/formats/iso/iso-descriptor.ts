import type { Field } from '../format.js';
import { decodeText, hexText, UniqueNames } from '../reading/text.js';
import { timeText } from '../reading/time.js';
import { isZero } from '../reading/trailing.js';
import type { Window } from '../reading/window.js';

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

/** What descriptors are called in fields, by their types (8.1.1), but for the primary one. */
const kinds: Readonly<Record<number, string>> = {
  0: 'boot record',
  2: 'supplementary',
  3: 'partition',
  255: 'terminator',
};

/** Descriptors that are read: the set ends with its terminator, and real ones have three or four. */
const mostDescriptors = 32;

/** All descriptors of the volume: names, times and sizes; of the rest of each a field for all its bytes. */
export async function volumeFields(window: Window): Promise<Field[]> {
  const fields: Field[] = [];
  const names = new UniqueNames();
  for (let number = 0; number < mostDescriptors; number += 1) {
    const start = descriptorOffset + number * descriptorBytes;
    const block = await window.bytes(start, descriptorBytes);
    if (block.length < descriptorBytes || block.toString('latin1', 1, 6) !== 'CD001') break;
    const type = block[0] ?? 0;
    const kind = type === 1 ? '' : `${kinds[type] ?? `type ${type}`} `;
    const known = type === 1 || type === 2 ? descriptorFields(block, start) : [];
    for (const field of [...known, restOf(block, start, known)])
      fields.push({ ...field, name: names.unique(kind + field.name) });
    if (type === 255) break;
  }
  return fields;
}

/** What no other field says. */
function restOf(block: Buffer, start: number, known: readonly Field[]): Field {
  const rest = Buffer.from(block);
  for (const { offset = start, length = 0 } of known)
    rest.fill(0, offset - start, offset - start + length);
  const value = isZero(rest) ? 'zeros' : hexText(rest);
  return { name: 'descriptor, other bytes', kind: 'other', value, offset: start };
}

/** @param block the 2048 bytes of the descriptor, which stands at `start` */
function descriptorFields(block: Buffer, start: number): Field[] {
  const fields: Field[] = [];
  for (const [name, at, length] of texts) {
    const value = decodeText(block.subarray(at, at + length)).replace(/[ \0]+$/, '');
    fields.push({ name, kind: 'text', value, offset: start + at, length });
  }
  for (const [name, at] of times)
    fields.push({ ...timeOf(name, block.subarray(at, at + 17), start + at), length: 17 });
  // In both byte orders, one after the other (7.3.3).
  const [little, big] = [block.readUInt32LE(80), block.readUInt32BE(84)];
  const value = little === big ? `${little}` : `${little} or ${big}`;
  const place = { offset: start + 80, length: 8 };
  fields.push({ name: 'volume space size', kind: 'size', value, ...place });
  return fields;
}

/** ECMA-119, 8.4.26.1: `YYYYMMDDHHMMSScc` and the zone in quarters of an hour. */
function timeOf(name: string, bytes: Buffer, offset: number): Field {
  const text = bytes.toString('latin1', 0, 16);
  const zone = bytes.length > 16 ? bytes.readInt8(16) : 0;
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
