import { ByteReader } from './byte-reader.js';
import { ArchiveError, quote, utf8 } from './entry.js';
import type { ArchiveEntry } from './entry.js';
import { parsePax } from './pax.js';
import type { PaxOverrides } from './pax.js';
import { blockBytes, parseTarHeader } from './tar-header.js';

/** Largest extended header or long name, bytes. */
const maxMetaBytes = 1024 ** 2;

const specialTypes: Readonly<Record<string, string>> = {
  '3': 'a character device',
  '4': 'a block device',
  '6': 'a fifo',
  S: 'a sparse file',
  D: 'a directory dump',
  M: 'a part of a file on several volumes',
  N: 'a list of renames',
};

/**
 * The members of a tar archive (v7, ustar, pax, GNU), in order. Own code rather than a library because what a library
 * skips with a warning (sparse files, unknown types, doubled headers) must be refused here.
 * Rejects with `ArchiveError`.
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<ArchiveEntry> {
  const reader = new ByteReader(source);
  let pending: Pending = {};
  let globalModified: number | undefined;
  try {
    for (;;) {
      const block = await reader.read(blockBytes);
      const header = block === undefined ? undefined : parseTarHeader(block);
      if (header === undefined) {
        if (Object.keys(pending).length > 0) {
          throw new ArchiveError('damaged', 'it ends after an extended header');
        }
        // What follows the end mark is padding; reading it checks the compression's own checksum.
        await reader.drain();
        return;
      }
      const { type } = header;
      if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
        const meta = await readMeta(reader, header.size);
        if (type === 'g') globalModified = parsePax(meta, 'global').modified ?? globalModified;
        else pending = addMeta(pending, type, meta);
        continue;
      }
      const { pax = {}, longName, longLink } = pending;
      pending = {};
      const path = pax.path ?? longName ?? header.name;
      const size = pax.size ?? header.size;
      const kind = kindOf(type, path);
      const hasBody = kind === 'file';
      if (!hasBody && type !== '1' && type !== '5' && size !== 0) {
        throw new ArchiveError('unsafe', `${quote(path)} is a link with content`);
      }
      // Directories and hard links may carry a size that says nothing about bytes here (POSIX).
      const bodyBytes = hasBody ? size : 0;
      let left = bodyBytes;
      const body = async function* (): AsyncGenerator<Uint8Array> {
        while (left > 0) {
          const part = await reader.some(left);
          if (part === undefined) throw new ArchiveError('damaged', 'it is cut off');
          left -= part.length;
          yield part;
        }
      };
      yield {
        path,
        type: kind,
        executable: (header.mode & 0o100) !== 0,
        target:
          kind === 'symlink' || kind === 'hardlink'
            ? (pax.linkPath ?? longLink ?? header.linkName)
            : undefined,
        modified: pax.modified ?? globalModified ?? header.modified,
        size: bodyBytes,
        body: { [Symbol.asyncIterator]: body },
      };
      const rest = left + padding(bodyBytes);
      left = 0;
      await skip(reader, rest);
    }
  } finally {
    await reader.close();
  }
}

interface Pending {
  readonly pax?: PaxOverrides;
  readonly longName?: string;
  readonly longLink?: string;
}

function addMeta(pending: Pending, type: 'x' | 'L' | 'K', meta: Buffer): Pending {
  const key = ({ x: 'pax', L: 'longName', K: 'longLink' } as const)[type];
  if (pending[key] !== undefined) {
    throw new ArchiveError('unsafe', 'an entry has two extended headers of one kind');
  }
  if (key === 'pax') return { ...pending, pax: parsePax(meta, 'entry') };
  const end = meta.indexOf(0);
  return { ...pending, [key]: utf8(end === -1 ? meta : meta.subarray(0, end)) };
}

function kindOf(type: string, path: string): ArchiveEntry['type'] {
  if (type === '5') return 'directory';
  if (type === '1') return 'hardlink';
  if (type === '2') return 'symlink';
  // In v7 archives a directory is a file whose name ends in a slash.
  if (type === '\0') return path.endsWith('/') ? 'directory' : 'file';
  if (type === '0' || type === '7') return 'file';
  const special = specialTypes[type];
  throw new ArchiveError(
    'unsafe',
    `${quote(path)} is ${special ?? `an entry of the unknown type ${quote(type)}`}`,
  );
}

async function readMeta(reader: ByteReader, size: number): Promise<Buffer> {
  if (size > maxMetaBytes) throw new ArchiveError('too-large', 'an extended header is too large');
  const meta = size === 0 ? Buffer.alloc(0) : await reader.read(size);
  if (meta === undefined) throw new ArchiveError('damaged', 'it is cut off');
  await skip(reader, padding(size));
  return meta;
}

function padding(size: number): number {
  return (blockBytes - (size % blockBytes)) % blockBytes;
}

async function skip(reader: ByteReader, count: number): Promise<void> {
  for (let left = count; left > 0;) {
    const part = await reader.some(left);
    if (part === undefined) throw new ArchiveError('damaged', 'it is cut off');
    left -= part.length;
  }
}
