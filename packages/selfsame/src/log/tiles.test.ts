import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyTreeHash, leafHash, nodeHash, treeHash, VerifyError } from '@selfsame/verify';
import {
  consistencyRanges,
  entriesPath,
  formatEntries,
  inclusionRanges,
  parseEntries,
  rangeHashes,
  tilePath,
  tilesFor,
} from './tiles.js';

const leaves = Array.from({ length: 600 }, (_, n) => leafHash(Buffer.from(`leaf ${n}`)));

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof VerifyError) return error.code;
    throw error;
  }
  return 'accepted';
}

/** Largest power of two below n. */
const split = (n: number) => 2 ** Math.ceil(Math.log2(n) - 1);

// The definitions of RFC 6962 §2.1, word for word.
function mth(d: readonly Uint8Array[]): Uint8Array {
  if (d.length === 0) return emptyTreeHash();
  if (d.length === 1) return d[0] as Uint8Array;
  const k = split(d.length);
  return nodeHash(mth(d.slice(0, k)), mth(d.slice(k)));
}
function path(m: number, d: readonly Uint8Array[]): Uint8Array[] {
  if (d.length === 1) return [];
  const k = split(d.length);
  return m < k
    ? [...path(m, d.slice(0, k)), mth(d.slice(k))]
    : [...path(m - k, d.slice(k)), mth(d.slice(0, k))];
}
function subproof(m: number, d: readonly Uint8Array[], whole: boolean): Uint8Array[] {
  if (m === d.length) return whole ? [] : [mth(d)];
  const k = split(d.length);
  return m <= k
    ? [...subproof(m, d.slice(0, k), whole), mth(d.slice(k))]
    : [...subproof(m - k, d.slice(k), false), mth(d.slice(0, k))];
}

/** All tiles of a log over these leaf hashes. */
function tilesOf(hashes: readonly Uint8Array[]): Map<string, Uint8Array> {
  const tiles = new Map<string, Uint8Array>();
  let below = hashes;
  for (let level = 0; below.length > 0; level += 1) {
    const above: Uint8Array[] = [];
    for (let start = 0; start < below.length; start += 256) {
      const part = below.slice(start, start + 256);
      tiles.set(tilePath(level, start / 256, part.length), new Uint8Array(Buffer.concat(part)));
      if (part.length === 256) above.push(treeHash(part));
    }
    below = above;
  }
  return tiles;
}

describe('tiles', () => {
  it('give the roots and proofs of the definition', () => {
    for (const size of [1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 255, 256, 257, 300, 512, 513, 600]) {
      const all = leaves.slice(0, size);
      const tiles = tilesOf(all);
      expect(rangeHashes([[0, size]], size, tiles)).toEqual([mth(all)]);
      for (const index of [0, 1, size >> 1, size - 2, size - 1]) {
        if (index < 0 || index >= size) continue;
        const ranges = inclusionRanges(index, size);
        const needed = new Map(
          tilesFor(ranges, size).map((name) => [name, tiles.get(name) as Uint8Array]),
        );
        expect(rangeHashes(ranges, size, needed)).toEqual(path(index, all));
      }
      for (const old of [1, 2, 3, size >> 1, size - 1, size]) {
        if (old < 1 || old > size) continue;
        const ranges = consistencyRanges(old, size);
        expect(rangeHashes(ranges, size, tiles)).toEqual(subproof(old, all, true));
      }
    }
    expect(consistencyRanges(0, 5)).toEqual([]);
    expect(consistencyRanges(5, 5)).toEqual([]);
  });

  it('are hashed in whole trees', () => {
    const [, b, c] = leaves as [Uint8Array, Uint8Array, Uint8Array];
    expect(rangeHashes([[1, 3]], 600, tilesOf(leaves))).toEqual([nodeHash(b, c)]);
  });

  it('give no proof for sizes and indexes that are none', () => {
    for (const [index, size] of [
      [0, 0],
      [3, 3],
      [-1, 3],
      [0.5, 3],
      [0, 2 ** 53],
      [Number.NaN, 3],
    ] as const) {
      expect(codeOf(() => inclusionRanges(index, size))).toBe('PROOF_INVALID');
    }
    for (const [old, size] of [
      [4, 3],
      [-1, 3],
      [0.5, 3],
      [Number.NaN, 3],
      [1, 3.5],
      [1, 2 ** 53],
    ] as const) {
      expect(codeOf(() => consistencyRanges(old, size))).toBe('PROOF_INVALID');
    }
  });

  it('have the paths of the specification', () => {
    expect(tilePath(0, 1234067, 256)).toBe('tile/0/x001/x234/067');
    expect(tilePath(1, 273, 145)).toBe('tile/1/273.p/145');
    expect(entriesPath(0, 256)).toBe('tile/entries/000');
    expect(entriesPath(999_999_999, 1)).toBe('tile/entries/x999/x999/999.p/1');
  });

  it('are needed few at a time, also in large logs', () => {
    expect(
      tilesFor(inclusionRanges(123_456_789, 1_000_000_007), 1_000_000_007).length,
    ).toBeLessThan(12);
    expect(tilesFor(inclusionRanges(2 ** 52, 2 ** 53 - 1), 2 ** 53 - 1).length).toBeLessThan(20);
  });

  it('are refused when one is missing or of another length', () => {
    const tiles = tilesOf(leaves);
    const ranges = inclusionRanges(3, 600);
    for (const change of [undefined, new Uint8Array(31), new Uint8Array()]) {
      const altered = new Map(tiles);
      if (change === undefined) altered.delete('tile/0/000');
      else altered.set('tile/0/000', change);
      expect(codeOf(() => rangeHashes(ranges, 600, altered))).toBe('PROOF_INVALID');
    }
  });

  it('of entries are read as they were written, and not when cut', () => {
    const entries = [Buffer.from(''), Buffer.from('one'), Buffer.alloc(65_535, 1)].map(
      (e) => new Uint8Array(e),
    );
    const bundle = formatEntries(entries);
    expect(parseEntries(bundle)).toEqual(entries);
    expect(codeOf(() => parseEntries(bundle.subarray(0, -1)))).toBe('PROOF_INVALID');
    expect(codeOf(() => parseEntries(new Uint8Array(2 * 257)))).toBe('PROOF_INVALID');
    expect(codeOf(() => formatEntries([new Uint8Array(65_536)]))).toBe('LIMIT_EXCEEDED');
    const many = (count: number) => Array.from({ length: count }, () => Uint8Array.of(1));
    expect(parseEntries(formatEntries(many(256)))).toHaveLength(256);
    expect(codeOf(() => formatEntries(many(257)))).toBe('LIMIT_EXCEEDED');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        codeOf(() => parseEntries(bytes));
      }),
    );
  });
});
