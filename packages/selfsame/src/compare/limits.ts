import type { CompareLimits } from './types.js';

const mebi = 2 ** 20;

/** Bounds of a comparison unless others are asked for. */
export const defaultLimits: CompareLimits = {
  // A package in an image in a compressed archive comes to 8; bombs of nested archives go on for ever.
  depth: 24,
  // Two installation images of 4 GiB, each read on two levels.
  expandedBytes: 16 * 2 ** 30,
  // deflate does not go beyond 1032:1; other formats do so with what nobody ships.
  ratio: 1100,
  // What a bomb may unpack before its ratio counts: well under a second of work.
  freeBytes: 64 * mebi,
  // A distribution's whole tree has about half of it.
  parts: 1_000_000,
  heldBytes: 4 * mebi,
  milliseconds: 15 * 60_000,
  // More than anybody reads; each costs up to some kilobytes in the report.
  differences: 5000,
  ranges: 50,
};

/** Bytes of all contents together that are held in memory; others wait in the scratch directory. */
export const shelfBytes = 48 * mebi;

/** Bytes of a sample around a differing range, and how many of them stand before it. */
export const sampleBytes = 256;
export const sampleBefore = 64;

/** Contents up to here are shown to causes as a whole. */
export const wholeBytes = mebi;

/** Bytes that readers are shown of the beginning of a content. */
export const headBytes = 4096;
