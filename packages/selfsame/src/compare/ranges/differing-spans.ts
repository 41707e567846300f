import { memoryContent } from '../content/memory-content.js';
import { readInto } from '../content/read-into.js';
import { FormatError, type Content } from '../formats/format.js';
import { agreeUnshifted, resync } from './resync.js';
import { equalAhead, type Area, type Span } from './span.js';

/** Bytes of each side that are in memory. */
const windowBytes = 1024 * 1024;
/** How far agreement is looked for: what is inserted or removed may be nearly this long. */
const searchBytes = 128 * 1024;
/** Equal bytes between two spans that are too few to keep them apart: parts of one value. */
const joiningBytes = 8;
/** Searches in a row that may find nothing before shifted agreement is no longer looked for. */
const vainSearches = 12;

/** Where two contents differ. */
export interface Spans {
  /** In order, none touching the next. */
  readonly spans: readonly Span[];
  /** Those beyond the limit, at least. */
  readonly more: number;
}

/**
 * The runs of bytes that differ, read once from the beginning on. Inserted and removed bytes shift what comes
 * after them; agreement is found again within 128 KiB. All bytes outside of the spans are equal, in order.
 *
 * @param limit spans that are kept
 * @param check called between pieces; throws to stop
 */
export async function differingSpans(
  a: Content,
  b: Content,
  limit: number,
  check: () => void,
): Promise<Spans> {
  const [windowA, windowB] = [new Window(a), new Window(b)];
  const found = new SpanList(limit);
  let vain = 0;
  let i = 0;
  let j = 0;
  while (i < a.size && j < b.size) {
    check();
    const [areaA, areaB] = await Promise.all([windowA.at(i), windowB.at(j)]);
    const same = equalAhead(areaA.bytes, areaA.from, areaA.to, areaB.bytes, areaB.from, areaB.to);
    i += same;
    j += same;
    if (areaA.from + same === areaA.to || areaB.from + same === areaB.to) continue;
    // The same from here on, with as much ahead as a search wants.
    if (same > 0 && (windowA.isShort(i) || windowB.isShort(j))) continue;
    const near = nearArea(areaA, same);
    const nearB = nearArea(areaB, same);
    const toEnds = i + near.to - near.from === a.size && j + nearB.to - nearB.from === b.size;
    // Beyond the limit spans are only counted, and not at any cost.
    const thorough = vain < vainSearches && !found.isFull;
    const step = (thorough ? resync : agreeUnshifted)(near, nearB, toEnds);
    if (step === undefined) {
      vain += 1;
      if (!thorough && a.size - i !== b.size - j) break;
      const skipped = Math.min(near.to - near.from, nearB.to - nearB.from);
      const rest = toEnds ? { a: a.size - i, b: b.size - j } : { a: skipped, b: skipped };
      found.add({ offsetA: i, lengthA: rest.a, offsetB: j, lengthB: rest.b });
      i += rest.a;
      j += rest.b;
      continue;
    }
    vain = 0;
    found.add({ offsetA: i, lengthA: step.a, offsetB: j, lengthB: step.b });
    i += step.a;
    j += step.b;
  }
  if (i < a.size || j < b.size) found.add(await lastSpan(a, i, b, j));
  return { spans: found.spans, more: found.more };
}

/** The same of bytes in memory. */
export async function differingSpansOf(
  a: Uint8Array,
  b: Uint8Array,
  limit: number,
): Promise<Spans> {
  return differingSpans(memoryContent(a), memoryContent(b), limit, () => undefined);
}

function nearArea(area: Area, skip: number): Area {
  const from = area.from + skip;
  return { bytes: area.bytes, from, to: Math.min(area.to, from + searchBytes) };
}

/** What is left from `i` and `j` on, without what both end with. */
async function lastSpan(a: Content, i: number, b: Content, j: number): Promise<Span> {
  const most = Math.min(a.size - i, b.size - j);
  let same = 0;
  for (let piece = Math.min(65_536, most); same < most && piece > 0;) {
    const [endA, endB] = await Promise.all([
      a.read(a.size - same - piece, piece),
      b.read(b.size - same - piece, piece),
    ]);
    let equal = 0;
    while (equal < piece && endA[piece - 1 - equal] === endB[piece - 1 - equal]) equal += 1;
    same += equal;
    if (equal < piece) break;
    piece = Math.min(piece, most - same);
  }
  return { offsetA: i, lengthA: a.size - i - same, offsetB: j, lengthB: b.size - j - same };
}

/** Part of a content that is in memory; moves forwards only. */
class Window {
  readonly #content: Content;
  readonly #bytes: Buffer;
  #start = 0;
  #length = 0;

  constructor(content: Content) {
    this.#content = content;
    this.#bytes = Buffer.allocUnsafe(Math.min(windowBytes, content.size));
  }

  /** Whether less than a search wants is there from `offset` on, though the content has more. */
  isShort(offset: number): boolean {
    const end = this.#start + this.#length;
    return end < Math.min(this.#content.size, offset + searchBytes);
  }

  /** The bytes from `offset` on: at least as many as a search wants, or all. Valid until the next call. */
  async at(offset: number): Promise<Area> {
    if (this.isShort(offset)) {
      const end = this.#start + this.#length;
      const kept = Math.max(0, end - offset);
      this.#bytes.copyWithin(0, this.#length - kept, this.#length);
      const wanted = Math.min(this.#bytes.length - kept, this.#content.size - offset - kept);
      const target = this.#bytes.subarray(kept, kept + wanted);
      if ((await readInto(this.#content, target, offset + kept)) !== wanted) {
        throw new FormatError('unreadable', 'it became shorter while it was read');
      }
      this.#start = offset;
      this.#length = kept + wanted;
    }
    return { bytes: this.#bytes, from: offset - this.#start, to: this.#length };
  }
}

/** Spans in order; those that nearly touch become one. */
class SpanList {
  readonly #limit: number;
  readonly #spans: Span[] = [];
  #more = 0;
  #last: Span | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get spans(): readonly Span[] {
    return this.#spans;
  }

  get more(): number {
    return this.#more;
  }

  get isFull(): boolean {
    return this.#spans.length >= this.#limit;
  }

  add(span: Span): void {
    const last = this.#last;
    const gap = last === undefined ? Infinity : span.offsetA - last.offsetA - last.lengthA;
    if (last !== undefined && gap < joiningBytes) {
      const joined = {
        offsetA: last.offsetA,
        lengthA: span.offsetA + span.lengthA - last.offsetA,
        offsetB: last.offsetB,
        lengthB: span.offsetB + span.lengthB - last.offsetB,
      };
      this.#last = joined;
      if (this.#more === 0 && this.#spans.length > 0) this.#spans[this.#spans.length - 1] = joined;
      return;
    }
    this.#last = span;
    if (this.#spans.length < this.#limit) this.#spans.push(span);
    else this.#more += 1;
  }
}
