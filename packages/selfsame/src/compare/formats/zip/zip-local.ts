import { FormatError } from '../format.js';
import type { Field } from '../format.js';
import { decodeText, hexText } from '../reading/text.js';
import type { Window } from '../reading/window.js';
import { signatures } from './zip-directory.js';
import { commonFields, zip64Taker } from './zip-entry.js';
import type { CentralEntry } from './zip-entry.js';
import { readExtra } from './zip-extra.js';

const localBytes = 30;

/** Where an entry's bytes stand, and what its local header says that the central directory does not. */
export interface LocalEntry {
  readonly dataStart: number;
  readonly dataEnd: number;
  /** Behind the data descriptor. */
  readonly end: number;
  readonly fields: readonly Field[];
}

/**
 * Reads a local header (APPNOTE 4.3.7) and the data descriptor (4.3.9).
 *
 * @param limit where the next entry begins, at the latest
 * @throws FormatError `damaged`, also where entries overlap
 */
export async function readLocal(
  window: Window,
  entry: CentralEntry,
  offset: number,
  limit: number,
): Promise<LocalEntry> {
  const shown = JSON.stringify(entry.name);
  const fixed = Buffer.from(await window.bytes(offset, localBytes));
  if (fixed.length < localBytes || fixed.readUInt32LE(0) !== signatures.local) {
    throw new FormatError('damaged', `there is no local header of ${shown} at ${offset}`);
  }
  const nameEnd = localBytes + fixed.readUInt16LE(26);
  const headerEnd = nameEnd + fixed.readUInt16LE(28);
  const dataStart = offset + headerEnd;
  const dataEnd = dataStart + entry.compressedSize;
  if (dataEnd > limit) {
    throw new FormatError('damaged', `${shown} overlaps what follows it`);
  }
  const bytes = Buffer.from(await window.exactly(offset, headerEnd, 'a local header'));
  const extra = readExtra(bytes.subarray(nameEnd), offset + nameEnd);
  const take = zip64Taker(extra.zip64);
  const fields: Field[] = [];
  const add = (field: Field): void => {
    const central = entry.fields.find(({ name }) => name === field.name);
    if (central?.value !== field.value) fields.push({ ...field, name: `local ${field.name}` });
  };
  const descriptor = (entry.flags & 8) !== 0;
  for (const field of commonFields(bytes, 4, offset)) {
    // Zero where a descriptor has it.
    if (!(descriptor && field.name === 'crc-32' && bytes.readUInt32LE(14) === 0)) add(field);
  }
  const size = take(bytes.readUInt32LE(22));
  const compressedSize = take(bytes.readUInt32LE(18));
  for (const [name, value, stated, at] of [
    ['size', size, entry.size, 22],
    ['compressed size', compressedSize, entry.compressedSize, 18],
  ] as const) {
    if (value === stated || (descriptor && value === 0)) continue;
    fields.push({ name: `local ${name}`, kind: 'size', value: String(value), offset: offset + at });
  }
  const nameBytes = bytes.subarray(localBytes, nameEnd);
  if (!nameBytes.equals(entry.nameBytes)) {
    const value = decodeText(nameBytes);
    fields.push({ name: 'local name', kind: 'name', value, offset: offset + localBytes });
  }
  extra.fields.forEach(add);
  // A record of the central directory that the local header lacks.
  const length = descriptor ? await descriptorBytes(window, entry, dataEnd, limit) : undefined;
  if (descriptor) {
    const value = length === undefined ? 'none' : `${length} bytes`;
    fields.push({ name: 'data descriptor', kind: 'other', value, offset: dataEnd });
  }
  const missing = entry.fields.filter(
    ({ name }) => fromExtra(name) && !extra.fields.some((field) => field.name === name),
  );
  if (missing.length > 0) {
    const value = missing.map(({ name }) => name).join(', ');
    fields.push({ name: 'only in central directory', kind: 'other', value });
  }
  return { dataStart, dataEnd, end: dataEnd + (length ?? 0), fields };
}

function fromExtra(name: string): boolean {
  return /^(?:UT|NTFS|UX|extra|uid|gid|Unicode|zip64|jar mark|alignment)/.test(name);
}

/** With or without its signature, with sizes of 32 or 64 bits: the form whose values are right. */
async function descriptorBytes(
  window: Window,
  entry: CentralEntry,
  offset: number,
  limit: number,
): Promise<number | undefined> {
  const bytes = await window.bytes(offset, Math.min(24, limit - offset));
  const signed = bytes.length >= 4 && bytes.readUInt32LE(0) === signatures.descriptor;
  for (const start of signed ? [4, 0] : [0]) {
    for (const width of [4, 8]) {
      const length = start + 4 + 2 * width;
      if (length > bytes.length) continue;
      const number = (at: number): bigint =>
        width === 4 ? BigInt(bytes.readUInt32LE(at)) : bytes.readBigUInt64LE(at);
      if (
        bytes.readUInt32LE(start) === entry.crc &&
        number(start + 4) === BigInt(entry.compressedSize) &&
        number(start + 4 + width) === BigInt(entry.size)
      ) {
        return length;
      }
    }
  }
  return undefined;
}

/** What stands between two entries, or before the first. */
export function gapFields(bytes: Buffer, offset: number): Field[] {
  return bytes.every((byte) => byte === 0)
    ? [{ name: 'padding', kind: 'padding', value: `${bytes.length} zeros`, offset }]
    : [{ name: 'padding', kind: 'padding', value: hexText(bytes), offset }];
}
