import { pairOf, before, valuesOf } from './matching.js';
import type { Certainty } from '../types.js';
import type { Cause } from './cause.js';
import { numberPair, type NumberPair } from './decoders/numbers.js';
import { readingOf, type Reading } from './reading.js';

/** Processes that a build starts, at most, as far as numbers are taken for theirs. */
const span = 32_768;
/** So close to the first number there is little chance. */
const close = 256;

/** Numbers of processes. */
export const processNumber: Cause = {
  name: 'process-number',
  title: 'Process number',
  summary:
    'A program wrote down its process number, often as part of a name that should be unique.',
  looks: 'a number counted from the first of the build, or after `pid`.',
  get remedies() {
    return [remedy];
  },
  variations: ['pids', 'jobs'],
  endsAt: 'virtual',
  recognise(evidence) {
    if (
      evidence.field !== undefined &&
      !/^(?:text|name|other|id|link|inode)$/.test(evidence.field.kind)
    )
      return undefined;
    const reading = readingOf(evidence);
    const { canariesA, canariesB } = evidence;
    const [pidA, pidB] = [canariesA?.pid, canariesB?.pid];
    if (pidA !== undefined && pidB !== undefined && pidA !== pidB && reading.a !== undefined) {
      const pair = numberPair(
        reading,
        (value) => value >= pidA && value < pidA + span,
        (value) => value >= pidB && value < pidB + span,
      );
      const certainty = pair === undefined ? undefined : certaintyOf(reading, pair, pidA, pidB);
      if (pair !== undefined && certainty !== undefined)
        return { kind: 'number from the base that was set', certainty, ...pair.values, remedy };
    }
    const named = pairOf(reading, /(?:\bpid|\bPID|process|\$\$)["']?\W{0,4}\d{1,7}(?!\w)/g);
    if (named === undefined) return undefined;
    return {
      kind: 'number after a word for it',
      certainty: 'likely',
      ...valuesOf(reading, named),
      remedy,
    };
  },
};

/** Counts and sizes are often smaller than this, and so come to lie behind the first number of a small base. */
const leastRare = 1000;

/** How sure it is that two numbers, each in the span of its side, are those of processes; undefined: nothing says so. */
function certaintyOf(
  { a, b }: Reading,
  pair: NumberPair,
  pidA: number,
  pidB: number,
): Certainty | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (!pair.binary && (inDigest(a.text, pair.start) || inDigest(b.text, pair.startB)))
    return undefined;
  const [afterA, afterB] = [pair.a - pidA, pair.b - pidB];
  const near = Math.max(afterA, afterB) < close && Math.abs(pidA - pidB) >= close;
  // Further off, other numbers come to lie in both spans: they must be what differs, and about as far off.
  const far = !pair.binary && pair.comparable && Math.abs(afterA - afterB) < close * 8;
  if (!near && !far) return undefined;
  const rare = Math.min(pidA, pidB) >= leastRare;
  if ((near && rare) || wordBefore.test(before(a, pair.start))) return 'certain';
  if (rare) return 'likely';
  if (pair.binary) return pair.covers ? 'possible' : undefined;
  return pair.comparable ? (near ? 'likely' : 'possible') : undefined;
}

/**
 * Digits of a longer hexadecimal number, as checksums and build-ids are, come to lie anywhere. Of a name of two parts, too:
 * `.build-id/4a/7551dd…`.
 */
function inDigest(text: string, start: number): boolean {
  const before =
    /(?:(?<![0-9a-f])[0-9a-f]{2}\/)?[0-9a-f]{0,64}$/i.exec(
      text.slice(Math.max(0, start - 64), start),
    )?.[0].length ?? 0;
  const after =
    /^(?:[0-9a-f]{1,2}\/)?[0-9a-f]{0,64}/i.exec(text.slice(start, start + 64))?.[0].length ?? 0;
  return before + after >= 16;
}

const wordBefore = /(?:pid|process|proc)\W{0,4}$/i;
const remedy =
  'Do not write `$$`, `getpid()` or names made of them into results; use `mktemp` for temporary files and remove them.';
