import { readInto } from '../content/read-into.js';
import { FormatError, type Content } from '../formats/format.js';

/** Bytes of each side that are compared at once. */
const blockBytes = 512 * 1024;

/**
 * Whether both hold the same bytes, read in step up to the first that differs. Contents of different sizes are
 * not read.
 *
 * @param check called between blocks; throws to stop
 * @throws FormatError `unreadable` when a content ends before its size; what `check` throws
 */
export async function equalContents(a: Content, b: Content, check: () => void): Promise<boolean> {
  if (a.size !== b.size) return false;
  const length = Math.min(blockBytes, a.size);
  const [blockA, blockB] = [Buffer.allocUnsafe(length), Buffer.allocUnsafe(length)];
  for (let at = 0; at < a.size; at += length) {
    check();
    const wanted = Math.min(length, a.size - at);
    const [gotA, gotB] = await Promise.all([
      readInto(a, blockA.subarray(0, wanted), at),
      readInto(b, blockB.subarray(0, wanted), at),
    ]);
    if (gotA !== wanted || gotB !== wanted) {
      throw new FormatError('unreadable', 'it became shorter while it was read');
    }
    if (blockA.compare(blockB, 0, wanted, 0, wanted) !== 0) return false;
  }
  return true;
}
