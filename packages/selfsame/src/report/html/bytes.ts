import type { RangeDifference } from '../../compare/types.js';
import { count, offsetWords } from '../words.js';
import { markup, nothing, type Markup } from './markup.js';

/** Bytes of a row: two sides fit beside each other on a page, and one on a telephone. */
const rowBytes = 8;
/** Rows of one side. */
const mostRows = 12;

interface Side {
  readonly sample: Uint8Array;
  readonly from: number;
  readonly offset: number;
  readonly length: number;
}

/** Both sides of a range beside each other, in hexadecimal and as ASCII, with the bytes that differ marked. */
export function rangeMarkup(range: RangeDifference): Markup {
  const a: Side = {
    sample: range.sampleA,
    from: range.sampleOffsetA,
    offset: range.offsetA,
    length: range.lengthA,
  };
  const b: Side = {
    sample: range.sampleB,
    from: range.sampleOffsetB,
    offset: range.offsetB,
    length: range.lengthB,
  };
  return markup`<figure class="bytes"><figcaption>${captionOf(range)}</figcaption><div class="sides">${side('A', a, b)}${side('B', b, a)}</div></figure>`;
}

function captionOf({ offsetA, offsetB, lengthA, lengthB }: RangeDifference): string {
  const where =
    offsetA === offsetB
      ? `at ${offsetWords(offsetA)}`
      : `at ${offsetWords(offsetA)} in A, ${offsetWords(offsetB)} in B`;
  if (lengthA === 0) return `${count(lengthB, 'byte')} more in B ${where}`;
  if (lengthB === 0) return `${count(lengthA, 'byte')} more in A ${where}`;
  if (lengthA === lengthB) return `${count(lengthA, 'byte')} ${where}`;
  return `${count(lengthA, 'byte')} in A, ${count(lengthB, 'byte')} in B ${where}`;
}

function side(name: 'A' | 'B', own: Side, other: Side): Markup {
  const changed = (at: number): boolean => {
    const within = own.from + at - own.offset;
    if (within < 0 || within >= own.length) return false;
    if (own.length !== other.length) return true;
    const there = other.sample[other.offset + within - other.from];
    return there === undefined || there !== own.sample[at];
  };
  // The rows that show the difference: samples begin a little before it, but how much is not ours to trust.
  const end = own.from + own.sample.length;
  const near = Math.min(Math.max(own.offset, own.from), end);
  const start = Math.max(rowOf(own.from), rowOf(near) - 2 * rowBytes);
  const rows: Markup[] = [];
  for (let at = start; at < end && rows.length < mostRows; at += rowBytes)
    rows.push(row(own, at, changed));
  const left = end - start - rows.length * rowBytes;
  const body = rows.length === 0 ? markup`<span class="soft">nothing here</span>` : rows;
  return markup`<div class="side"><b>${name}</b><pre tabindex="0" aria-label="bytes of ${name}">${body}${left > 0 ? markup`<span class="soft">…</span>` : nothing}</pre></div>`;
}

/** Rows begin at multiples of their length. */
function rowOf(offset: number): number {
  return offset - (offset % rowBytes);
}

/** The row at an offset; where the sample begins or ends within it, the rest stays empty. */
function row({ sample, from }: Side, offset: number, changed: (at: number) => boolean): Markup {
  const hex: Markup[] = [];
  const ascii: Markup[] = [];
  const first = Math.max(0, offset - from);
  const end = Math.min(offset - from + rowBytes, sample.length);
  const before = first - (offset - from);
  // Runs of bytes that are all marked or all not, so that marks join.
  for (let start = first; start < end;) {
    const marked = changed(start);
    let stop = start + 1;
    while (stop < end && changed(stop) === marked) stop += 1;
    const bytes = [...sample.subarray(start, stop)];
    const inHex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = bytes
      .map((byte) => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·'))
      .join('');
    hex.push(marked ? markup`<mark>${inHex}</mark>` : markup`${inHex}`);
    ascii.push(marked ? markup`<mark>${text}</mark>` : markup`${text}`);
    start = stop;
    if (stop < end) hex.push(markup` `);
  }
  const after = rowBytes - before - (end - first);
  return markup`<span class="soft">${offset.toString(16).padStart(8, '0')}</span>  ${'   '.repeat(before)}${hex}${'   '.repeat(after)}  <span class="ascii">${' '.repeat(before)}${ascii}</span>
`;
}
