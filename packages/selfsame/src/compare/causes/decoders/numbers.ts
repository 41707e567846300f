import type { Recognition } from '../cause.js';
import { comparable, matchesTouching, valuesOf } from '../matching.js';
import { offsetAt, type Reading, type Side } from '../reading.js';

export interface NumberPair {
  /** Positions in side A and in side B. */
  readonly start: number;
  readonly startB: number;
  readonly values: Pick<Recognition, 'a' | 'b' | 'offsetA' | 'offsetB'>;
  readonly a: number;
  readonly b: number;
  /** The numbers are all that differs. */
  readonly covers: boolean;
  /** They are most of what differs, or stand next to the same text. */
  readonly comparable: boolean;
  readonly binary: boolean;
}

const decimal = /(?<![\w.])\d{1,10}(?![\w]|\.\d)/g;
/** In names and after letters: `build-4711`, `pid4711`. */
const embedded = /(?<!\d)\d{1,10}(?!\d)/g;
const hexadecimal = /(?<![\w.])0x[\da-f]{1,8}(?!\w)/gi;

/** A number of each side, in text or as 32 bits of binary data, that both tests accept. */
export function numberPair(
  reading: Reading,
  acceptsA: (value: number) => boolean,
  acceptsB: (value: number) => boolean,
): NumberPair | undefined {
  const { a, b } = reading;
  if (a === undefined || b === undefined) return undefined;
  for (const pattern of [decimal, embedded, hexadecimal]) {
    const inA = matchesTouching(a, pattern).find(({ text }) => acceptsA(Number(text)));
    if (inA === undefined) continue;
    const inB = matchesTouching(b, pattern).find(({ text }) => acceptsB(Number(text)));
    if (inB === undefined || inB.text === inA.text) continue;
    return {
      start: inA.start,
      startB: inB.start,
      values: valuesOf(reading, { a: inA, b: inB }),
      a: Number(inA.text),
      b: Number(inB.text),
      covers: encloses(a, inA) && encloses(b, inB),
      comparable: comparable(reading, inA, inB),
      binary: false,
    };
  }
  return reading.isText || reading.isCode ? undefined : binary(reading, a, b, acceptsA, acceptsB);
}

function encloses(side: Side, { start, end }: { readonly start: number; readonly end: number }) {
  return start <= side.from && end >= side.to;
}

/** The first 32 bits that do. */
function binary(
  reading: Reading,
  a: Side,
  b: Side,
  acceptsA: (value: number) => boolean,
  acceptsB: (value: number) => boolean,
): NumberPair | undefined {
  const view = ({ bytes }: Side) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [viewA, viewB] = [view(a), view(b)];
  const length = Math.min(64, Math.max(a.to - a.from, 1));
  for (let shift = -3; shift < length; shift += 1)
    for (const little of [true, false]) {
      const [inA, inB] = [a.from + shift, b.from + shift];
      if (inA < 0 || inB < 0 || inA + 4 > viewA.byteLength || inB + 4 > viewB.byteLength) continue;
      const valueA = viewA.getUint32(inA, little);
      if (!acceptsA(valueA)) continue;
      const valueB = viewB.getUint32(inB, little);
      if (!acceptsB(valueB) || valueA === valueB) continue;
      return {
        start: inA,
        startB: inB,
        a: valueA,
        b: valueB,
        covers: shift <= 0 && shift + 4 >= a.to - a.from && a.to - a.from === b.to - b.from,
        comparable: true,
        binary: true,
        values: {
          a: String(valueA),
          b: String(valueB),
          offsetA: offsetAt(reading, a, inA),
          offsetB: offsetAt(reading, b, inB),
        },
      };
    }
  return undefined;
}
