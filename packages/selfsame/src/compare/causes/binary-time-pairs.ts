import { inAnyZone, inWindow } from './canaries/canary-times.js';
import type { Recognition } from './cause.js';
import { binaryTimeForms, type BinaryTimeForm } from './decoders/binary-times.js';
import { offsetAt, type Reading, type Side } from './reading.js';

const year = 365 * 86_400;

/** Bytes of a long range in which values of canaries are looked for. */
const reach = 192;

/**
 * A moment stored in binary. Certain: on both sides, at the same distance from the start of the range, a moment of
 * the clock of that side's build. Otherwise only where all bytes that differ lie in one value that is aligned to its
 * size in the content, outside of text, code and the tables of object files, and are of 2015 to 2035:
 * likely: 64-bit seconds and milliseconds; possible: the other forms, at most a year apart and beside zeros.
 * (Of pairs of random bytes under 0.01 % are likely; of pieces of programs put in the place of others, about 0.03 %.)
 */
export function binaryTimes(reading: Reading): Recognition | undefined {
  const { a, b, evidence } = reading;
  if (a === undefined || b === undefined || evidence.range === undefined) return undefined;
  const viewA = viewOf(a);
  const viewB = viewOf(b);
  return ofCanaries(reading, a, b, viewA, viewB) ?? ofForm(reading, a, b, viewA, viewB);
}

function viewOf({ bytes }: Side): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function ofCanaries(
  reading: Reading,
  a: Side,
  b: Side,
  viewA: DataView,
  viewB: DataView,
): Recognition | undefined {
  const { canariesA, canariesB } = reading.evidence;
  if (canariesA === undefined || canariesB === undefined) return undefined;
  const end = Math.min(reach, Math.max(a.to - a.from, b.to - b.from));
  for (let shift = -7; shift < Math.max(end, 1); shift += 1)
    for (const form of binaryTimeForms) {
      if (shift + form.width <= 0) continue;
      const pair = decodePair(form, viewA, viewB, a.from + shift, b.from + shift);
      if (pair === undefined || same(a, b, shift, form.width)) continue;
      if (reading.isText && looksLikeText(a, shift, form) && looksLikeText(b, shift, form))
        continue;
      const fits = form.local === true ? inAnyZone : inWindow;
      if (fits(pair[0], canariesA) && fits(pair[1], canariesB))
        return answer(reading, a, b, shift, form, pair, 'certain');
    }
  return undefined;
}

function ofForm(
  reading: Reading,
  a: Side,
  b: Side,
  viewA: DataView,
  viewB: DataView,
): Recognition | undefined {
  const { isText, isCode, evidence } = reading;
  const length = a.to - a.from;
  if (isText || isCode || length === 0 || length > 8 || length !== b.to - b.from) return undefined;
  if (evidence.formats.some((format) => /^(?:elf|wasm|java-class|dex)$/.test(format)))
    return undefined;
  let possible: Recognition | undefined;
  for (const form of binaryTimeForms) {
    if (form.local === true || form.name === 'Mac OS seconds') continue;
    const shift = -(((a.offset ?? 0) + a.from) % form.width);
    if (((b.offset ?? 0) + b.from) % form.width !== -shift || shift + form.width < length) continue;
    const pair = decodePair(form, viewA, viewB, a.from + shift, b.from + shift);
    if (pair === undefined || pair[0] === pair[1]) continue;
    if (!pair.every((seconds) => seconds >= recent && seconds < recent + 20 * year)) continue;
    if (telling.has(form.name)) return answer(reading, a, b, shift, form, pair, 'likely');
    if (Math.abs(pair[0] - pair[1]) > year) continue;
    const beside = [a, b].every(
      (side) => hasZeros(side, shift, form) && !looksLikeText(side, shift, form),
    );
    if (beside) possible ??= answer(reading, a, b, shift, form, pair, 'possible');
  }
  return possible;
}

/** 2015-01-01. */
const recent = 1_420_070_400;

/** Forms of which other data has one in a million values in the span, and hardly any two. */
const telling = new Set([
  '64-bit seconds',
  '64-bit seconds, big-endian',
  'milliseconds',
  'milliseconds, big-endian',
]);

/** Small numbers or nothing beside the value, as in headers: two zero bytes in the eight around it. */
function hasZeros(side: Side, shift: number, { width }: BinaryTimeForm): boolean {
  const start = side.from + shift;
  const near = [
    ...side.bytes.subarray(Math.max(0, start - 4), start),
    ...side.bytes.subarray(start + width, start + width + 4),
  ];
  return near.filter((byte) => byte === 0).length >= 2;
}

function decodePair(
  form: BinaryTimeForm,
  viewA: DataView,
  viewB: DataView,
  inA: number,
  inB: number,
): readonly [number, number] | undefined {
  if (
    inA < 0 ||
    inB < 0 ||
    inA + form.width > viewA.byteLength ||
    inB + form.width > viewB.byteLength
  )
    return undefined;
  const a = form.decode(viewA, inA);
  const b = a === undefined ? undefined : form.decode(viewB, inB);
  return a === undefined || b === undefined ? undefined : [a, b];
}

function same(a: Side, b: Side, shift: number, width: number): boolean {
  for (let index = 0; index < width; index += 1)
    if (a.bytes[a.from + shift + index] !== b.bytes[b.from + shift + index]) return false;
  return true;
}

function looksLikeText(side: Side, shift: number, { width }: BinaryTimeForm): boolean {
  const start = side.from + shift;
  return side.bytes.subarray(start, start + width).every((byte) => byte >= 32 && byte < 127);
}

function answer(
  reading: Reading,
  a: Side,
  b: Side,
  shift: number,
  form: BinaryTimeForm,
  [secondsA, secondsB]: readonly [number, number],
  certainty: Recognition['certainty'],
): Recognition {
  const zone = form.local === true ? '' : 'Z';
  const text = (seconds: number) =>
    `${new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 19)}${zone}`;
  return {
    kind: form.name,
    certainty,
    a: text(secondsA),
    b: text(secondsB),
    offsetA: offsetAt(reading, a, a.from + shift),
    offsetB: offsetAt(reading, b, b.from + shift),
    remedy:
      'Let the program that writes this file take the time from `SOURCE_DATE_EPOCH` instead of the clock.',
  };
}
