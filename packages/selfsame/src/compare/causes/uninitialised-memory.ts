import type { Cause, Recognition } from './cause.js';
import { readingOf, show, type Side, shownRanges } from './reading.js';

/** Bytes that nobody wrote. */
export const uninitialisedMemory: Cause = {
  name: 'uninitialised-memory',
  title: 'Uninitialised memory',
  summary:
    'A structure was written with the padding, or the unused part of a buffer, that nobody had set.',
  looks: 'bytes of padding, memory filled with one byte, noise after the end of a text.',
  get remedies() {
    return [
      'Clear the memory before filling it (`memset`, `calloc`, `= {0}`); `valgrind` or `-fsanitize=memory` names the line.',
    ];
  },
  variations: ['memory-poison', 'address-space', 'environment-size'],
  endsAt: undefined,
  recognise(evidence) {
    const reading = readingOf(evidence);
    const { a, b, isCode } = reading;
    if (evidence.field !== undefined)
      return evidence.field.kind === 'padding'
        ? {
            kind: `padding of ${reading.format ?? 'the file'}`,
            certainty: 'likely',
            a: show(evidence.field.a ?? ''),
            b: show(evidence.field.b ?? ''),
            remedy,
          }
        : undefined;
    if (a === undefined || b === undefined || isCode || evidence.range === undefined)
      return undefined;
    if (a.to - a.from !== b.to - b.from || a.to === a.from) return undefined;
    const found = poisoned(a, b) ?? afterText(a, b);
    if (found === undefined) return undefined;
    return { ...found, ...shownRanges(reading), remedy };
  },
};

const remedy =
  'Clear the memory before filling it (`memset`, `calloc`, `= {0}`); `valgrind` or `-fsanitize=memory` names the line.';

interface Found {
  readonly kind: string;
  readonly certainty: Recognition['certainty'];
}

/** The byte that all of a range is; undefined: there are several. */
function filler({ bytes, from, to }: Side): number | undefined {
  const first = bytes[from];
  return bytes.subarray(from, to).every((byte) => byte === first) ? first : undefined;
}

/**
 * Memory that was filled with one byte by malloc (MALLOC_PERTURB_), another on each side, or none: at least four
 * bytes; likely from eight on, where neither is zero or text.
 */
function poisoned(a: Side, b: Side): Found | undefined {
  const length = a.to - a.from;
  if (length < 4) return undefined;
  const [inA, inB] = [filler(a), filler(b)];
  if (inA === undefined || inB === undefined) return undefined;
  if ([inA, inB].some((byte) => byte >= 32 && byte < 127 && length < 8)) return undefined;
  const certain = length >= 8 && inA !== 0 && inB !== 0 && (inA > 127 || inB > 127);
  return { kind: 'filled memory', certainty: certain ? 'likely' : 'possible' };
}

/** What follows the NUL of a text in a buffer of fixed length, and ends before other text. */
function afterText(a: Side, b: Side): Found | undefined {
  const length = a.to - a.from;
  if (length < 2 || length > 192) return undefined;
  const text = [a, b].every(({ text: all, from }) =>
    /[\x20-\x7e]{3}\0{1,3}$/.test(all.slice(0, from)),
  );
  const noise = [a, b].some((side) =>
    [...side.bytes.subarray(side.from, side.to)].some(
      (byte) => byte > 126 || (byte > 0 && byte < 9),
    ),
  );
  return text && noise ? { kind: 'rest of a buffer', certainty: 'possible' } : undefined;
}
