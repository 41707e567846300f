import { FormatError, type Content, type Field, type Part } from '../format.js';
import { partName } from './bytes.js';

/** A stretch of the whole that a reader knows. May lie beyond the end or over others: `layOut` cuts it. */
export interface Piece {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly fields?: readonly Field[];
  /** Fields that come before those, made when they are asked for: pieces can be very many. */
  readonly firstFields?: () => readonly Field[];
  readonly derived?: boolean;
  /** Takes only bytes that no other piece wants. */
  readonly filler?: boolean;
  /** A filler in which such as are `exclusive` may be. */
  readonly isOpen?: boolean;
  /** Is what its name says only where no other piece has any of its bytes; else it is left out. */
  readonly exclusive?: boolean;
  /**
   * What the bytes stand for, where they are compressed: a part of its own, before which the bytes themselves
   * come as `<name> (compressed)`, derived.
   */
  readonly decoded?: {
    readonly size: number;
    readonly body: () => AsyncIterable<Uint8Array>;
  };
}

/** Bytes of zeros between pieces that are told from other bytes. */
const maximumPadding = 4 * 2 ** 20;

interface Interval {
  readonly start: number;
  readonly end: number;
  readonly piece: Piece & { readonly padding?: boolean };
}

/**
 * Parts that cover every byte of `[0, size)` exactly once, in the order in which they stand. Pieces that overlap
 * are cut where another began before them, so that hostile headers cannot make more bytes than the file has. What no
 * piece has is named after the piece before it: `padding after .text`. Where it is zeros, only its length can differ,
 * and follows from the rest: all of that together is the last part, `padding`, derived and without an offset.
 *
 * @throws FormatError `too-large` when there are more than `maximumParts`
 */
export async function* layOut(
  pieces: readonly Piece[],
  content: Content,
  maximumParts: number,
): AsyncGenerator<Part> {
  const { size } = content;
  const honest = withoutFalse(pieces);
  const firm = disjoint(
    honest.filter((piece) => piece.filler !== true),
    size,
  );
  const fill = disjoint(
    honest.filter((piece) => piece.filler === true),
    size,
  );
  const unique = uniqueNames();
  let count = 0;
  let zeros = 0;
  let behind = 0;
  const counted = (part: Part): Part => {
    count += 1;
    if (count > maximumParts)
      throw new FormatError('too-large', `has more than ${maximumParts} parts`);
    return part;
  };
  for (const interval of cover(firm, fill, size)) {
    const { start, end, piece } = interval;
    if (piece.padding === true && end - start <= maximumPadding - zeros) {
      const bytes = await content.read(start, end - start);
      if (bytes.every((byte) => byte === 0)) {
        zeros += end - start;
        behind = end === size ? end - start : 0;
        continue;
      }
    }
    for (const part of partsOf(interval, unique)) yield counted(part);
  }
  if (zeros > 0)
    yield counted({
      name: unique('padding'),
      type: 'section',
      // Nothing aligns the end of a file to more.
      fields:
        behind < 16 ? [] : [{ name: 'zeros at the end', kind: 'other', value: `${behind} bytes` }],
      size: zeros,
      body: zeroBytes(zeros),
      derived: true,
    });
}

/** More than one of them nobody writes, and each is held against all others. */
const maximumExclusive = 4;

/** Without exclusive pieces that share bytes with others. */
function withoutFalse(pieces: readonly Piece[]): readonly Piece[] {
  const exclusive = pieces.filter((piece) => piece.exclusive === true);
  const isFalse = (piece: Piece): boolean =>
    exclusive.length > maximumExclusive ||
    pieces.some((other) => other !== piece && other.isOpen !== true && overlap(piece, other));
  const left = new Set(exclusive.filter(isFalse));
  return left.size === 0 ? pieces : pieces.filter((piece) => !left.has(piece));
}

function overlap(a: Piece, b: Piece): boolean {
  return a.offset < b.offset + b.size && b.offset < a.offset + a.size && a.size * b.size > 0;
}

async function* zeroBytes(size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; left -= 65_536) yield new Uint8Array(Math.min(left, 65_536));
}

/** Gives each name as it is the first time, then with `#2`, `#3`, … */
export function uniqueNames(): (name: string) => string {
  const counts = new Map<string, number>();
  return (name) => {
    let count = (counts.get(name) ?? 0) + 1;
    let unique = count === 1 ? name : `${name}#${count}`;
    while (count > 1 && counts.has(unique)) {
      count += 1;
      unique = `${name}#${count}`;
    }
    counts.set(name, count);
    if (unique !== name) counts.set(unique, 1);
    return unique;
  };
}

/** In the order of their offsets, each cut where an earlier one ends, and at `size`. Empty ones stay if they begin there. */
function disjoint(pieces: readonly Piece[], size: number): Interval[] {
  const sorted = pieces
    .filter((piece) => piece.offset >= 0 && piece.size >= 0 && piece.offset <= size)
    .map((piece, index) => ({ piece, index }))
    .sort((a, b) => a.piece.offset - b.piece.offset || a.index - b.index);
  const intervals: Interval[] = [];
  let covered = 0;
  for (const { piece } of sorted) {
    const start = Math.max(piece.offset, covered);
    const end = Math.min(piece.offset + piece.size, size);
    if (piece.size === 0) intervals.push({ start, end: start, piece });
    else if (end > start) {
      intervals.push({ start, end, piece });
      covered = end;
    }
  }
  return intervals;
}

/** `firm`, what `fill` has in between, and padding. */
function* cover(
  firm: readonly Interval[],
  fill: readonly Interval[],
  size: number,
): Generator<Interval> {
  let at = 0;
  let next = 0;
  let before = 'the start';
  const padding = (end: number): Interval => ({
    start: at,
    end,
    piece: {
      name: before === 'the start' ? 'padding at the start' : `padding after ${before}`,
      offset: at,
      size: end - at,
      padding: true,
    },
  });
  function* gap(end: number): Generator<Interval> {
    for (; next < fill.length; next++) {
      const filler = fill[next];
      if (filler === undefined || filler.start >= end) break;
      if (filler.end <= at) continue;
      if (filler.start > at) {
        yield padding(filler.start);
        at = filler.start;
      }
      const cut = Math.min(filler.end, end);
      if (cut > at) yield { start: at, end: cut, piece: filler.piece };
      at = Math.max(at, cut);
      before = filler.piece.name;
      if (filler.end > end) break;
    }
    if (at < end) yield padding(end);
    at = Math.max(at, end);
  }
  for (const interval of firm) {
    yield* gap(interval.start);
    yield interval;
    at = Math.max(at, interval.end);
    before = interval.piece.name;
  }
  yield* gap(size);
}

function* partsOf(
  { start, end, piece }: Interval,
  unique: (name: string) => string,
): Generator<Part> {
  const name = partName(piece.name, 'unnamed');
  const fields = [...(piece.firstFields?.() ?? []), ...(piece.fields ?? [])];
  const whole = start === piece.offset && end === piece.offset + piece.size;
  const decoded = whole ? piece.decoded : undefined;
  yield {
    name: unique(decoded === undefined ? name : `${name} (compressed)`),
    type: 'section',
    fields: decoded === undefined ? fields : [],
    size: end - start,
    offset: start,
    body: undefined,
    ...((piece.derived === true || decoded !== undefined) && { derived: true }),
  };
  if (decoded !== undefined)
    yield {
      name: unique(name),
      type: 'section',
      fields,
      size: decoded.size,
      body: decoded.body(),
      encoded: () => ({ offset: start, size: end - start }),
      ...(piece.derived === true && { derived: true }),
    };
}
