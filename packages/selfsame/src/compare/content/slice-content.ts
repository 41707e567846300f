import type { Content } from '../formats/format.js';
import { readInto, type ReusableContent } from './read-into.js';

/** `size` bytes of `whole` from `offset` on, fewer where the whole ends before. Valid as long as the whole is. */
export function sliceContent(whole: Content, offset: number, size: number): ReusableContent {
  const start = Math.min(Math.max(0, offset), whole.size);
  const length = Math.max(0, Math.min(size, whole.size - start));
  return {
    size: length,
    file: undefined,
    within: { whole, offset: start },
    read: async (at, wanted) =>
      at >= length ? new Uint8Array() : whole.read(start + at, Math.min(wanted, length - at)),
    readInto: async (target, at) =>
      at >= length
        ? 0
        : readInto(whole, target.subarray(0, Math.min(target.length, length - at)), start + at),
    stream: (from = 0, to = length) =>
      whole.stream(start + Math.min(Math.max(0, from), length), start + Math.min(to, length)),
  };
}
