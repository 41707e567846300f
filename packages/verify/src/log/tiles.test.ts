import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../testing/codes.js';
import { leaves, tilesOf } from '../testing/log.js';
import {
  entriesPath,
  formatEntries,
  inclusionRanges,
  parseEntries,
  rangeHashes,
  tilePath,
  tilesFor,
} from './tiles.js';

describe('tiles', () => {
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
      expect(codeOf(() => rangeHashes(ranges, 600, altered))).toBe('TILE_INVALID');
    }
  });

  it('of entries are read as they were written, and not when cut', () => {
    const entries = [Buffer.from(''), Buffer.from('one'), Buffer.alloc(65_535, 1)].map(
      (e) => new Uint8Array(e),
    );
    const bundle = formatEntries(entries);
    expect(parseEntries(bundle)).toEqual(entries);
    expect(codeOf(() => parseEntries(bundle.subarray(0, -1)))).toBe('TILE_INVALID');
    expect(codeOf(() => parseEntries(new Uint8Array(2 * 257)))).toBe('TILE_INVALID');
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
