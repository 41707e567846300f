import { Readable } from 'node:stream';
import { constants, createInflateRaw, inflateRawSync } from 'node:zlib';
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

/** Streams of no more compressed bytes, that are said to hold no more, are decompressed at once. */
const [smallBytes, smallSize] = [64 * 1024, 256 * 1024];

/** What `inflateRawSync` gives when it is asked for more than the bytes. */
interface WithEngine {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/**
 * `inflateRaw` for a member whose size is stated, at a fraction of the cost where it is small.
 *
 * @param size bytes as stated; what is longer may end with a byte more than these
 * @throws FormatError `damaged`
 */
export async function* inflateStated(
  content: Content,
  [from, to, size]: readonly [from: number, to: number, size: number],
  access: FormatAccess,
  result: Inflated,
): AsyncGenerator<Uint8Array> {
  if (to - from > smallBytes || size > smallSize) {
    yield* inflateRaw(content, from, to, access, result);
    return;
  }
  const options = {
    info: true,
    maxOutputLength: size + 1,
    chunkSize: Math.max(constants.Z_MIN_CHUNK, size + 1),
  };
  let inflated: WithEngine;
  try {
    const bytes = await content.read(from, to - from);
    inflated = inflateRawSync(bytes, options) as unknown as WithEngine;
  } catch (error) {
    if (error instanceof RangeError) throw new FormatError('damaged', 'it is longer than it says');
    throw damagedData(error);
  }
  const { buffer, engine } = inflated;
  result.consumed = engine.bytesWritten;
  access.spend(buffer.length);
  if (buffer.length > 0) yield buffer;
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
    throw damagedData(error);
  } finally {
    source.unpipe(inflate);
    source.destroy();
    inflate.destroy();
  }
}

function damagedData(error: unknown): unknown {
  if (!isZlibError(error)) return error;
  const said = `its deflated data is damaged: ${error.message}`;
  return new FormatError('damaged', said, { cause: error });
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^Z_/.test(String(error.code));
}
