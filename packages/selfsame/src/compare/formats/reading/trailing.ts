import type { Content, Field, FormatAccess, Part } from '../format.js';
import { checkStopped } from './limits.js';
import type { UniqueNames } from './text.js';

const zeros = Buffer.alloc(64 * 1024);

/** Whether bytes are all zero. */
export function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += zeros.length) {
    const piece = bytes.subarray(at, at + zeros.length);
    if (zeros.compare(piece, 0, piece.length, 0, piece.length) !== 0) return false;
  }
  return true;
}

/** Where the first byte that is not zero stands from `from` on; undefined: there is none. */
export async function firstNonZero(
  content: Content,
  from: number,
  access: FormatAccess,
): Promise<number | undefined> {
  let offset = from;
  for await (const chunk of content.stream(from, content.size)) {
    checkStopped(access);
    for (let at = 0; at < chunk.length; at += zeros.length) {
      const piece = chunk.subarray(at, at + zeros.length);
      if (isZero(piece)) continue;
      return offset + at + piece.findIndex((byte) => byte !== 0);
    }
    offset += chunk.length;
  }
  return undefined;
}

/** Bytes of a block of tapes and disks; GNU tar and cpio write twenty at once. */
const block = 512;

/** Zeros that end where a block does and are as many as archivers write at most: some fill what is written at once. */
function fillsBlock(from: number, to: number): boolean {
  return to % block === 0 && to - from <= 22 * block;
}

/** How many zeros there are: `padding` where that may follow from what is before. */
export function zerosField(from: number, to: number): Field {
  return fillsBlock(from, to)
    ? { name: 'padding', kind: 'padding', value: `${to - from} bytes up to ${to}`, offset: from }
    : { name: 'zeros', kind: 'other', value: `${to - from} bytes`, offset: from };
}

/** Bytes that archivers write at once: blocks, records of GNU cpio (`-B`), of tar and of disks. */
const records = [1, 2, 4, 8, 10, 20].map((blocks) => blocks * block);

/** Zeros that end an archive (tar has two blocks of them, some programs one) before others fill what is written. */
const ends = [0, block, 2 * block];

/**
 * Whether as many zeros stand in both files as one and the same program would write: then that they are not the same
 * number follows from what stands before. Values as `zerosField` gives them.
 */
export function areFilledAlike(a: string | undefined, b: string | undefined): boolean {
  const fills = [a, b].map((text) => /^(\d+) bytes up to (\d+)$/.exec(text ?? ''));
  return records.some((record) =>
    ends.some((end) =>
      fills.every((fill) => {
        const [count, to] = [Number(fill?.[1]), Number(fill?.[2])];
        return to % record === 0 && count >= end && count < end + record;
      }),
    ),
  );
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
  const padding = (await firstNonZero(content, from, access)) === undefined;
  return {
    name: names.unique(padding ? 'trailing zeros' : 'trailing data'),
    type: 'section',
    fields: padding ? [zerosField(from, content.size)] : [],
    size,
    offset: from,
    body: undefined,
    ...(padding && { derived: true }),
  };
}
