import { Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { FormatError } from '../format.js';
import type { Content, FormatAccess } from '../format.js';
import { checkStopped } from './limits.js';

/** Decompressed bytes of one piece. */
const chunkBytes = 128 * 1024;

/** Where a deflated stream ended, after it was read to its end. */
export interface Inflated {
  /** Compressed bytes. */
  consumed: number;
}

/**
 * Decompresses one deflate stream (RFC 1951) that starts at `from` and ends before `to`, spending what comes out.
 *
 * @throws FormatError `damaged`
 */
export async function* inflateRaw(
  content: Content,
  from: number,
  to: number,
  access: FormatAccess,
  result: Inflated = { consumed: 0 },
): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw({ chunkSize: chunkBytes });
  const source = Readable.from(content.stream(from, to), { objectMode: true, highWaterMark: 1 });
  source.on('error', (error) => inflate.destroy(error));
  source.pipe(inflate);
  try {
    for await (const chunk of inflate as AsyncIterable<Uint8Array>) {
      checkStopped(access);
      access.spend(chunk.length);
      yield chunk;
    }
    result.consumed = inflate.bytesWritten;
  } catch (error) {
    throw isZlibError(error)
      ? new FormatError('damaged', `its deflated data is damaged: ${error.message}`, {
          cause: error,
        })
      : error;
  } finally {
    source.unpipe(inflate);
    source.destroy();
    inflate.destroy();
  }
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^Z_/.test(String(error.code));
}
