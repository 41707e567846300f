import { Readable } from 'node:stream';
import { constants, createInflate } from 'node:zlib';
import { FormatError, type Content, type FormatAccess } from '../format.js';

/** Where a stream ended, after it was read to its end. */
export interface Inflated {
  /** Compressed bytes. */
  consumed: number;
}

/**
 * The bytes of a zlib stream (RFC 1950).
 *
 * @param lenient a stream that lacks its end gives what it has, as PDF readers do
 * @throws FormatError `damaged`, or what `access.spend` throws
 */
export async function* inflated(
  source: AsyncIterable<Uint8Array>,
  access: Pick<FormatAccess, 'spend'>,
  lenient = false,
  result: Inflated = { consumed: 0 },
): AsyncGenerator<Uint8Array> {
  const inflate = createInflate(lenient ? { finishFlush: constants.Z_SYNC_FLUSH } : {});
  const input = Readable.from(source, { objectMode: true });
  input.on('error', (error) => inflate.destroy(error));
  input.pipe(inflate);
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      access.spend(chunk.length);
      yield chunk;
    }
    result.consumed = inflate.bytesWritten;
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError('damaged', 'holds compressed data that cannot be read', { cause: error });
  } finally {
    input.destroy();
    inflate.destroy();
  }
}

/**
 * The bytes of the zlib stream in `[from, to)`, and those behind it, which belong to nothing.
 *
 * @throws FormatError as `inflated`
 */
export async function* inflatedWithRest(
  content: Content,
  [from, to]: readonly [from: number, to: number],
  access: Pick<FormatAccess, 'spend'>,
): AsyncGenerator<Uint8Array> {
  const stream = { consumed: 0 };
  yield* inflated(content.stream(from, to), access, false, stream);
  if (from + stream.consumed < to) yield* content.stream(from + stream.consumed, to);
}

/** The first `longest` bytes of what a stream gives, also when it breaks later. */
export async function prefixOf(
  source: AsyncIterable<Uint8Array>,
  longest: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of source) {
      chunks.push(chunk.subarray(0, longest - size));
      size += Math.min(chunk.length, longest - size);
      if (size >= longest) break;
    }
  } catch (error) {
    if (!(error instanceof FormatError) || error.reason !== 'damaged') throw error;
  }
  return Buffer.concat(chunks);
}
