import type { Content } from '../format.js';

/** Read at once. */
const windowBytes = 256 * 1024;
/** Longer stretches are read where they stand. */
export const shortBytes = 32 * 1024;

/**
 * Bytes of many short stretches that are asked for in the order in which they stand, such as functions: one read for
 * all that lie together, where one each would cost more than what is done with them.
 */
export function readAhead(
  content: Content,
): (from: number, to: number) => AsyncIterable<Uint8Array> {
  let start = 0;
  let window: Uint8Array = new Uint8Array();
  return async function* (from, to) {
    if (from < start || to > start + window.length) {
      window = await content.read(from, Math.max(windowBytes, to - from));
      start = from;
    }
    // What is given away must not change: windows are never written to again.
    yield window.subarray(from - start, to - start);
  };
}
