import type { Content, FormatAccess, Part } from '../format.js';
import { checkStopped } from './limits.js';
import type { UniqueNames } from './text.js';

const zeros = Buffer.alloc(64 * 1024);

/** Whether bytes of a content from `from` on are all zero. */
export async function allZero(
  content: Content,
  from: number,
  to: number,
  access: FormatAccess,
): Promise<boolean> {
  for await (const chunk of content.stream(from, to)) {
    checkStopped(access);
    for (let at = 0; at < chunk.length; at += zeros.length) {
      const piece = chunk.subarray(at, at + zeros.length);
      if (zeros.compare(piece, 0, piece.length, 0, piece.length) !== 0) return false;
    }
  }
  return true;
}

/**
 * What follows the end of an archive, to the end of the content: blocks of zeros, whose number depends on how it was
 * written, or anything else.
 */
export async function trailingPart(
  content: Content,
  from: number,
  access: FormatAccess,
  names: UniqueNames,
): Promise<Part> {
  const size = content.size - from;
  const padding = await allZero(content, from, content.size, access);
  return {
    name: names.unique(padding ? 'trailing zeros' : 'trailing data'),
    type: 'section',
    fields: padding
      ? [{ name: 'padding', kind: 'padding', value: `${size} bytes`, offset: from }]
      : [],
    size,
    offset: from,
    body: undefined,
    ...(padding && { derived: true }),
  };
}
