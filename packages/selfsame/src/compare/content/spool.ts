import { open, rm, type FileHandle } from 'node:fs/promises';
import type { Content } from '../formats/format.js';
import { openFile, unreadable, type OpenFile } from './file-content.js';
import { memoryContent } from './memory-content.js';
import type { Scratch } from './scratch.js';

/** Bytes that were kept for as long as they are compared. */
export interface Kept {
  readonly content: Content;
  /** Gives memory and disk space back; the content may not be used any more. */
  release(): Promise<void>;
}

/** Memory that all contents of one comparison share. */
export interface Shelf {
  readonly scratch: Scratch;
  /** Bytes of one content that may be in memory. */
  readonly heldBytes: number;
  /** Bytes of all contents together that may still be. */
  free: number;
}

/**
 * Keeps a stream: in memory up to `heldBytes` and as long as the shelf has room, else in a file of the scratch
 * directory. Nothing is left behind when the stream or the disk fails.
 *
 * @param count called with the bytes of each piece before it is kept; throws to refuse
 * @throws what the stream and `count` throw; FormatError `too-large` when the disk is full
 */
export async function spool(
  stream: AsyncIterable<Uint8Array>,
  shelf: Shelf,
  count: (bytes: number) => void,
): Promise<Kept> {
  let pieces: Uint8Array[] = [];
  let held = 0;
  let file: { readonly path: string; readonly handle: FileHandle } | undefined;
  const give = (): void => {
    shelf.free += held;
    held = 0;
    pieces = [];
  };
  try {
    for await (const piece of stream) {
      if (piece.length === 0) continue;
      count(piece.length);
      if (
        file === undefined &&
        held + piece.length <= shelf.heldBytes &&
        piece.length <= shelf.free
      ) {
        // A reader may reuse its buffer for the next piece.
        pieces.push(Uint8Array.prototype.slice.call(piece));
        held += piece.length;
        shelf.free -= piece.length;
        continue;
      }
      if (file === undefined) {
        file = await newFile(shelf.scratch);
        for (const before of pieces) await write(file.handle, before);
        give();
      }
      await write(file.handle, piece);
    }
  } catch (error) {
    give();
    await discard(file);
    throw error;
  }
  if (file === undefined) {
    const [first, ...rest] = pieces;
    const bytes = first === undefined ? new Uint8Array() : rest.length === 0 ? first : join(pieces);
    pieces = [];
    return { content: memoryContent(bytes), release: () => Promise.resolve(give()) };
  }
  return keepFile(file);
}

async function keepFile(file: { path: string; handle: FileHandle }): Promise<Kept> {
  let content: OpenFile;
  try {
    await file.handle.close();
    content = await openFile(file.path);
  } catch (error) {
    await rm(file.path, { force: true });
    throw unreadable(error);
  }
  return {
    content,
    release: async () => {
      await content.close();
      await rm(file.path, { force: true });
    },
  };
}

async function newFile(scratch: Scratch): Promise<{ path: string; handle: FileHandle }> {
  const path = await scratch.path();
  try {
    return { path, handle: await open(path, 'wx', 0o600) };
  } catch (error) {
    throw unreadable(error);
  }
}

async function write(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) {
      at += (await handle.write(bytes, at, bytes.length - at)).bytesWritten;
    }
  } catch (error) {
    throw unreadable(error);
  }
}

async function discard(file: { path: string; handle: FileHandle } | undefined): Promise<void> {
  if (file === undefined) return;
  await file.handle.close().catch(() => undefined);
  await rm(file.path, { force: true });
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(pieces);
}
