import { ArchiveError, utf8 } from './entry.js';

/** Fields of one 512-byte header block (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"). */
export interface TarHeader {
  readonly name: string;
  readonly mode: number;
  readonly size: number;
  readonly modified: number;
  readonly type: string;
  readonly linkName: string;
}

export const blockBytes = 512;

/** Parses a header block; undefined for a block of zeros (the end mark). Throws `ArchiveError`. */
export function parseTarHeader(block: Buffer): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (!checksumFits(block)) {
    throw new ArchiveError('damaged', 'a header has a wrong checksum');
  }
  const isUstar = block.toString('latin1', 257, 262) === 'ustar';
  // The GNU variant (magic "ustar  ") keeps other things where POSIX has the prefix.
  const isPosix = isUstar && block[262] === 0;
  const prefix = isPosix ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: number(block, 100, 8),
    size: number(block, 124, 12),
    modified: number(block, 136, 12),
    type: String.fromCharCode(block[156] ?? 0),
    linkName: text(block, 157, 100),
  };
}

/** True if the block is a header by its checksum: how a tar archive without magic is known. */
export function isTarHeader(block: Buffer): boolean {
  return block.length === blockBytes && block[0] !== 0 && checksumFits(block);
}

function checksumFits(block: Buffer): boolean {
  let unsigned = 0;
  let signed = 0;
  for (let index = 0; index < blockBytes; index++) {
    const byte = index >= 148 && index < 156 ? 0x20 : (block[index] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const digits = /^[ \0]*([0-7]{1,8})/.exec(block.toString('latin1', 148, 156))?.[1];
  if (digits === undefined) return false;
  const stored = Number.parseInt(digits, 8);
  // Some old programs summed signed characters.
  return stored === unsigned || stored === signed;
}

function text(block: Buffer, offset: number, length: number): string {
  const field = block.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return utf8(end === -1 ? field : field.subarray(0, end));
}

/** Octal text, or base-256 with the first bit set (GNU). Negative and unsafe values are refused. */
function number(block: Buffer, offset: number, length: number): number {
  const field = block.subarray(offset, offset + length);
  const first = field[0] ?? 0;
  if (first >= 0x80) {
    if (first !== 0x80) throw new ArchiveError('damaged', 'a header has a negative number');
    let value = 0;
    for (const byte of field.subarray(1)) {
      value = value * 256 + byte;
      if (!Number.isSafeInteger(value)) {
        throw new ArchiveError('damaged', 'a header has a number that is too large');
      }
    }
    return value;
  }
  const match = /^[ \0]*([0-7]*)[ \0]*$/.exec(field.toString('latin1'));
  if (match === null) throw new ArchiveError('damaged', 'a header has a number that is none');
  return match[1] === '' ? 0 : Number.parseInt(match[1] ?? '0', 8);
}
