import { equalAhead, type Area } from './span.js';

/** Where two contents that differ from here on agree again: so many bytes further on each side. */
export interface Step {
  readonly a: number;
  readonly b: number;
}

/** Equal bytes that count as agreeing again. */
const agreeingBytes = 16;
/** So much agreement after few bytes that nothing better is looked for. */
const plainlyAgreeing = 256;
/** Agreement of fewer bytes may be chance, as of padding. */
const doubtfulBytes = 64;
/** Places that look alike of which the nearest is taken. */
const candidates = 8;
/** Agreement is followed so far to weigh two ways against each other. */
const weighedBytes = 65_536;

/** The first agreement without any shift, or undefined. Both areas begin with bytes that differ. */
export function agreeUnshifted(a: Area, b: Area, toEnds: boolean): Step | undefined {
  const length = Math.min(a.to - a.from, b.to - b.from);
  const [bytesA, bytesB] = [a.bytes, b.bytes];
  let run = 0;
  for (let k = 1; k < length; k += 1) {
    if (bytesA[a.from + k] === bytesB[b.from + k]) {
      run += 1;
      if (run === agreeingBytes) return { a: k + 1 - run, b: k + 1 - run };
    } else run = 0;
  }
  // Agreement up to the very end of both is enough, however short it is.
  const ends = toEnds && a.to - a.from === b.to - b.from;
  return ends ? { a: length - run, b: length - run } : undefined;
}

/**
 * The likeliest place where both areas agree again, with bytes inserted, removed or changed before it; undefined:
 * there is none. Both begin with bytes that differ.
 *
 * @param toEnds both areas reach to the ends of their contents
 */
export function resync(a: Area, b: Area, toEnds: boolean): Step | undefined {
  const plain = agreeUnshifted(a, b, toEnds);
  const after = plain === undefined ? 0 : follow(a, b, plain);
  if (plain !== undefined) {
    const most = after >= plainlyAgreeing ? 4096 : atEnds(a, b, plain, after) ? 64 : 0;
    if (plain.a <= most) return plain;
  }
  let best = plain;
  let bestWeight = plain === undefined ? -Infinity : after - plain.a;
  for (const step of [anchor(a, b), toEnds ? commonEnd(a, b) : undefined]) {
    if (step === undefined) continue;
    // What lies behind an agreement that is none by chance is looked for from there.
    if (
      plain !== undefined &&
      after >= doubtfulBytes &&
      Math.max(step.a, step.b) >= plain.a + after
    ) {
      continue;
    }
    const weight = follow(a, b, step) - Math.max(step.a, step.b);
    if (weight > bestWeight) [best, bestWeight] = [step, weight];
  }
  return best;
}

function follow(a: Area, b: Area, step: Step): number {
  const [i, j] = [a.from + step.a, b.from + step.b];
  return equalAhead(a.bytes, i, Math.min(a.to, i + weighedBytes), b.bytes, j, b.to);
}

function atEnds(a: Area, b: Area, step: Step, after: number): boolean {
  return a.from + step.a + after === a.to && b.from + step.b + after === b.to;
}

/** What both end with, if anything. */
function commonEnd(a: Area, b: Area): Step | undefined {
  const most = Math.min(a.to - a.from, b.to - b.from);
  let same = 0;
  while (same < most && a.bytes[a.to - 1 - same] === b.bytes[b.to - 1 - same]) same += 1;
  return same === 0 ? undefined : { a: a.to - a.from - same, b: b.to - b.from - same };
}

/** A block of A, of those at every `block` bytes, that B has anywhere. */
function anchor(a: Area, b: Area): Step | undefined {
  const smaller = Math.min(a.to - a.from, b.to - b.from);
  const block = smaller <= 16_384 ? 8 : 32;
  if (smaller < block) return undefined;
  const table = new Int32Array(16_384).fill(-1);
  for (let i = a.from; i + block <= a.to; i += block) {
    if (isMonotone(a.bytes, i, block)) continue;
    const slot = hashOf(a.bytes, i, block) & 16_383;
    // The first of several that look alike is nearest.
    if (table[slot] === -1) table[slot] = i;
  }
  let leaving = 1;
  for (let k = 1; k < block; k += 1) leaving = Math.imul(leaving, multiplier);
  let hash = hashOf(b.bytes, b.from, block);
  let best: Step | undefined;
  let left = candidates;
  for (let j = b.from; left > 0; j += 1) {
    const i = table[hash & 16_383] ?? -1;
    if (i >= 0 && equalAhead(a.bytes, i, i + block, b.bytes, j, j + block) === block) {
      let back = 0;
      const most = Math.min(i - a.from, j - b.from);
      while (back < most && a.bytes[i - 1 - back] === b.bytes[j - 1 - back]) back += 1;
      const step = { a: i - back - a.from, b: j - back - b.from };
      if (best === undefined || step.a + step.b < best.a + best.b) best = step;
      left -= 1;
    }
    if (j + block >= b.to) break;
    hash = Math.imul(hash - Math.imul((b.bytes[j] ?? 0) + 1, leaving), multiplier);
    hash = (hash + (b.bytes[j + block] ?? 0) + 1) | 0;
  }
  return best;
}

/** Odd, with its bits well spread; the last bits of products with it depend on all bytes only by way of the sum. */
const multiplier = 0x01_00_01_93 | 0;

function hashOf(bytes: Uint8Array, from: number, length: number): number {
  let hash = 0;
  for (let k = 0; k < length; k += 1) {
    hash = (Math.imul(hash, multiplier) + (bytes[from + k] ?? 0) + 1) | 0;
  }
  return hash;
}

/** The same byte throughout, as padding is: it agrees everywhere and says nothing. */
function isMonotone(bytes: Uint8Array, from: number, length: number): boolean {
  const first = bytes[from];
  for (let k = 1; k < length; k += 1) if (bytes[from + k] !== first) return false;
  return true;
}
