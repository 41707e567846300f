import type { Recognition } from './cause.js';
import { offsetAt, type Reading, type Side } from './reading.js';

/**
 * A library search path that was cleared: CMake links programs of the build tree with a RUNPATH into it, and when it
 * installs them takes the entry out and writes zeros over the string (`file(RPATH_REMOVE)`, `file(RPATH_CHANGE)`).
 * What is left is as long as the path was. A string table has no two zeros in a row otherwise.
 *
 * Likely: the lengths differ by a multiple of what the paths of both builds do; possible where those are not known or
 * do not fit, as other tools clear paths, too (chrpath), and not only those of the build.
 */
export function clearedPath(reading: Reading): Recognition | undefined {
  const { a, b, evidence, name } = reading;
  if (evidence.range === undefined || name !== '.dynstr') return undefined;
  if (a === undefined || b === undefined || !evidence.formats.includes('elf')) return undefined;
  const { lengthA, lengthB } = evidence.range;
  if (lengthA === lengthB || a.to - a.from !== lengthA || b.to - b.from !== lengthB)
    return undefined;
  const [inA, inB] = [zeros(a), zeros(b)];
  if (inA === undefined || inB === undefined) return undefined;
  return {
    kind: 'cleared RPATH',
    certainty: ofTheBuild(reading, inB.length - inA.length) ? 'likely' : 'possible',
    a: `${inA.length} zero bytes`,
    b: `${inB.length} zero bytes`,
    offsetA: offsetAt(reading, a, inA.start),
    offsetB: offsetAt(reading, b, inB.start),
    remedy: clearedPathRemedy,
  };
}

export const clearedPathRemedy =
  'Link without the directory of the build: with CMake `-DCMAKE_BUILD_RPATH_USE_ORIGIN=ON` (or `-DCMAKE_SKIP_RPATH=ON`); it clears the path when it installs, and leaves as many zeros as the path was long.';

/** Zeros left of the shortest absolute path, with the one that ends the string before it and the one that ended it. */
const leastZeros = 4;

/** The zeros in a row that hold all that differs; undefined where something else differs or they are too few. */
function zeros({ bytes, from, to }: Side): { start: number; length: number } | undefined {
  for (let index = from; index < to; index += 1) if (bytes[index] !== 0) return undefined;
  let [start, end] = [from, to];
  while (start > 0 && bytes[start - 1] === 0) start -= 1;
  while (end < bytes.length && bytes[end] === 0) end += 1;
  return end - start < leastZeros ? undefined : { start, length: end - start };
}

/** A search path names the tree a few times at most: `…/lib:…/lib/more`. */
const mostNames = 8;

function ofTheBuild({ evidence }: Reading, more: number): boolean {
  const [pathA, pathB] = [evidence.canariesA?.path, evidence.canariesB?.path];
  if (pathA === undefined || pathB === undefined) return false;
  const each = Buffer.byteLength(pathB) - Buffer.byteLength(pathA);
  return each !== 0 && more % each === 0 && more / each > 0 && more / each <= mostNames;
}
