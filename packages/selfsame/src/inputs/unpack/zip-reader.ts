import { crc32 } from 'node:zlib';
import type { Readable } from 'node:stream';
import * as yauzl from 'yauzl';
import { ArchiveError, quote, utf8 } from './entry.js';
import type { ArchiveEntry } from './entry.js';

/** What is used of yauzl 3, whose published types are those of version 2. */
interface ZipEntry {
  readonly fileName: Buffer;
  readonly uncompressedSize: number;
  readonly compressedSize: number;
  readonly compressionMethod: number;
  readonly crc32: number;
  readonly externalFileAttributes: number;
  readonly versionMadeBy: number;
  getLastModDate(options: { readonly timezone: 'UTC' }): Date;
  isEncrypted(): boolean;
}
interface ZipFile {
  eachEntry(): AsyncIterable<ZipEntry>;
  readLocalFileHeaderPromise(entry: ZipEntry): Promise<{ readonly fileName: Buffer }>;
  openReadStreamPromise(entry: ZipEntry): Promise<Readable>;
  close(): void;
}
const { openPromise } = yauzl as unknown as {
  openPromise(path: string, options: Readonly<Record<string, boolean>>): Promise<ZipFile>;
};

// stat(2) file types in the upper half of the external attributes, for archives made on Unix.
const typeMask = 0o170000;
const typeLink = 0o120000;
const typeDirectory = 0o040000;
const typeFile = 0o100000;
const madeOnUnix = 3; // APPNOTE.TXT 4.4.2

/** Longest target of a symbolic link, bytes (PATH_MAX). */
const maxTargetBytes = 4096;

/**
 * The members of a zip archive (PKWARE APPNOTE.TXT), in the order of its central directory. Names must be UTF-8,
 * and the same in the local headers; contents are checked against their CRC. Rejects with `ArchiveError`.
 */
export async function* readZip(path: string): AsyncGenerator<ArchiveEntry> {
  const options = { lazyEntries: true, decodeStrings: false, validateEntrySizes: true };
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(path, { ...options, autoClose: false });
    for await (const entry of zip.eachEntry()) yield await toArchiveEntry(zip, entry);
  } catch (error) {
    if (error instanceof ArchiveError || isSystemError(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new ArchiveError('damaged', message, { cause: error });
  } finally {
    zip?.close();
  }
}

async function toArchiveEntry(zip: ZipFile, entry: ZipEntry): Promise<ArchiveEntry> {
  const path = utf8(entry.fileName);
  const local = await zip.readLocalFileHeaderPromise(entry);
  if (!local.fileName.equals(entry.fileName)) {
    throw new ArchiveError('unsafe', `${quote(path)} has another name in its local header`);
  }
  if (path.includes('\\')) throw new ArchiveError('unsafe', `${quote(path)} has a backslash in it`);
  if (entry.isEncrypted()) throw new ArchiveError('unsafe', `${quote(path)} is encrypted`);
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    throw new ArchiveError(
      'unsafe',
      `${quote(path)} is compressed by the unknown method ${entry.compressionMethod}`,
    );
  }
  const mode = entry.versionMadeBy >> 8 === madeOnUnix ? entry.externalFileAttributes >>> 16 : 0;
  const type = typeOf(path, mode & typeMask);
  const milliseconds = entry.getLastModDate({ timezone: 'UTC' }).getTime();
  const body = readBody(zip, entry, path);
  return {
    path,
    type,
    executable: (mode & 0o100) !== 0,
    target: type === 'symlink' ? utf8(await readTarget(entry, path, body)) : undefined,
    modified: Number.isFinite(milliseconds) ? Math.floor(milliseconds / 1000) : undefined,
    size: type === 'file' ? entry.uncompressedSize : 0,
    body,
  };
}

function typeOf(path: string, type: number): ArchiveEntry['type'] {
  if (type === typeLink) return 'symlink';
  if (path.endsWith('/') || type === typeDirectory) return 'directory';
  if (type === 0 || type === typeFile) return 'file';
  throw new ArchiveError('unsafe', `${quote(path)} is a device, fifo or socket`);
}

async function* readBody(zip: ZipFile, entry: ZipEntry, path: string): AsyncGenerator<Uint8Array> {
  const stream = await zip.openReadStreamPromise(entry);
  let sum = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    if (isSystemError(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new ArchiveError('damaged', `${quote(path)} cannot be read: ${message}`, {
      cause: error,
    });
  } finally {
    stream.destroy();
  }
  if (sum !== entry.crc32) {
    throw new ArchiveError('damaged', `${quote(path)} has a wrong checksum`);
  }
}

async function readTarget(
  entry: ZipEntry,
  path: string,
  body: AsyncIterable<Uint8Array>,
): Promise<Buffer> {
  if (entry.uncompressedSize > maxTargetBytes) {
    throw new ArchiveError('unsafe', `${quote(path)} is a link with too long a target`);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
