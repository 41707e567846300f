import { pairOf, before, valuesOf } from './matching.js';
import type { Cause } from './cause.js';
import { numberPair } from './decoders/numbers.js';
import { readingOf } from './reading.js';

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
      if (pair !== undefined && (pair.binary || !inDigest(reading.a.text, pair.start))) {
        const [afterA, afterB] = [pair.a - pidA, pair.b - pidB];
        const near = Math.max(afterA, afterB) < close && Math.abs(pidA - pidB) >= close;
        const word = wordBefore.test(before(reading.a, pair.start));
        // Further off, other numbers come to lie in both spans: they must be what differs, and about as far off.
        const far = !pair.binary && pair.comparable && Math.abs(afterA - afterB) < close * 8;
        if (near || far)
          return {
            kind: 'number from the base that was set',
            certainty: near || word ? 'certain' : 'likely',
            ...pair.values,
            remedy,
          };
      }
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

/** Digits of a longer hexadecimal number, as checksums and build-ids are, come to lie anywhere. */
function inDigest(text: string, start: number): boolean {
  const before =
    /[0-9a-f]{0,64}$/i.exec(text.slice(Math.max(0, start - 64), start))?.[0].length ?? 0;
  const after = /^[0-9a-f]{0,64}/i.exec(text.slice(start, start + 64))?.[0].length ?? 0;
  return before + after >= 16;
}

const wordBefore = /(?:pid|process|proc)\W{0,4}$/i;
const remedy =
  'Do not write `$$`, `getpid()` or names made of them into results; use `mktemp` for temporary files and remove them.';
