import type { Content } from '../formats/format.js';
import type { ReusableContent } from './read-into.js';

/** Bytes that are read at once; reads of more than half of it are made as they are. */
const aheadBytes = 256 * 1024;

/** The same content, fast for small reads close together: headers, and members of few bytes. */
export function readAhead(content: Content): ReusableContent {
  let start = 0;
  // Never written to again: what was handed out are views of it.
  let window: Uint8Array = new Uint8Array();
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const inside = offset - start;
    if (inside >= 0 && inside + length <= window.length) {
      return window.subarray(inside, inside + length);
    }
    if (length > aheadBytes / 2 || offset >= content.size) return content.read(offset, length);
    const bytes = await content.read(offset, aheadBytes);
    [start, window] = [offset, bytes];
    return bytes.subarray(0, length);
  };
  return {
    size: content.size,
    file: content.file,
    ...(content.within !== undefined && { within: content.within }),
    read,
    readInto: async (target, offset) => {
      const bytes = await read(offset, target.length);
      target.set(bytes);
      return bytes.length;
    },
    stream: (from, to) => content.stream(from, to),
  };
}
