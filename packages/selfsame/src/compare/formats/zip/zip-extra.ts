import type { Field } from '../format.js';
import { decodeText, hexText } from '../reading/text.js';
import { timeField } from '../reading/time.js';

/** Values of zip64 (APPNOTE 4.5.3), in the order in which they stand. */
export type Zip64Values = readonly bigint[];

/** What the extra field of a header holds. */
export interface ZipExtra {
  readonly fields: readonly Field[];
  readonly zip64: Zip64Values;
  /** APPNOTE 7.2: AES by WinZip. */
  readonly aes: boolean;
}

/** One record: where its data stands in the archive. */
interface Extra {
  readonly data: Buffer;
  readonly offset: number;
}

/** Readers of records by header id (APPNOTE 4.5.2, 4.6; Info-ZIP's proginfo/extrafld.txt); undefined: not of its form. */
const readers: Readonly<Record<number, (extra: Extra) => Field[] | undefined>> = {
  0x5455: unixTimes,
  0x000a: ntfsTimes,
  0x7875: unixOwner,
  0x7855: ({ data, offset }) =>
    data.length === 0
      ? []
      : data.length === 4
        ? owner(data.readUInt16LE(0), data.readUInt16LE(2), offset)
        : undefined,
  0x5855: oldUnix,
  0x7075: ({ data, offset }) => unicode('Unicode path', 'name', data, offset),
  0x6375: ({ data, offset }) => unicode('Unicode comment', 'text', data, offset),
  0xd935: ({ data, offset }) => [
    { name: 'alignment', kind: 'padding', value: hexText(data), offset },
  ],
  0xcafe: ({ data, offset }) => [{ name: 'jar mark', kind: 'other', value: hexText(data), offset }],
};

const names: Readonly<Record<number, string>> = { 0x5455: 'UT', 0x7875: 'ux', 0x000a: 'NTFS' };

/**
 * Splits an extra field. What is not understood is shown in hexadecimal.
 *
 * @param offset of the extra field in the archive
 */
export function readExtra(bytes: Buffer, offset: number): ZipExtra {
  const fields: Field[] = [];
  let zip64: bigint[] = [];
  let aes = false;
  let at = 0;
  while (at + 4 <= bytes.length) {
    const id = bytes.readUInt16LE(at);
    const length = bytes.readUInt16LE(at + 2);
    if (at + 4 + length > bytes.length) break;
    const extra = { data: bytes.subarray(at + 4, at + 4 + length), offset: offset + at + 4 };
    if (id === 0x0001) zip64 = splitZip64(extra.data);
    if (id === 0x9901) aes = true;
    const found = readers[id]?.(extra);
    const name =
      id === 0x0001 ? 'zip64' : `extra ${names[id] ?? `0x${id.toString(16).padStart(4, '0')}`}`;
    const kind = id === 0x0001 ? 'size' : 'other';
    if (found === undefined) {
      fields.push({ name, kind, value: hexText(extra.data) || 'empty', offset: extra.offset });
    } else fields.push(...found);
    at += 4 + length;
  }
  if (at < bytes.length) {
    // zipalign pads with zeros that are no record.
    const value = hexText(bytes.subarray(at));
    fields.push({ name: 'extra padding', kind: 'padding', value, offset: offset + at });
  }
  return { fields, zip64, aes };
}

function splitZip64(data: Buffer): bigint[] {
  const values: bigint[] = [];
  for (let at = 0; at + 8 <= data.length; at += 8) values.push(data.readBigUInt64LE(at));
  return values;
}

function unixTimes({ data, offset }: Extra): Field[] | undefined {
  if (data.length === 0) return undefined;
  const flags = data[0] ?? 0;
  const fields: Field[] = [
    { name: 'UT flags', kind: 'flags', value: flags.toString(2).padStart(3, '0'), offset },
  ];
  let at = 1;
  for (const [bit, name] of [
    [1, 'UT mtime'],
    [2, 'UT atime'],
    [4, 'UT ctime'],
  ] as const) {
    // The central directory has the flags of the local header, but only the first time.
    if ((flags & bit) === 0 || at + 4 > data.length) continue;
    fields.push(timeField(name, data.readInt32LE(at), offset + at));
    at += 4;
  }
  return at === data.length ? fields : undefined;
}

/** Seconds between 1601 and 1970. */
const windowsEpoch = 11_644_473_600n;

function ntfsTimes({ data, offset }: Extra): Field[] | undefined {
  if (data.length !== 32 || data.readUInt32LE(0) !== 0) return undefined;
  if (data.readUInt16LE(4) !== 1 || data.readUInt16LE(6) !== 24) return undefined;
  return ['NTFS mtime', 'NTFS atime', 'NTFS ctime'].map((name, index) => {
    const at = 8 + 8 * index;
    const ticks = data.readBigUInt64LE(at);
    const fraction = String(ticks % 10_000_000n).padStart(7, '0');
    return timeField(name, Number(ticks / 10_000_000n - windowsEpoch), offset + at, fraction);
  });
}

function unixOwner({ data, offset }: Extra): Field[] | undefined {
  const uidBytes = data[1] ?? 0;
  const gidBytes = data[2 + uidBytes] ?? 0;
  if (data[0] !== 1 || data.length !== 3 + uidBytes + gidBytes) return undefined;
  if (uidBytes === 0 || gidBytes === 0 || uidBytes > 8 || gidBytes > 8) return undefined;
  const uid = littleEndian(data.subarray(2, 2 + uidBytes));
  const gid = littleEndian(data.subarray(3 + uidBytes));
  return [
    { name: 'uid', kind: 'owner', value: ownerText(uid, uidBytes), offset: offset + 2 },
    { name: 'gid', kind: 'owner', value: ownerText(gid, gidBytes), offset: offset + 3 + uidBytes },
  ];
}

/** Info-ZIP writes 4 bytes. */
function ownerText(id: bigint, bytes: number): string {
  return bytes === 4 ? String(id) : `${id} (${bytes} bytes)`;
}

function littleEndian(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function owner(uid: number, gid: number, offset: number): Field[] {
  return [
    { name: 'uid (16 bits)', kind: 'owner', value: String(uid), offset },
    { name: 'gid (16 bits)', kind: 'owner', value: String(gid), offset: offset + 2 },
  ];
}

function oldUnix({ data, offset }: Extra): Field[] | undefined {
  if (data.length !== 8 && data.length !== 12) return undefined;
  const times = [
    timeField('UX atime', data.readInt32LE(0), offset),
    timeField('UX mtime', data.readInt32LE(4), offset + 4),
  ];
  if (data.length === 8) return times;
  return [...times, ...owner(data.readUInt16LE(8), data.readUInt16LE(10), offset + 8)];
}

function unicode(
  name: string,
  kind: 'name' | 'text',
  data: Buffer,
  offset: number,
): Field[] | undefined {
  if (data.length < 5 || data[0] !== 1) return undefined;
  const value = `${decodeText(data.subarray(5))} (for checksum ${data.toString('hex', 1, 5)})`;
  return [{ name, kind, value, offset }];
}
