import { printable } from '../../text/printable.js';
import type { Evidence, Recognition } from './cause.js';

/** One side of a difference, as recognisers look at it. */
export interface Side {
  /** At most a few hundred bytes. */
  readonly bytes: Uint8Array;
  /** The same, one character per byte (latin1), so that positions are those of bytes. */
  readonly text: string;
  /** The bytes that differ: `[from, to)` of `bytes`; empty on a side that has nothing there. */
  readonly from: number;
  readonly to: number;
  /** Has characters in a row where it differs: worth looking at for values in text. */
  readonly textual: boolean;
  /** Offset of `bytes[0]` in the innermost content; undefined where there is none. */
  readonly offset: number | undefined;
}

/** Evidence made ready for recognisers, once for all of them. */
export interface Reading {
  readonly evidence: Evidence;
  /** Undefined on the side that has nothing: a missing file. */
  readonly a: Side | undefined;
  readonly b: Side | undefined;
  /** Of the thing itself or its nearest container; undefined: plain bytes in a tree. */
  readonly format: string | undefined;
  /** Last name of the place: a file, a member, a section. */
  readonly name: string;
  /** Both sides show no byte that text does not have. */
  readonly isText: boolean;
  /** In a section of machine code or relocations, where bytes are no values. */
  readonly isCode: boolean;
}

const readings = new WeakMap<Evidence, Reading>();

/** Bytes of a field's value or of a name that are looked at. */
const fieldBytes = 1024;

/** The reading of an evidence; the same object each time. */
export function readingOf(evidence: Evidence): Reading {
  const known = readings.get(evidence);
  if (known !== undefined) return known;
  const [a, b] = sides(evidence);
  const name = evidence.place.at(-1) ?? '';
  const reading: Reading = {
    evidence,
    a,
    b,
    format: evidence.formats.at(-1),
    name,
    isText: [a, b].every((side) => side === undefined || isText(side.bytes)),
    isCode: codeSection.test(name),
  };
  readings.set(evidence, reading);
  return reading;
}

/** Sections of ELF, Mach-O, PE and WebAssembly that hold instructions or tables of addresses. */
const codeSection =
  /^(?:\.(?:text|plt|init|fini|rela?|eh_frame|ARM\.ex|gcc_except_table|pdata|xdata|reloc|dyn(?:sym|amic)|symtab|gnu\.(?:hash|version)|hash|got)\b|(?:__TEXT,)?__(?:text|stubs|stub_helper|unwind_info)\b|code(?:$|[ #]))/;

function sides({
  range,
  field,
  presence,
  place,
}: Evidence): readonly [Side | undefined, Side | undefined] {
  if (range !== undefined)
    return [
      rangeSide(range.sampleA, range.sampleOffsetA, range.offsetA, range.lengthA),
      rangeSide(range.sampleB, range.sampleOffsetB, range.offsetB, range.lengthB),
    ];
  if (field !== undefined) return fieldSides(field.a, field.b, field.offsetA, field.offsetB);
  if (presence !== undefined) {
    const bytes = Buffer.from((place.at(-1) ?? '').slice(0, fieldBytes));
    const side = newSide(bytes, 0, bytes.length, undefined);
    return presence === 'only-a' ? [side, undefined] : [undefined, side];
  }
  return [undefined, undefined];
}

function rangeSide(sample: Uint8Array, sampleOffset: number, offset: number, length: number): Side {
  const from = Math.max(0, Math.min(sample.length, offset - sampleOffset));
  return newSide(sample, from, Math.min(sample.length, from + length), sampleOffset);
}

function fieldSides(
  a: string | undefined,
  b: string | undefined,
  offsetA: number | undefined,
  offsetB: number | undefined,
): readonly [Side | undefined, Side | undefined] {
  const bytesA = Buffer.from((a ?? '').slice(0, fieldBytes));
  const bytesB = Buffer.from((b ?? '').slice(0, fieldBytes));
  const shorter = Math.min(bytesA.length, bytesB.length);
  let head = 0;
  while (head < shorter && bytesA[head] === bytesB[head]) head += 1;
  let tail = 0;
  while (
    tail < shorter - head &&
    bytesA[bytesA.length - 1 - tail] === bytesB[bytesB.length - 1 - tail]
  )
    tail += 1;
  // The value as shown is not the value as stored: offsets are those of the field.
  return [
    a === undefined ? undefined : newSide(bytesA, head, bytesA.length - tail, offsetA),
    b === undefined ? undefined : newSide(bytesB, head, bytesB.length - tail, offsetB),
  ];
}

function newSide(bytes: Uint8Array, from: number, to: number, offset: number | undefined): Side {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return { bytes, text, from, to, offset, textual: textual(bytes, from, to) };
}

/** Characters in a row, touching the bytes that differ, from which on text is looked for. */
const leastText = 6;

function textual(bytes: Uint8Array, from: number, to: number): boolean {
  let run = 0;
  for (let index = Math.max(0, from - 64); index < bytes.length && index < to + 64; index += 1) {
    const byte = bytes[index] ?? 0;
    const isCharacter = (byte >= 32 && byte !== 127) || byte === 10 || byte === 9 || byte === 13;
    if (isCharacter && byte < 127) {
      run += 1;
      // The run ends here or later: it touches if it began before the end of the range.
      if (run >= leastText && index >= from - 1 && index - run < to + 1) return true;
    } else {
      run = 0;
      if (index > to) return false;
    }
  }
  return bytes.length < leastText && run === bytes.length;
}

function isText(bytes: Uint8Array): boolean {
  for (const byte of bytes)
    if ((byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 127) return false;
  return true;
}

/** Characters of a value that are shown. */
const shown = 200;

/** Untrusted text as a finding shows it: one safe line of at most 200 characters. */
export function show(text: string): string {
  const safe = printable(text.slice(0, shown * 2));
  if (safe.length <= shown && text.length <= shown * 2) return safe;
  return `${safe.slice(0, shown - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Bytes of a side as text (UTF-8), or as hexadecimal where they are not. */
export function showBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return '';
  const part = bytes.subarray(0, shown * 2);
  if (isText(part)) return show(Buffer.from(part).toString('utf8'));
  return show(Buffer.from(part.subarray(0, 48)).toString('hex').replace(/../g, '$& ').trim());
}

/** The part of latin1 text of a side as a person reads it. */
export function showPart(side: Side, start: number, end: number): string {
  return showBytes(side.bytes.subarray(start, end));
}

/** The bytes that differ, or what stands where they are missing. */
export function showRange(side: Side | undefined): string {
  return side === undefined ? '' : showPart(side, side.from, side.to);
}

/** Offset of a position of a side in the innermost content. */
export function offsetAt(reading: Reading, side: Side, position: number): number | undefined {
  if (side.offset === undefined) return undefined;
  // A field's text is no copy of its bytes.
  return reading.evidence.field === undefined ? side.offset + position : side.offset;
}

/** A field that differs, as a finding shows it: what it is called, and both values. */
export function shownField(
  reading: Reading,
  field: NonNullable<Evidence['field']>,
): Pick<Recognition, 'kind' | 'a' | 'b'> {
  const kind = `${reading.format ?? 'file'} ${field.name}`;
  return { kind, a: show(field.a ?? ''), b: show(field.b ?? '') };
}

/** The bytes that differ as they are shown on both sides, and where they stand. */
export function shownRanges(
  reading: Reading,
): Pick<Recognition, 'a' | 'b'> & Record<'offsetA' | 'offsetB', number | undefined> {
  const { a, b } = reading;
  const start = (side: Side | undefined) =>
    side === undefined ? undefined : offsetAt(reading, side, side.from);
  return { a: showRange(a), b: showRange(b), offsetA: start(a), offsetB: start(b) };
}

/** Whether `[start, end)` has a byte that differs; for a side without any, whether it encloses or touches the gap. */
export function touches(side: Side, start: number, end: number): boolean {
  if (side.from === side.to) return start <= side.from && end >= side.from;
  return start < side.to && end > side.from;
}
