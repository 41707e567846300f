import { pieceBytes, type ReusableContent } from './read-into.js';

/** Bytes in memory. What it hands out are views of them. */
export function memoryContent(bytes: Uint8Array): ReusableContent {
  return {
    size: bytes.length,
    file: undefined,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
    readInto: (target, offset) => {
      const part = bytes.subarray(offset, offset + target.length);
      target.set(part);
      return Promise.resolve(part.length);
    },

    async *stream(from = 0, to = bytes.length) {
      const end = Math.min(to, bytes.length);
      for (let at = Math.max(0, from); at < end; at += pieceBytes) {
        yield bytes.subarray(at, Math.min(at + pieceBytes, end));
      }
    },
  };
}
