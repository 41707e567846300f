import type { Content } from '../formats/format.js';

/** A content that can fill a buffer of ours, which spares an allocation for each piece. */
export interface ReusableContent extends Content {
  /** Fills `target` from `offset` on; fewer bytes only at the end. Resolves to how many. */
  readInto(target: Uint8Array, offset: number): Promise<number>;
}

/** Fills `target` with bytes of `content` from `offset` on; fewer only at the end. Resolves to how many. */
export async function readInto(
  content: Content,
  target: Uint8Array,
  offset: number,
): Promise<number> {
  if ('readInto' in content) return (content as ReusableContent).readInto(target, offset);
  const bytes = await content.read(offset, target.length);
  target.set(bytes);
  return bytes.length;
}

/** Bytes of one piece of a stream. */
export const pieceBytes = 256 * 1024;

/** `[from, to)` of a content by `read`, in pieces that the caller may keep. */
export async function* streamByReading(
  content: Content,
  from = 0,
  to = content.size,
): AsyncGenerator<Uint8Array> {
  const end = Math.min(to, content.size);
  for (let at = Math.max(0, from); at < end;) {
    const piece = await content.read(at, Math.min(pieceBytes, end - at));
    if (piece.length === 0) return;
    yield piece;
    at += piece.length;
  }
}
