import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { FormatError } from '../formats/format.js';
import { streamByReading, type ReusableContent } from './read-into.js';

/** A file of this machine that is open. */
export interface OpenFile extends ReusableContent {
  close(): Promise<void>;
}

/**
 * Opens a regular file; the name itself may not be a symbolic link unless `follow` is set.
 *
 * @param path as bytes where it may not be text
 * @throws FormatError `unreadable`
 */
export async function openFile(
  path: string | Buffer,
  options: { readonly follow?: boolean } = {},
): Promise<OpenFile> {
  // Without O_NONBLOCK a named pipe that took the file's place would hold us up for ever.
  const flags =
    constants.O_RDONLY |
    constants.O_NONBLOCK |
    (options.follow === true ? 0 : constants.O_NOFOLLOW);
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, flags);
    const stats = await handle.stat();
    if (!stats.isFile()) throw new FormatError('unreadable', 'it is no regular file any more');
    await refuseMore(handle, stats.size);
    return fileContent(handle, stats.size, path);
  } catch (error) {
    await handle?.close();
    throw unreadable(error);
  }
}

/** Files of /proc and some others say that they are empty, or shorter than they are. */
async function refuseMore(handle: FileHandle, size: number): Promise<void> {
  const { bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size);
  if (bytesRead > 0) throw new FormatError('unreadable', 'it is longer than the system says');
}

/** What a failed system call says of a content, as the comparison tells it. */
export function unreadable(error: unknown): FormatError {
  if (error instanceof FormatError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new FormatError(
    full ? 'too-large' : 'unreadable',
    full ? 'there is no space left for what is unpacked' : `it cannot be read: ${code ?? message}`,
    { cause: error },
  );
}

function fileContent(handle: FileHandle, size: number, path: string | Buffer): OpenFile {
  const name = path.toString();
  const content: OpenFile = {
    size,
    // Tools are given names as text: a name that is none is not for them.
    file: typeof path === 'string' || Buffer.from(name).equals(path) ? name : undefined,
    async readInto(target, offset) {
      const wanted = Math.max(0, Math.min(target.length, size - offset));
      let got = 0;
      while (got < wanted) {
        const { bytesRead } = await handle
          .read(target, got, wanted - got, offset + got)
          .catch((error: unknown) => Promise.reject(unreadable(error)));
        if (bytesRead === 0)
          throw new FormatError('unreadable', 'it became shorter while it was read');
        got += bytesRead;
      }
      return got;
    },
    async read(offset, length) {
      const target = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - offset)));
      const got = await content.readInto(target, offset);
      return target.subarray(0, got);
    },
    stream: (from, to) => streamByReading(content, from, to),
    close: () => handle.close(),
  };
  return content;
}
