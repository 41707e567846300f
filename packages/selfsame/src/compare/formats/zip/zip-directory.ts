import { FormatError } from '../format.js';
import type { Content, Field } from '../format.js';
import { boundedText, decodeText } from '../reading/text.js';
import { Window } from '../reading/window.js';

/** Signatures of records (PKWARE APPNOTE.TXT 6.3.10, 4.3). */
export const signatures = {
  local: 0x04034b50,
  central: 0x02014b50,
  digital: 0x05054b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
  descriptor: 0x08074b50,
} as const;

const endBytes = 22;
const end64Bytes = 56;
const locatorBytes = 20;
const maxCommentBytes = 0xffff;

/** Where an archive's central directory stands (APPNOTE 4.3.14 to 4.3.16). */
export interface ZipDirectory {
  readonly start: number;
  /** First byte behind the central directory. */
  readonly end: number;
  /** First byte behind the record that ends the archive. */
  readonly archiveEnd: number;
  /** Added to every stated offset: bytes before the archive that its offsets do not know. */
  readonly base: number;
  readonly statedEntries: number;
  readonly fields: readonly Field[];
}

/** Finds the end of the central directory; undefined: there is none, so that it is no zip archive. */
async function findEnd(content: Content): Promise<{ offset: number; record: Buffer } | undefined> {
  const from = Math.max(0, content.size - endBytes - maxCommentBytes);
  const read = await content.read(from, content.size - from);
  const tail = Buffer.from(read.buffer, read.byteOffset, read.byteLength);
  const mark = Buffer.from([0x50, 0x4b, 5, 6]);
  let loose: number | undefined;
  let at = tail.length < endBytes ? -1 : tail.lastIndexOf(mark, tail.length - endBytes);
  for (; at !== -1; at = at === 0 ? -1 : tail.lastIndexOf(mark, at - 1)) {
    const end = at + endBytes + tail.readUInt16LE(at + 20);
    // The record that ends exactly with the file counts before one with something behind it.
    if (end === tail.length) break;
    if (end < tail.length) loose ??= at;
  }
  const found = at === -1 ? loose : at;
  if (found === undefined) return undefined;
  const length = endBytes + tail.readUInt16LE(found + 20);
  return { offset: from + found, record: tail.subarray(found, found + length) };
}

/** Whether there is a record that ends a zip archive, for files that begin with something else. */
export async function hasZipEnd(content: Content): Promise<boolean> {
  return (await findEnd(content)) !== undefined;
}

/** @throws FormatError `damaged` or `unsupported` */
export async function findDirectory(content: Content): Promise<ZipDirectory> {
  const found = await findEnd(content);
  if (found === undefined) {
    throw new FormatError('damaged', 'it has no end of a central directory');
  }
  const { offset, record } = found;
  const window = new Window(content);
  const fields: Field[] = [];
  let statedEntries = record.readUInt16LE(10);
  let size = record.readUInt32LE(12);
  let stated = record.readUInt32LE(16);
  let disk = record.readUInt16LE(4);
  let end = offset;
  const end64 = await findEnd64(window, offset);
  if (end64 !== undefined) {
    const { record: record64 } = end64;
    end = end64.offset;
    fields.push(
      { name: 'zip64', kind: 'other', value: 'yes', offset: end },
      {
        name: 'zip64 versions',
        kind: 'version',
        value: `made by ${record64.readUInt16LE(12)}, needs ${record64.readUInt16LE(14)}`,
        offset: end + 12,
      },
    );
    if (disk === 0xffff) disk = record64.readUInt32LE(16);
    if (statedEntries === 0xffff) statedEntries = safe(record64.readBigUInt64LE(32));
    if (size === 0xffffffff) size = safe(record64.readBigUInt64LE(40));
    if (stated === 0xffffffff) stated = safe(record64.readBigUInt64LE(48));
  }
  if (disk !== 0) throw new FormatError('unsupported', 'it is part of an archive in several files');
  if (record.length > endBytes) {
    const comment = boundedText(decodeText(record.subarray(endBytes)));
    fields.push({ name: 'comment', kind: 'text', value: comment, offset: offset + endBytes });
  }
  const archiveEnd = offset + record.length;
  if (stated === 0xffffffff && end64 === undefined) {
    // What Info-ZIP 3.0 writes to a pipe when it is made to use zip64; then nothing stands before the archive.
    fields.push({ name: 'directory offset', kind: 'other', value: 'none', offset: offset + 16 });
    stated = Math.max(0, end - size);
  }
  const start = await startOf(window, end, size, stated, statedEntries);
  if (end - start !== size) {
    fields.push({ name: 'directory size', kind: 'size', value: String(size), offset: offset + 12 });
  }
  const here = record.readUInt16LE(8);
  if (here !== record.readUInt16LE(10)) {
    fields.push({ name: 'entries here', kind: 'other', value: String(here), offset: offset + 8 });
  }
  const firstDisk = record.readUInt16LE(6);
  if (firstDisk !== 0 && firstDisk !== 0xffff) {
    fields.push({ name: 'disk', kind: 'other', value: String(firstDisk), offset: offset + 6 });
  }
  return { start, end, archiveEnd, base: start - stated, statedEntries, fields };
}

async function findEnd64(
  window: Window,
  end: number,
): Promise<{ offset: number; record: Buffer } | undefined> {
  if (end < locatorBytes) return undefined;
  const locator = await window.exactly(end - locatorBytes, locatorBytes, 'a zip64 locator');
  if (locator.readUInt32LE(0) !== signatures.locator64) return undefined;
  // As stated, or right before the locator where something stands before the archive.
  const stated = locator.readBigUInt64LE(8);
  for (const offset of [safe(stated), end - locatorBytes - end64Bytes]) {
    if (offset < 0 || offset + end64Bytes > end - locatorBytes) continue;
    const record = Buffer.from(await window.exactly(offset, end64Bytes, 'the zip64 end'));
    if (record.readUInt32LE(0) === signatures.end64) return { offset, record };
  }
  throw new FormatError('damaged', 'the zip64 end of its central directory is not there');
}

/** The directory ends where the records behind it begin; where it does not, it is taken where it is stated to be. */
async function startOf(
  window: Window,
  end: number,
  size: number,
  stated: number,
  entries: number,
): Promise<number> {
  if (entries === 0 && size === 0) return end;
  for (const start of [end - size, stated]) {
    if (start < 0 || start + 4 > end || start < stated) continue;
    const signature = (await window.exactly(start, 4, 'the central directory')).readUInt32LE(0);
    if (signature === signatures.central) return start;
  }
  throw new FormatError('damaged', 'its central directory is not where it should be');
}

/** @throws FormatError for numbers that no file reaches */
export function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER) / 4n) {
    throw new FormatError('damaged', 'it has a size or offset that is too large');
  }
  return Number(value);
}
