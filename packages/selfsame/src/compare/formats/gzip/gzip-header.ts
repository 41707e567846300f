import { FormatError } from '../format.js';
import type { Field } from '../format.js';
import { decodeText, hexText } from '../reading/text.js';
import { timeField } from '../reading/time.js';
import { cutOff } from '../reading/window.js';
import type { Window } from '../reading/window.js';

/** The header of one gzip member (RFC 1952, 2.3). */
export interface GzipHeader {
  readonly fields: readonly Field[];
  /** Bytes before the deflated data. */
  readonly length: number;
}

/** Longest name or comment that is read. */
const maxTextBytes = 64 * 1024;

const flagNames = ['FTEXT', 'FHCRC', 'FEXTRA', 'FNAME', 'FCOMMENT', 'bit 5', 'bit 6', 'bit 7'];

/** RFC 1952, 2.3.1 (OS). */
const systems: Readonly<Record<number, string>> = {
  0: 'FAT',
  3: 'Unix',
  7: 'Macintosh',
  10: 'TOPS-20',
  11: 'NTFS',
  255: 'unknown',
};

/** True where a gzip member begins. */
export function isGzip(head: Uint8Array): boolean {
  return head.length >= 18 && head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/** @throws FormatError `damaged` */
export async function readGzipHeader(window: Window, start: number): Promise<GzipHeader> {
  const what = 'a gzip header';
  const fixed = Buffer.from(await window.exactly(start, 10, what));
  const [flags = 0, level = 0, system = 0] = [fixed[3], fixed[8], fixed[9]];
  const names = flagNames.filter((_, bit) => (flags & (1 << bit)) !== 0);
  const fields: Field[] = [
    { name: 'FLG', kind: 'flags', value: names.join(' ') || 'none', offset: start + 3 },
    mtimeField(fixed.readUInt32LE(4), start + 4),
    { name: 'XFL', kind: 'compression', value: levelText(level), offset: start + 8 },
    { name: 'OS', kind: 'other', value: systems[system] ?? String(system), offset: start + 9 },
  ];
  let at = start + 10;
  if ((flags & 4) !== 0) {
    const length = (await window.exactly(at, 2, what)).readUInt16LE(0);
    const value = hexText(await window.exactly(at + 2, length, what));
    fields.push({ name: 'FEXTRA', kind: 'other', value, offset: at + 2 });
    at += 2 + length;
  }
  for (const [bit, name, kind] of [
    [8, 'FNAME', 'name'],
    [16, 'FCOMMENT', 'text'],
  ] as const) {
    if ((flags & bit) === 0) continue;
    const bytes = await window.bytes(at, maxTextBytes);
    const end = bytes.indexOf(0);
    if (end === -1) {
      if (bytes.length < maxTextBytes) throw cutOff(what);
      throw new FormatError('damaged', `its ${name} has no end`);
    }
    fields.push({ name, kind, value: decodeText(bytes.subarray(0, end)), offset: at });
    at += end + 1;
  }
  if ((flags & 2) !== 0) {
    const value = hexText(await window.exactly(at, 2, what));
    fields.push({ name: 'CRC16', kind: 'checksum', value, offset: at });
    at += 2;
  }
  return { fields, length: at - start };
}

function mtimeField(seconds: number, offset: number): Field {
  if (seconds !== 0) return timeField('MTIME', seconds, offset);
  return { name: 'MTIME', kind: 'time', value: 'none', seconds: 0, offset };
}

function levelText(level: number): string {
  if (level === 2) return '2 (best)';
  return level === 4 ? '4 (fastest)' : String(level);
}
