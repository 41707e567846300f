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
 * size in the content, outside of text, code and the tables of object files:
 * likely: 64-bit seconds, milliseconds, microseconds and FILETIME of 2001 to 2040 at most 20 years apart;
 * possible: 32-bit seconds of 2001 to 2038 at most a year apart, little-endian or big-endian.
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
  for (const form of binaryTimeForms) {
    if (form.local === true || form.name === 'Mac OS seconds') continue;
    const shift = -(((a.offset ?? 0) + a.from) % form.width);
    if (((b.offset ?? 0) + b.from) % form.width !== -shift || shift + form.width < length) continue;
    const pair = decodePair(form, viewA, viewB, a.from + shift, b.from + shift);
    if (pair === undefined || pair[0] === pair[1]) continue;
    const apart = Math.abs(pair[0] - pair[1]);
    const plausible = pair.every((seconds) => seconds >= 1e9 && seconds < 2 ** 31);
    if (!plausible) continue;
    if (form.width === 8 && !form.name.startsWith('nano') && apart < 20 * year)
      return answer(reading, a, b, shift, form, pair, 'likely');
    if (apart < year && !looksLikeText(a, shift, form) && !looksLikeText(b, shift, form))
      return answer(reading, a, b, shift, form, pair, 'possible');
  }
  return undefined;
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
