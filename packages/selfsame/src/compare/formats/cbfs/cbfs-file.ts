import type { Field } from '../format.js';
import { decodeText, hexText, memberName } from '../reading/text.js';
import type { Window } from '../reading/window.js';

/** CBFS_FILE_MAGIC (coreboot, src/commonlib/bsd/include/commonlib/bsd/cbfs_serialized.h). */
export const mark = 'LARCHIVE';
/** Files begin at multiples of this (CBFS_ALIGNMENT). */
export const alignment = 64;
/** `struct cbfs_file`: the mark, then length, type, offset of attributes, offset of data, big-endian; then the name. */
const headerBytes = 24;
/** CBFS_METADATA_MAX_SIZE. */
const longestHeader = 4096;
/** Bytes in which marks are looked for at once: few, since files can be very small and very many. */
const pieceBytes = 4096;

/** A file of a ROM. */
export interface CbfsFile {
  /** Of its header. */
  readonly start: number;
  /** Empty: room that no file has. */
  readonly name: string;
  readonly fields: readonly Field[];
  readonly dataStart: number;
  readonly size: number;
}

/** The first file from `from` on. @param check called now and then; throws to stop */
export async function findFile(
  window: Window,
  from: number,
  check: () => void,
): Promise<CbfsFile | undefined> {
  const { size } = window.content;
  for (let at = from; at + headerBytes <= size;) {
    check();
    const piece = await window.bytes(at, Math.min(pieceBytes, size - at));
    for (let found = piece.indexOf(mark); found !== -1; found = piece.indexOf(mark, found + 1)) {
      check();
      if ((at + found) % alignment !== 0) continue;
      const file = await readFile(window, at + found);
      if (file !== undefined) return file;
    }
    // A mark may be cut off.
    at += Math.max(1, piece.length - mark.length + 1);
  }
  return undefined;
}

/** Undefined: there is none, only its mark. */
async function readFile(window: Window, start: number): Promise<CbfsFile | undefined> {
  const bytes = (await window.bytes(start, longestHeader)).subarray(0, longestHeader);
  if (bytes.length < headerBytes) return undefined;
  const [size, type] = [bytes.readUInt32BE(8), bytes.readUInt32BE(12)];
  const [attributes, data] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const end = attributes === 0 ? data : attributes;
  const isInside = data <= bytes.length && end > headerBytes && end <= data;
  if (!isInside || start + data + size > window.content.size) return undefined;
  const nameEnd = bytes.indexOf(0, headerBytes);
  if (nameEnd === -1 || nameEnd >= end) return undefined;
  const fields: Field[] = [
    { name: 'type', kind: 'version', value: `0x${type.toString(16)}`, offset: start + 12 },
    ...paddingFields(bytes.subarray(nameEnd, end), start + nameEnd),
    ...(attributes === 0 ? [] : attributeFields(bytes, attributes, data, start)),
  ];
  const name = memberName(decodeText(bytes.subarray(headerBytes, nameEnd)));
  return { start, name, fields, dataStart: start + data, size };
}

/** Zeros are what cbfstool writes; how many follows from the alignment of what is behind them. */
function paddingFields(padding: Buffer, offset: number): Field[] {
  const rest = padding.subarray(1);
  if (rest.every((byte) => byte === 0)) {
    const value = `${rest.length} zeros`;
    return [{ name: 'room behind the name', kind: 'size', value, offset }];
  }
  return [{ name: 'behind the name', kind: 'padding', value: hexText(rest), offset }];
}

/** Tags of attributes (cbfs_serialized.h). */
const attributeNames: Readonly<Record<number, readonly [string, Field['kind']]>> = {
  0x42435a4c: ['compression', 'compression'],
  0x68736148: ['hash', 'checksum'],
  0x42435350: ['position', 'other'],
  0x42434c41: ['alignment', 'other'],
  0x32494242: ['initial boot block', 'other'],
  0x53746748: ['stage header', 'other'],
};

function attributeFields(bytes: Buffer, from: number, to: number, start: number): Field[] {
  const fields: Field[] = [];
  for (let at = from; at < to;) {
    const tag = at + 8 <= to ? bytes.readUInt32BE(at) : 0;
    const length = at + 8 <= to ? bytes.readUInt32BE(at + 4) : 0;
    const [name, kind] = attributeNames[tag] ?? [`attribute 0x${tag.toString(16)}`, 'other'];
    // What cannot be cut into attributes is one.
    const isWhole = length >= 8 && at + length <= to && tag !== 0 && tag !== 0xffffffff;
    const value = hexText(bytes.subarray(isWhole ? at + 8 : at, isWhole ? at + length : to));
    const said = isWhole
      ? { name, kind }
      : { name: 'behind the attributes', kind: 'padding' as const };
    fields.push({ ...said, value, offset: start + at });
    at = isWhole ? at + length : to;
  }
  return unique(fields);
}

function unique(fields: readonly Field[]): Field[] {
  const counts = new Map<string, number>();
  return fields.map((field) => {
    const count = (counts.get(field.name) ?? 0) + 1;
    counts.set(field.name, count);
    return count === 1 ? field : { ...field, name: `${field.name} ${count}` };
  });
}
