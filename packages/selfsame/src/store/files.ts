import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, rename, rm, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { Layout } from './layout.js';
import { storedTreeTime } from './stored-time.js';
import { asStoreError, errorCodeOf } from './store-errors.js';
import type { Sha256, StoredFile } from './types.js';

/** Bytes read and hashed at a time: large enough that calls do not show, small enough to stay in the cache. */
const chunkBytes = 1 << 20;

/**
 * Brings bytes to their final name: written and hashed in one pass under `tmp/`, synced, made
 * read-only, renamed. A kill at any moment leaves at most a file in `tmp/`.
 */
export async function putFile(
  layout: Layout,
  from: string | Readable | Uint8Array,
  options: { readonly expected?: Sha256; readonly move?: boolean } = {},
): Promise<StoredFile> {
  const draft = join(layout.tmp, `file-${randomBytes(12).toString('hex')}`);
  let needed: number | undefined = from instanceof Uint8Array ? from.byteLength : undefined;
  try {
    if (typeof from === 'string') needed = await regularFileSize(from);
    const stored =
      (typeof from === 'string' && options.move === true
        ? await takeOver(from, draft)
        : undefined) ?? (await copyIn(from, draft));
    if (options.expected !== undefined && options.expected !== stored.sha256)
      throw mismatch(from, options.expected, stored.sha256);
    await publishFile(layout, draft, stored.sha256);
    if (typeof from === 'string' && options.move === true) await rm(from, { force: true });
    return stored;
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw await asStoreError(error, layout.root, 'keeping a file', needed);
  }
}

async function regularFileSize(path: string): Promise<number> {
  const facts = await lstat(path);
  if (!facts.isFile())
    throw new SelfsameError('STORE_UNUSABLE', `${path} is not a regular file and cannot be kept`);
  return facts.size;
}

async function publishFile(layout: Layout, draft: string, sha256: Sha256): Promise<void> {
  const final = layout.filePath(sha256);
  try {
    await rename(draft, final);
  } catch (error) {
    if (errorCodeOf(error) !== 'ENOENT') throw error;
    await mkdir(dirname(final), { recursive: true, mode: 0o755 });
    await rename(draft, final);
  }
  await syncDirectory(dirname(final));
}

/** Renames a file of the same file system to the draft, then hashes it there; undefined when that is not safe or possible. */
async function takeOver(path: string, draft: string): Promise<StoredFile | undefined> {
  // Another name of the same bytes could still be written through.
  if ((await lstat(path)).nlink !== 1) return undefined;
  try {
    await rename(path, draft);
  } catch (error) {
    if (errorCodeOf(error) === 'EXDEV') return undefined;
    throw error;
  }
  try {
    const file = await open(draft, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      await file.chmod(0o444);
      const stored = await pump(handleChunks(file), undefined);
      await file.utimes(storedTreeTime, storedTreeTime);
      await file.sync();
      return stored;
    } finally {
      await file.close();
    }
  } catch (error) {
    await rename(draft, path).catch(() => undefined);
    throw error;
  }
}

async function copyIn(from: string | Readable | Uint8Array, draft: string): Promise<StoredFile> {
  const to = await open(draft, 'wx', 0o444);
  try {
    const stored = await pumpInto(from, to);
    await to.chmod(0o444);
    await to.utimes(storedTreeTime, storedTreeTime);
    await to.sync();
    return stored;
  } finally {
    await to.close();
  }
}

async function pumpInto(from: string | Readable | Uint8Array, to: FileHandle): Promise<StoredFile> {
  if (from instanceof Uint8Array) return pump([from], to);
  if (typeof from !== 'string') return pump(from as AsyncIterable<Uint8Array>, to);
  const source = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await pump(handleChunks(source), to);
  } finally {
    await source.close();
  }
}

async function* handleChunks(file: FileHandle): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, chunkBytes, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function pump(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array>,
  to: FileHandle | undefined,
): Promise<StoredFile> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const part of chunks) {
    const chunk = typeof part === 'string' ? Buffer.from(part) : part;
    hash.update(chunk);
    for (let written = 0; to !== undefined && written < chunk.byteLength;) {
      written += (await to.write(chunk, written, chunk.byteLength - written, size + written))
        .bytesWritten;
    }
    size += chunk.byteLength;
  }
  return { sha256: hash.digest('hex'), size };
}

/** Digest and size of a file that is read, not kept. Follows no link. */
export async function hashFile(path: string): Promise<StoredFile> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await pump(handleChunks(file), undefined);
  } finally {
    await file.close();
  }
}

/** Makes names in a directory survive a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function mismatch(
  from: string | Readable | Uint8Array,
  expected: Sha256,
  found: Sha256,
): SelfsameError {
  const what = typeof from === 'string' ? from : 'the received bytes';
  return new SelfsameError(
    'DIGEST_MISMATCH',
    `${what} should have sha256 ${expected} but has ${found}`,
    {
      details: { expected, found },
    },
  );
}

/** Removes one file; a missing one is no error. */
export async function removeFile(layout: Layout, sha256: Sha256): Promise<void> {
  try {
    await unlink(layout.filePath(sha256));
  } catch (error) {
    if (errorCodeOf(error) !== 'ENOENT') throw error;
  }
}
