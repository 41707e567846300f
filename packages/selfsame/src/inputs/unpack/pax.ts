import { ArchiveError, quote, utf8 } from './entry.js';

/** What a pax extended header changes about the entry after it. */
export interface PaxOverrides {
  readonly path?: string;
  readonly linkPath?: string;
  readonly size?: number;
  readonly modified?: number;
}

/**
 * Parses the records of a pax extended header (POSIX.1-2017 pax, "pax Extended Header"): `LENGTH KEY=VALUE LF`.
 * Keys that change what is unpacked and are not understood (GNU sparse files) are refused rather than ignored.
 * Throws `ArchiveError`.
 */
export function parsePax(bytes: Buffer, scope: 'entry' | 'global'): PaxOverrides {
  const overrides: { -readonly [Key in keyof PaxOverrides]: PaxOverrides[Key] } = {};
  const seen = new Set<string>();
  let offset = 0;
  while (offset < bytes.length) {
    const space = bytes.indexOf(0x20, offset);
    const lengthText = space === -1 ? '' : bytes.toString('latin1', offset, space);
    const length = /^[1-9][0-9]{0,8}$/.test(lengthText) ? Number(lengthText) : 0;
    const end = offset + length;
    const equals = bytes.indexOf(0x3d, space);
    if (end > bytes.length || equals === -1 || equals >= end || bytes[end - 1] !== 0x0a) {
      throw new ArchiveError('damaged', 'an extended header is malformed');
    }
    const key = utf8(bytes.subarray(space + 1, equals));
    const value = bytes.subarray(equals + 1, end - 1);
    offset = end;
    if (key.startsWith('GNU.sparse.') || key === 'GNU.dumpdir' || key.startsWith('GNU.volume.')) {
      throw new ArchiveError('unsafe', `the extended header ${quote(key)} cannot be unpacked`);
    }
    if (key !== 'path' && key !== 'linkpath' && key !== 'size' && key !== 'mtime') continue;
    if (scope === 'global' && key !== 'mtime') {
      throw new ArchiveError('unsafe', `a global extended header sets ${key} for all entries`);
    }
    // Readers differ on whether the first or the last of two wins.
    if (seen.has(key)) throw new ArchiveError('unsafe', `an extended header sets ${key} twice`);
    seen.add(key);
    if (key === 'path') overrides.path = plain(value, key);
    else if (key === 'linkpath') overrides.linkPath = plain(value, key);
    else if (key === 'size') overrides.size = decimal(value, /^(0|[1-9][0-9]{0,15})$/);
    else overrides.modified = Math.floor(decimal(value, /^(-?[0-9]{1,15})(?:\.[0-9]*)?$/));
  }
  return overrides;
}

function plain(value: Buffer, key: string): string {
  const text = utf8(value);
  if (text === '' || text.includes('\0')) {
    throw new ArchiveError('unsafe', `an extended header has a ${key} with a NUL or nothing in it`);
  }
  return text;
}

function decimal(value: Buffer, form: RegExp): number {
  const digits = form.exec(value.toString('latin1'))?.[1];
  if (digits === undefined || !Number.isSafeInteger(Number(digits))) {
    throw new ArchiveError('damaged', 'an extended header has a number that is none');
  }
  return Number(digits);
}
