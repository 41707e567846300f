import { FormatError } from '../format.js';
import type { Field } from '../format.js';
import { boundedText, decodeText, octalText } from '../reading/text.js';
import { dosTimeField } from '../reading/time.js';
import type { Window } from '../reading/window.js';
import { safe, signatures } from './zip-directory.js';
import { readExtra } from './zip-extra.js';
import type { Zip64Values } from './zip-extra.js';

/** What a header in the central directory says (APPNOTE 4.3.12). */
export interface CentralEntry {
  readonly name: string;
  readonly nameBytes: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** As stated, before the directory's base is added. */
  readonly localOffset: number;
  /** stat(2) mode, 0 where there is none. */
  readonly mode: number;
  readonly encrypted: boolean;
  readonly fields: readonly Field[];
  /** Bytes of the header. */
  readonly length: number;
}

/** APPNOTE 4.4.5. */
export const methods: Readonly<Record<number, string>> = {
  0: 'stored',
  1: 'shrunk',
  6: 'imploded',
  8: 'deflate',
  9: 'deflate64',
  12: 'bzip2',
  14: 'lzma',
  93: 'zstd',
  95: 'xz',
  98: 'ppmd',
  99: 'AES',
};

const flagNames = [
  'encrypted',
  'level 1',
  'level 2',
  'data descriptor',
  'bit 4',
  'patch',
  'strong encryption',
  'bit 7',
  'bit 8',
  'bit 9',
  'bit 10',
  'UTF-8',
  'bit 12',
  'masked',
  'bit 14',
  'bit 15',
];

/** APPNOTE 4.4.2. */
const systems: Readonly<Record<number, string>> = {
  0: 'MS-DOS',
  3: 'Unix',
  7: 'Macintosh',
  10: 'NTFS',
  11: 'MVS',
  14: 'VFAT',
  19: 'OS X',
};

const centralBytes = 46;

/** @throws FormatError `damaged` */
export async function readCentral(
  window: Window,
  offset: number,
  end: number,
): Promise<CentralEntry> {
  const fixed = await window.bytes(offset, centralBytes);
  if (fixed.length < centralBytes || fixed.readUInt32LE(0) !== signatures.central) {
    throw new FormatError('damaged', `there is no header of the central directory at ${offset}`);
  }
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((at) => fixed.readUInt16LE(at));
  const extraAt = centralBytes + (nameLength ?? 0);
  const commentAt = extraAt + (extraLength ?? 0);
  const length = commentAt + (commentLength ?? 0);
  if (offset + length > end) throw new FormatError('damaged', 'its central directory is cut off');
  // A copy, since the window moves on.
  const bytes = Buffer.from(await window.exactly(offset, length, 'the central directory'));
  const extra = readExtra(bytes.subarray(extraAt, commentAt), offset + extraAt);
  const take = zip64Taker(extra.zip64);
  const size = take(bytes.readUInt32LE(24));
  const compressedSize = take(bytes.readUInt32LE(20));
  const localOffset = take(bytes.readUInt32LE(42));
  const nameBytes = bytes.subarray(centralBytes, extraAt);
  const flags = bytes.readUInt16LE(8);
  const method = bytes.readUInt16LE(10);
  const made = bytes.readUInt16LE(4);
  const attributes = bytes.readUInt32LE(38);
  const fields: Field[] = [
    {
      name: 'version made by',
      kind: 'version',
      value: `${systems[made >>> 8] ?? made >>> 8} ${versionText(made & 255)}`,
      offset: offset + 4,
    },
    ...commonFields(bytes, 6, offset),
    { name: 'compressed size', kind: 'size', value: String(compressedSize), offset: offset + 20 },
    {
      name: 'internal attributes',
      kind: 'flags',
      value: String(bytes.readUInt16LE(36)),
      offset: offset + 36,
    },
    {
      name: 'DOS attributes',
      kind: 'flags',
      value: `0x${(attributes & 0xffff).toString(16)}`,
      offset: offset + 38,
    },
  ];
  const mode = attributes >>> 16;
  if (mode !== 0) {
    fields.push({ name: 'mode', kind: 'mode', value: octalText(mode), offset: offset + 40 });
  }
  fields.push(...extra.fields);
  if (commentAt < length) {
    const comment = boundedText(decodeText(bytes.subarray(commentAt)));
    fields.push({ name: 'comment', kind: 'text', value: comment, offset: offset + commentAt });
  }
  const disk = bytes.readUInt16LE(34);
  if (disk !== 0) {
    fields.push({ name: 'disk', kind: 'other', value: String(disk), offset: offset + 34 });
  }
  return {
    name: decodeText(nameBytes),
    nameBytes,
    flags,
    method,
    crc: bytes.readUInt32LE(16),
    compressedSize,
    size,
    localOffset,
    mode,
    encrypted: (flags & 0x41) !== 0 || method === 99 || extra.aes,
    fields,
    length,
  };
}

/** Values of all ones are in the zip64 record instead, in order (APPNOTE 4.5.3). */
export function zip64Taker(values: Zip64Values): (value: number) => number {
  let next = 0;
  return (value) => {
    if (value !== 0xffffffff) return value;
    const instead = values[next];
    next += 1;
    return instead === undefined ? value : safe(instead);
  };
}

/**
 * The values that both headers have in the same order: version needed, flags, method, time, date, checksum.
 *
 * @param at where the first of them stands in the header, and `offset` where the header does
 */
export function commonFields(bytes: Buffer, at: number, offset: number): Field[] {
  const flags = bytes.readUInt16LE(at + 2);
  const method = bytes.readUInt16LE(at + 4);
  const crc = bytes.readUInt32LE(at + 10);
  const named = flagNames.filter((_, bit) => (flags & (1 << bit)) !== 0);
  return [
    {
      name: 'version needed',
      kind: 'version',
      value: versionText(bytes.readUInt16LE(at)),
      offset: offset + at,
    },
    { name: 'flags', kind: 'flags', value: named.join(', ') || 'none', offset: offset + at + 2 },
    {
      name: 'method',
      kind: 'compression',
      value: methods[method] ?? String(method),
      offset: offset + at + 4,
    },
    dosTimeField('mtime', bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 6), offset + at + 6),
    {
      name: 'crc-32',
      kind: 'checksum',
      value: crc.toString(16).padStart(8, '0'),
      offset: offset + at + 10,
    },
  ];
}

function versionText(version: number): string {
  return `${Math.floor(version / 10)}.${version % 10}`;
}
