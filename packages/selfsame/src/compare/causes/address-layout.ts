import type { Cause, Recognition } from './cause.js';
import { pairOf, valuesOf } from './matching.js';
import { offsetAt, readingOf, type Reading } from './reading.js';

/** Where the kernel put things in memory. */
export const addressLayout: Cause = {
  name: 'address-layout',
  title: 'Address-space layout',
  summary: 'A program wrote down an address of its own memory, or sorted or hashed by addresses.',
  looks: '`0x55…` and `0x7f…` in text, 64 bits with such a value in binary, `object at 0x…`.',
  get remedies() {
    return [remedy];
  },
  variations: ['address-space', 'environment-size'],
  endsAt: 'fixed',
  recognise(evidence) {
    if (evidence.field !== undefined && !/^(?:text|other|id|name)$/.test(evidence.field.kind))
      return undefined;
    const reading = readingOf(evidence);
    return ofText(reading) ?? ofBytes(reading);
  },
};

const remedy =
  'Write a name or a number that is counted instead of an address (`%p`, `id()`, `repr` of objects); `setarch -R` shows whether that is it.';

/** Addresses of x86-64 and arm64 programs, heaps, libraries and stacks: `0x55…`, `0x56…`, `0x7e…`, `0x7f…`, `0xaaaa…`, `0xffff…`. */
const pointerText =
  /(?<![\da-z])(?:0x(?:0000)?)?(?:5[56]|7[ef])[\da-f]{10}(?![\da-z])|(?<![\da-z])0x(?:0000)?(?:aaaa|ffff)[\da-f]{8}(?![\da-z])/gi;

function ofText(reading: Reading): Recognition | undefined {
  const pair = pairOf(reading, pointerText);
  if (pair !== undefined) {
    const marked = /^0x/i.test(pair.a.text) && /^0x/i.test(pair.b.text);
    return {
      kind: 'address in text',
      certainty: marked ? 'likely' : 'possible',
      ...valuesOf(reading, pair),
      remedy,
    };
  }
  const object = pairOf(
    reading,
    /(?: at 0x[\da-f]{6,16}>|\((?:0x)[\da-f]{6,16}\)|@[\da-f]{6,8}(?![\da-z]))/gi,
  );
  if (object === undefined) return undefined;
  // Java's Object.toString, perl's and Python's references.
  return {
    kind: 'address of an object',
    certainty: object.a.text.startsWith('@') ? 'possible' : 'likely',
    ...valuesOf(reading, object),
    remedy,
  };
}

/**
 * 64 aligned bits that are an address on both sides, outside of code. Likely: with the same place in the page, as
 * randomisation leaves it; possible otherwise.
 */
function ofBytes(reading: Reading): Recognition | undefined {
  const { a, b, isText, isCode, evidence } = reading;
  if (a === undefined || b === undefined || isText || isCode || evidence.range === undefined)
    return undefined;
  const length = a.to - a.from;
  if (length === 0 || length > 8 || b.to - b.from !== length) return undefined;
  const shift = -(((a.offset ?? 0) + a.from) % 8);
  if (-shift !== ((b.offset ?? 0) + b.from) % 8 || shift + 8 < length) return undefined;
  const [valueA, valueB] = [a, b].map(({ bytes, from }) =>
    from + shift < 0 || from + shift + 8 > bytes.length
      ? undefined
      : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(
          from + shift,
          true,
        ),
  );
  if (valueA === undefined || valueB === undefined) return undefined;
  const top = (value: bigint) => Number(value >> 40n);
  if (![valueA, valueB].every((value) => tops.has(top(value)))) return undefined;
  const samePage = (valueA & 0xfffn) === (valueB & 0xfffn);
  return {
    kind: 'address',
    certainty: samePage && top(valueA) === top(valueB) ? 'likely' : 'possible',
    a: `0x${valueA.toString(16)}`,
    b: `0x${valueB.toString(16)}`,
    offsetA: offsetAt(reading, a, a.from + shift),
    offsetB: offsetAt(reading, b, b.from + shift),
    remedy: 'Do not write memory with pointers in it; write each field, or clear them first.',
  };
}

const tops = new Set([0x55, 0x56, 0x7e, 0x7f, 0xaa, 0xff]);
