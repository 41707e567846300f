import type { Field } from '../format.js';
import { decodeCString, hexText, octalText } from '../reading/text.js';
import { timeField } from '../reading/time.js';
import { isZero } from '../reading/trailing.js';

/**
 * One field of a header block (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"):
 * name, offset, length.
 */
type Slot = readonly [name: string, offset: number, length: number];

export const blockBytes = 512;

const numbers = {
  mode: ['mode', 100, 8],
  uid: ['uid', 108, 8],
  gid: ['gid', 116, 8],
  size: ['size', 124, 12],
  mtime: ['mtime', 136, 12],
  chksum: ['chksum', 148, 8],
  devmajor: ['devmajor', 329, 8],
  devminor: ['devminor', 337, 8],
  atime: ['atime', 345, 12],
  ctime: ['ctime', 357, 12],
} as const satisfies Record<string, Slot>;

/** Raw values of one header block. */
export interface TarHeader {
  readonly block: Buffer;
  readonly offset: number;
  readonly type: string;
  readonly magic: 'ustar' | 'gnu' | 'none';
  readonly name: string;
  readonly linkName: string;
  /** Bytes that follow, unless a pax header says otherwise; undefined: no number. */
  readonly size: bigint | undefined;
}

/** Splits a header block, believing nothing but its checksum, which the caller has checked. */
export function splitHeader(block: Buffer, offset: number): TarHeader {
  const magic = magicOf(block);
  const prefix = magic === 'ustar' ? decodeCString(block.subarray(345, 500)) : '';
  const name = decodeCString(block.subarray(0, 100));
  return {
    block,
    offset,
    type: String.fromCharCode(block[156] ?? 0),
    magic,
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkName: decodeCString(block.subarray(157, 257)),
    size: tarNumber(block, 124, 12),
  };
}

function magicOf(block: Buffer): TarHeader['magic'] {
  if (block.toString('latin1', 257, 262) !== 'ustar') return 'none';
  return block[262] === 0 ? 'ustar' : 'gnu';
}

/** Octal text, or base 256 in two's complement where the first bit is set (GNU); undefined: neither. */
export function tarNumber(block: Buffer, offset: number, length: number): bigint | undefined {
  const first = block[offset] ?? 0;
  if (first >= 0x80) {
    const bits = 8n * BigInt(length) - 1n;
    const raw = BigInt(`0x${block.toString('hex', offset, offset + length)}`);
    // The first bit only marks the form; the one after it is the sign.
    return BigInt.asIntN(Number(bits), raw);
  }
  const text = block.toString('latin1', offset, offset + length);
  const digits = /^[ \0]*([0-7]*)(?:[ \0]|$)/.exec(text)?.[1];
  if (digits === undefined) return undefined;
  return digits === '' ? 0n : BigInt(`0o${digits}`);
}

/**
 * What an entry's header holds, apart from name and size. Forms that programs rarely write (spaces for zeros, base 256)
 * and bytes that nothing reads get fields of their own, so that two headers with equal fields hold the same.
 *
 * @param before put before each name, for headers of extended headers
 */
export function headerFields(header: TarHeader, before = ''): Field[] {
  const { block, offset } = header;
  const fields: Field[] = [];
  const add = (kind: Field['kind'], [name, at]: Slot, value: string): void => {
    fields.push({ name: before + name, kind, value, offset: offset + at });
  };
  const value = ([, at, length]: Slot): bigint | undefined => tarNumber(block, at, length);
  add('mode', numbers.mode, number(value(numbers.mode), octalText));
  add('owner', numbers.uid, number(value(numbers.uid)));
  add('owner', numbers.gid, number(value(numbers.gid)));
  add('owner', ['uname', 265, 32], decodeCString(block.subarray(265, 297)));
  add('owner', ['gname', 297, 32], decodeCString(block.subarray(297, 329)));
  fields.push(timeOf(header, numbers.mtime, before));
  add('other', ['typeflag', 156, 1], JSON.stringify(header.type));
  add('version', ['magic', 257, 8], JSON.stringify(block.toString('latin1', 257, 265)));
  if (header.linkName !== '') add('link', ['linkname', 157, 100], header.linkName);
  for (const slot of [numbers.devmajor, numbers.devminor]) {
    const device = value(slot);
    if (device !== 0n) add('other', slot, number(device));
  }
  if (header.magic === 'gnu') {
    for (const slot of [numbers.atime, numbers.ctime]) {
      if ((block[slot[1]] ?? 0) !== 0) fields.push(timeOf(header, slot, before));
    }
  }
  fields.push(...formFields(header, before));
  return fields;
}

function number(
  value: bigint | undefined,
  show = (known: bigint): string => String(known),
): string {
  return value === undefined ? 'no number' : show(value);
}

function timeOf({ block, offset }: TarHeader, [name, at, length]: Slot, before: string): Field {
  const seconds = tarNumber(block, at, length);
  if (seconds !== undefined) return timeField(before + name, Number(seconds), offset + at);
  return { name: before + name, kind: 'time', value: 'no number', offset: offset + at };
}

/** Zero-padded octal digits up to the last byte, which is a NUL or a space; or nothing at all. */
const usualForm = /^(?:[0-7]+[ \0]|\0*|[0-7]{6}(?:\0 | \0))$/;

function formFields({ block, offset, magic }: TarHeader, before: string): Field[] {
  const fields: Field[] = [];
  const slots: readonly Slot[] =
    magic === 'gnu' ? Object.values(numbers) : Object.values(numbers).slice(0, 8);
  const endings: string[] = [];
  for (const [name, at, length] of slots) {
    const text = block.toString('latin1', at, at + length);
    if (usualForm.test(text)) {
      endings.push(text.replace(/^[0-7]+/, '') === '\0' ? '0' : text.startsWith('\0') ? '-' : 's');
      continue;
    }
    if (name === 'chksum') continue;
    const value = `stored as ${JSON.stringify(text)}`;
    fields.push({ name: `${before}${name} form`, kind: 'other', value, offset: offset + at });
  }
  // How GNU tar, bsdtar and Python write ustar and pax, and GNU tar its own; the magic tells them apart.
  const form = endings.join('');
  if (form !== (magic === 'gnu' ? '00000s----' : '00000s00')) {
    fields.push({ name: `${before}number endings`, kind: 'other', value: form });
  }
  const unused = unusedBytes(block, magic);
  if (unused !== undefined) {
    const [at, bytes] = unused;
    const value = hexText(bytes);
    fields.push({ name: `${before}unused bytes`, kind: 'padding', value, offset: offset + at });
  }
  return fields;
}

/** Bytes after the NUL of a text, and those that the variant of the format does not use, if any is not zero. */
function unusedBytes(block: Buffer, magic: TarHeader['magic']): [number, Buffer] | undefined {
  const rest = Buffer.from(block);
  const clearText = (at: number, length: number): void => {
    const end = rest.subarray(at, at + length).indexOf(0);
    rest.fill(0, at, at + (end === -1 ? length : end));
  };
  clearText(0, 100);
  rest.fill(0, 100, 157);
  clearText(157, 100);
  rest.fill(0, 257, 265);
  clearText(265, 32);
  clearText(297, 32);
  rest.fill(0, 329, 345);
  if (magic === 'ustar') clearText(345, 155);
  // GNU: atime, ctime, offset, longnames, unused, sparse map, isextended, realsize.
  if (magic === 'gnu') rest.fill(0, 345, 495);
  if (isZero(rest)) return undefined;
  const first = rest.findIndex((byte) => byte !== 0);
  return [first, rest.subarray(first)];
}
