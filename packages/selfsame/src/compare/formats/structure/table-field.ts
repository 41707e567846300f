import { createHash } from 'node:crypto';
import type { Content, Field } from '../format.js';
import { hexText } from '../reading/text.js';

/** Bytes of a table that are held; larger ones are none that a linker writes, and all behind them counts. */
const longest = 16 * 2 ** 20;

/** Bytes of a table, or of each of its rows, that follow from sizes of what it speaks of: `[from, to)`. */
export interface Following {
  readonly row: number;
  readonly bytes: readonly (readonly [from: number, to: number])[];
}

/**
 * What of a table does not follow from sizes of other parts, as one value: a table is derived, so that all of it goes
 * with what it follows from, but for its fields.
 *
 * @param name in words: `all but e_shoff`
 */
export async function tableField(
  content: Content,
  name: string,
  { offset, size }: { readonly offset: number; readonly size: number },
  { row, bytes }: Following = { row: 1, bytes: [] },
): Promise<Field> {
  const isThere = row > 0 && size > 0 && offset >= 0 && offset < content.size;
  const table = Buffer.from(isThere ? await content.read(offset, Math.min(size, longest)) : []);
  for (let at = 0; at < table.length && bytes.length > 0; at += row)
    for (const [from, to] of bytes) table.subarray(at + from, at + to).fill(0);
  const value = hexText(table);
  const [from, to] = [offset + longest, Math.min(offset + size, content.size)];
  if (!isThere || from >= to) return { name, kind: 'other', value, offset };
  const rest = createHash('sha256');
  for await (const piece of content.stream(from, to)) rest.update(piece);
  return { name, kind: 'other', value: `${value}, then ${rest.digest('hex')}`, offset };
}
