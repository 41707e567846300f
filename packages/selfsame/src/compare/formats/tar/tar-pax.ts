import { FormatError } from '../format.js';
import type { Field, FormatAccess } from '../format.js';
import { boundedText, decodeText, hexText, UniqueNames } from '../reading/text.js';
import { timeField } from '../reading/time.js';
import type { FieldKind } from '../../types.js';

/** One record of an extended header. */
export interface PaxRecord {
  readonly key: string;
  readonly value: Buffer;
  /** Of the value, in the archive. */
  readonly offset: number;
}

/** Largest extended header, bytes: what is held in memory. GNU tar writes lists of xattrs of some KiB. */
export const maxMetaBytes = 4 * 1024 ** 2;

/**
 * The records of a pax extended header (POSIX.1-2017 pax, "pax Extended Header"): `LENGTH KEY=VALUE LF`.
 * Unlike where archives are unpacked, nothing is refused but what cannot be split.
 *
 * @throws FormatError `damaged`, or `too-large` with more records than an archive may have parts
 */
export function splitPax(bytes: Buffer, offset: number, access: FormatAccess): PaxRecord[] {
  const records: PaxRecord[] = [];
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const lengthText = space === -1 || space - at > 9 ? '' : bytes.toString('latin1', at, space);
    const end = at + (/^[0-9]{1,9}$/.test(lengthText) ? Number(lengthText) : 0);
    const equals = bytes.indexOf(0x3d, space);
    if (
      end <= at ||
      end > bytes.length ||
      equals === -1 ||
      equals >= end ||
      bytes[end - 1] !== 10
    ) {
      throw new FormatError('damaged', 'an extended header is malformed');
    }
    records.push({
      key: decodeText(bytes.subarray(space + 1, equals)),
      value: bytes.subarray(equals + 1, end - 1),
      offset: offset + equals + 1,
    });
    if (records.length > access.maximumParts) {
      throw new FormatError('too-large', 'an extended header has too many records');
    }
    at = end;
  }
  return records;
}

const kinds: Readonly<Record<string, FieldKind>> = {
  path: 'name',
  linkpath: 'link',
  uid: 'owner',
  gid: 'owner',
  uname: 'owner',
  gname: 'owner',
  size: 'size',
  comment: 'text',
  'SCHILY.ino': 'inode',
  'SCHILY.dev': 'inode',
  'SCHILY.nlink': 'inode',
};

/** Extended attributes and access lists (star, GNU tar, libarchive). */
const attribute = /^(?:(?:SCHILY|LIBARCHIVE)\.xattr\.|SCHILY\.acl\.|RHT\.security\.)/;

/** Records as fields: times with all their digits, binary values in hexadecimal. Repeated keys get `#2`. */
export function paxFields(records: readonly PaxRecord[]): Field[] {
  const names = new UniqueNames();
  return records.map((record) => paxField(record, names.unique(record.key)));
}

function paxField({ key, value, offset }: PaxRecord, name: string): Field {
  if (key === 'mtime' || key === 'atime' || key === 'ctime' || key === 'LIBARCHIVE.creationtime') {
    const match = /^(-?[0-9]{1,15})(?:\.([0-9]{0,30}))?$/.exec(value.toString('latin1'));
    if (match !== null) return timeField(name, Number(match[1]), offset, match[2] ?? '');
  }
  const kind = kinds[key] ?? (attribute.test(key) ? 'attribute' : 'other');
  const text = decodeText(value);
  const shown = /^[^\u0000-\u0008\u000e-\u001f\u007f]*$/u.test(text) ? text : hexText(value);
  return { name, kind, value: boundedText(shown), offset };
}

/** A whole number of bytes; undefined: there is no such record, or it is none. The last of several counts. */
export function paxNumber(records: readonly PaxRecord[], key: string): bigint | undefined {
  const text = paxValue(records, key)?.toString('latin1');
  return text !== undefined && /^[0-9]{1,18}$/.test(text) ? BigInt(text) : undefined;
}

export function paxValue(records: readonly PaxRecord[], key: string): Buffer | undefined {
  return records.findLast((record) => record.key === key)?.value;
}
