import type { Certainty } from '../../types.js';
import type { Reading, Side } from '../reading.js';

/** What was found to be the same in another order. */
export type Permuted = 'lines' | 'keys' | 'words' | 'strings' | 'records';

export interface Permutation {
  readonly of: Permuted;
  readonly certainty: Certainty;
  /** What stands here, on each side; undefined: the bytes of the range say it. */
  readonly a?: string;
  readonly b?: string;
}

/** Pieces of a content, counted, and whether both contents have the same. */
interface Pieces {
  readonly countsA: ReadonlyMap<string, number>;
  readonly countsB: ReadonlyMap<string, number>;
  readonly linesA: readonly string[];
  readonly linesB: readonly string[];
  readonly same: boolean;
}

/** The same parts in another order, in the whole content or in the line that differs. */
export function permutation(reading: Reading): Permutation | undefined {
  return ofWhole(reading) ?? ofLine(reading) ?? ofMovedLines(reading);
}

const separators = ['\n', '\0'] as const;

function ofWhole(reading: Reading): Permutation | undefined {
  const { wholeA, wholeB } = reading.evidence;
  if (wholeA === undefined || wholeB === undefined || wholeA.length < 8) return undefined;
  // A last line without its line feed is the same line.
  if (Math.abs(wholeA.length - wholeB.length) > 1) return undefined;
  for (const separator of separators) {
    const pieces = piecesOf(wholeA, wholeB, separator);
    if (pieces?.same !== true || pieces.linesA.length < 2) continue;
    return { of: separator === '\n' ? 'lines' : 'strings', certainty: 'likely' };
  }
  if (wholeA.length !== wholeB.length || reading.isText) return undefined;
  return sameRecords(wholeA, wholeB) ? { of: 'records', certainty: 'likely' } : undefined;
}

const piecesKnown = new WeakMap<Uint8Array, Map<string, { of: Uint8Array; pieces: Pieces }>>();

/** Pieces that are counted of one content. */
const maximumPieces = 200_000;

export function piecesOf(a: Uint8Array, b: Uint8Array, separator: string): Pieces | undefined {
  let bySeparator = piecesKnown.get(a);
  if (bySeparator === undefined) {
    bySeparator = new Map();
    piecesKnown.set(a, bySeparator);
  }
  const known = bySeparator.get(separator);
  if (known?.of === b) return known.pieces;
  const linesA = split(a, separator);
  const linesB = split(b, separator);
  const [countsA, countsB] = [count(linesA), count(linesB)];
  const same =
    linesA.length === linesB.length &&
    linesA.length <= maximumPieces &&
    linesA.some((line, index) => line !== linesB[index]) &&
    countsA.size === countsB.size &&
    [...countsA].every(([line, times]) => countsB.get(line) === times);
  const pieces = { linesA, linesB, countsA, countsB, same };
  bySeparator.set(separator, { of: b, pieces });
  return pieces;
}

function split(bytes: Uint8Array, separator: string): readonly string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const pieces = text.split(separator, maximumPieces + 1);
  if (pieces.at(-1) === '') pieces.pop();
  return separator === '\n' ? pieces.map(bare) : pieces;
}

/** A line without the comma that all items of a list but the last have. */
function bare(line: string): string {
  return line.endsWith(',') || line.endsWith(';') ? line.slice(0, -1) : line;
}

function count(lines: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

const recordSizes = [4, 8, 12, 16, 20, 24, 32, 40, 48, 64] as const;
const recordsKnown = new WeakMap<Uint8Array, { of: Uint8Array; same: boolean }>();

/** The same records of some fixed size, at least two of them, in another order. */
function sameRecords(a: Uint8Array, b: Uint8Array): boolean {
  const known = recordsKnown.get(a);
  if (known?.of === b) return known.same;
  const same =
    sameBytes(a, b) &&
    recordSizes.some((size) => {
      if (a.length % size !== 0 || a.length < size * 2 || a.length / size > maximumPieces)
        return false;
      const countsB = count(records(b, size));
      const countsA = count(records(a, size));
      // Records that are nearly all the same (zeros) permute by chance.
      return (
        countsA.size >= 3 &&
        countsA.size === countsB.size &&
        [...countsA].every(([record, times]) => countsB.get(record) === times)
      );
    });
  recordsKnown.set(a, { of: b, same });
  return same;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  const counts = new Int32Array(256);
  // By index: iterators over a million bytes take several times as long.
  for (let at = 0; at < a.length; at += 1) counts[a[at] ?? 0] = (counts[a[at] ?? 0] ?? 0) + 1;
  for (let at = 0; at < b.length; at += 1) counts[b[at] ?? 0] = (counts[b[at] ?? 0] ?? 0) - 1;
  return counts.every((each) => each === 0);
}

function records(bytes: Uint8Array, size: number): readonly string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const list: string[] = [];
  for (let at = 0; at < text.length; at += size) list.push(text.slice(at, at + size));
  return list;
}

/** The line of a side that holds the range, where it is whole within the sample; NULs end lines too. */
export function lineOf(side: Side): string | undefined {
  const end = /[\n\0]/g;
  end.lastIndex = side.to;
  const stop = end.exec(side.text)?.index ?? side.text.length;
  const before = side.text.slice(0, side.from);
  const start = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\0')) + 1;
  const line = side.text.slice(start, stop);
  // The sample may begin in the middle of the line; its words tell whether that matters.
  return line.length === 0 || /[\n\0]/.test(line) ? undefined : line;
}

const between = /[\s,;:|{}()[\]"'=&]+/;

/** The same words in another order: at least two that moved, of three letters, or three of any kind. */
function ofLine({ a, b, isText }: Reading): Permutation | undefined {
  if (a === undefined || b === undefined) return undefined;
  const [lineA, lineB] = [lineOf(a), lineOf(b)];
  if (lineA === undefined || lineB === undefined || lineA === lineB) return undefined;
  if (!isText && !/^[\x20-\x7e\x80-\xff]{8,}$/.test(lineA)) return undefined;
  const wordsA = lineA.split(between).filter(Boolean);
  const wordsB = lineB.split(between).filter(Boolean);
  if (wordsA.length < 2 || wordsA.length !== wordsB.length || wordsA.length > 128) return undefined;
  const moved = wordsA.filter((word, index) => word !== wordsB[index]);
  if (moved.length < 2) return undefined;
  // Two numbers that changed places are not much to go by.
  if (moved.length === 2 && moved.some((word) => word.length < 3 || /^\d+$/.test(word)))
    return undefined;
  if ([...wordsA].sort(byCodeUnit).join('\0') !== [...wordsB].sort(byCodeUnit).join('\0'))
    return undefined;
  const keys = /["'\w]\s{0,2}(?::|=>?)\s{0,2}/.test(lineA) && /[{(]/.test(lineA);
  const utf8 = (line: string) => Buffer.from(line, 'latin1').toString('utf8');
  return { of: keys ? 'keys' : 'words', certainty: 'likely', a: utf8(lineA), b: utf8(lineB) };
}

const byCodeUnit = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** Lines that differ here and stand, as often, elsewhere in the other content. */
function ofMovedLines(reading: Reading): Permutation | undefined {
  const { wholeA, wholeB, range } = reading.evidence;
  if (wholeA === undefined || wholeB === undefined || range === undefined) return undefined;
  if (!reading.isText) return undefined;
  const pieces = piecesOf(wholeA, wholeB, '\n');
  if (pieces === undefined) return undefined;
  const [linesA, linesB] = [
    linesAt(wholeA, range.offsetA, range.lengthA),
    linesAt(wholeB, range.offsetB, range.lengthB),
  ];
  // The same lines in the same order differ in a comma only.
  if (linesA.join('\n') === linesB.join('\n')) return undefined;
  const here = [...linesA, ...linesB].filter((line) => line.trim().length >= 4);
  const { countsA, countsB } = pieces;
  if (here.length === 0 || here.length > 256) return undefined;
  if (
    !here.every(
      (line) => countsA.get(line) !== undefined && countsA.get(line) === countsB.get(line),
    )
  )
    return undefined;
  return { of: 'lines', certainty: 'likely' };
}

/** Bytes of a line. */
const longestLine = 4096;

/** The lines that a range touches. */
function linesAt(bytes: Uint8Array, offset: number, length: number): readonly string[] {
  if (length === 0 || length > 65_536) return [];
  const first = Math.max(0, offset - longestLine);
  const near = bytes.subarray(first, offset + length + longestLine);
  const start = offset === 0 ? 0 : near.lastIndexOf(10, offset - 1 - first) + 1;
  const end = near.indexOf(10, offset - first + length - 1);
  // A line that is longer than that is none.
  if ((start === 0 && first > 0) || (end < 0 && first + near.length < bytes.length)) return [];
  const part = near.subarray(start, end < 0 ? near.length : end);
  return Buffer.from(part).toString('latin1').split('\n').map(bare);
}
