import { FormatError } from '../format.js';
import type { Field } from '../format.js';
import type { FieldKind } from '../../types.js';
import { decodeCString, hexText, octalText } from '../reading/text.js';
import { timeField } from '../reading/time.js';
import type { Window } from '../reading/window.js';

/** Longest name that is read, bytes. */
const maxNameBytes = 64 * 1024;

/** A number in a header: name, kind, first byte, digits. */
type Slot = readonly [name: string, kind: FieldKind, at: number, digits: number];

interface Layout {
  readonly bytes: number;
  readonly radix: 8 | 16;
  /** What name and data are padded to. */
  readonly alignment: number;
  readonly slots: readonly Slot[];
}

/** Linux, Documentation/driver-api/early-userspace/buffer-format.rst: 13 numbers of 8 hexadecimal digits. */
const newc: Layout = {
  bytes: 110,
  radix: 16,
  alignment: 4,
  slots: (
    [
      ['ino', 'inode'],
      ['mode', 'mode'],
      ['uid', 'owner'],
      ['gid', 'owner'],
      ['nlink', 'inode'],
      ['mtime', 'time'],
      ['filesize', 'size'],
      ['devmajor', 'inode'],
      ['devminor', 'inode'],
      ['rdevmajor', 'other'],
      ['rdevminor', 'other'],
      ['namesize', 'size'],
      ['check', 'checksum'],
    ] as const
  ).map(([name, kind], index) => [name, kind, 6 + 8 * index, 8] as const),
};

/** POSIX.1-2001 pax, "cpio Interchange Format": octal digits. */
const odc: Layout = {
  bytes: 76,
  radix: 8,
  alignment: 1,
  slots: [
    ['dev', 'inode', 6, 6],
    ['ino', 'inode', 12, 6],
    ['mode', 'mode', 18, 6],
    ['uid', 'owner', 24, 6],
    ['gid', 'owner', 30, 6],
    ['nlink', 'inode', 36, 6],
    ['rdev', 'other', 42, 6],
    ['mtime', 'time', 48, 11],
    ['namesize', 'size', 59, 6],
    ['filesize', 'size', 65, 11],
  ],
};

const layouts: Readonly<Record<string, Layout>> = { '070701': newc, '070702': newc, '070707': odc };

/** One header with its name. */
export interface CpioHeader {
  readonly name: string;
  readonly mode: number;
  readonly size: number;
  readonly fields: readonly Field[];
  readonly dataStart: number;
  readonly alignment: number;
}

/** True where a member of a cpio archive in text begins. */
export function isCpioHeader(head: Uint8Array): boolean {
  const text = Buffer.from(head.subarray(0, 110)).toString('latin1');
  const layout = layouts[text.slice(0, 6)];
  if (layout === undefined || text.length < layout.bytes) return false;
  const digits = layout.radix === 16 ? /^[0-9A-Fa-f]+$/ : /^[0-7]+$/;
  return digits.test(text.slice(0, layout.bytes));
}

/** @throws FormatError `damaged` */
export async function readCpioHeader(window: Window, offset: number): Promise<CpioHeader> {
  const head = Buffer.from(await window.bytes(offset, newc.bytes));
  const text = head.toString('latin1');
  const layout = layouts[text.slice(0, 6)];
  if (layout === undefined || !isCpioHeader(head)) {
    throw new FormatError('damaged', `there is no header of a member at ${offset}`);
  }
  const { alignment, slots } = layout;
  const number = (wanted: string): number => {
    const [, , at, digits] = slots.find(([name]) => name === wanted) ?? ['', 'other', 0, 1];
    return Number.parseInt(text.slice(at, at + digits), layout.radix);
  };
  const nameBytes = number('namesize');
  if (nameBytes > maxNameBytes)
    throw new FormatError('damaged', `the name at ${offset} is too long`);
  const nameStart = offset + layout.bytes;
  const dataStart = align(nameStart + nameBytes, alignment);
  const raw = Buffer.from(await window.exactly(nameStart, dataStart - nameStart, 'a name'));
  const name = decodeCString(raw.subarray(0, nameBytes));
  const fields: Field[] = [
    { name: 'magic', kind: 'version', value: text.slice(0, 6), offset },
    ...slots.flatMap((slot) => numberField(slot, text, layout.radix, offset)),
  ];
  if (layout.radix === 16 && /[a-f]/.test(text.slice(6, layout.bytes))) {
    fields.push({ name: 'digits', kind: 'other', value: 'lower case', offset });
  }
  const end = raw.indexOf(0);
  const rest = raw.subarray(end === -1 ? nameBytes : end);
  if (end + 1 !== nameBytes) {
    fields.push({ name: 'namesize', kind: 'size', value: String(nameBytes), offset });
  }
  if (rest.some((byte) => byte !== 0)) {
    fields.push({
      name: 'name padding',
      kind: 'padding',
      value: hexText(rest),
      offset: nameStart + raw.length - rest.length,
    });
  }
  return { name, mode: number('mode'), size: number('filesize'), fields, dataStart, alignment };
}

function numberField(
  [name, kind, at, digits]: Slot,
  text: string,
  radix: number,
  offset: number,
): Field[] {
  const value = Number.parseInt(text.slice(at, at + digits), radix);
  if (kind === 'size') return [];
  if (kind === 'time') return [timeField(name, value, offset + at)];
  // Not used: nearly always nothing.
  if (value === 0 && (kind === 'other' || kind === 'checksum')) return [];
  const shown = kind === 'mode' ? octalText(value) : String(value);
  return [{ name, kind, value: shown, offset: offset + at }];
}

/** The first place from `at` on that is a multiple of `alignment`, counted from the content's start. */
export function align(at: number, alignment: number): number {
  return Math.ceil(at / alignment) * alignment;
}
