import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, type Part } from '../format.js';
import { layOut, uniqueNames, type Piece } from './layout.js';
import { contentOf } from './testing.js';

async function laidOut(
  data: Uint8Array,
  pieces: readonly Piece[],
  most = 1000,
): Promise<(Part & { readonly bytes: Uint8Array })[]> {
  const parts: (Part & { readonly bytes: Uint8Array })[] = [];
  for await (const part of layOut(pieces, contentOf(data), most)) {
    const chunks: Uint8Array[] = [];
    if (part.body !== undefined) for await (const chunk of part.body) chunks.push(chunk);
    const { offset = 0, size } = part;
    const bytes =
      part.body === undefined ? data.subarray(offset, offset + size) : Buffer.concat(chunks);
    parts.push({ ...part, bytes });
  }
  return parts;
}

describe('layOut', () => {
  it('names what no piece has, and puts zeros together', async () => {
    const data = Uint8Array.from([1, 1, 0, 0, 2, 2, 9, 3, 0]);
    const parts = await laidOut(data, [
      { name: 'a', offset: 0, size: 2 },
      { name: 'b', offset: 4, size: 2 },
      { name: 'c', offset: 7, size: 1 },
    ]);
    expect(parts.map(({ name, offset, size }) => [name, offset, size])).toEqual([
      ['a', 0, 2],
      ['b', 4, 2],
      ['padding after b', 6, 1],
      ['c', 7, 1],
      ['padding', undefined, 3],
    ]);
    expect(parts.map(({ derived }) => derived === true)).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it('cuts what overlaps, and gives fillers what is left', async () => {
    const data = new Uint8Array(20).fill(7);
    const parts = await laidOut(data, [
      { name: 'all', offset: 0, size: 20, filler: true },
      { name: 'a', offset: 2, size: 6 },
      { name: 'b', offset: 4, size: 6 },
      { name: 'inside b', offset: 5, size: 2 },
      { name: 'beyond', offset: 18, size: 1e15 },
    ]);
    expect(parts.map(({ name, offset, size }) => [name, offset, size])).toEqual([
      ['all', 0, 2],
      ['a', 2, 6],
      ['b', 8, 2],
      ['all#2', 10, 8],
      ['beyond', 18, 2],
    ]);
  });

  it('has every byte in exactly one part, for any pieces', async () => {
    const piece = fc.record({
      name: fc.constantFrom('a', 'b', 'a#2', ''),
      offset: fc.oneof(fc.nat(120), fc.constantFrom(-1, 2 ** 60, Infinity)),
      size: fc.oneof(fc.nat(60), fc.constantFrom(-5, 0, 2 ** 62)),
      filler: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(0, 0, 0, 5), { maxLength: 100 }),
        fc.array(piece, { maxLength: 12 }),
        async (bytes, pieces) => {
          const data = Uint8Array.from(bytes);
          const parts = await laidOut(data, pieces);
          const again = new Uint8Array(data.length);
          let count = 0;
          for (const { offset, size, bytes: own } of parts) {
            expect(own).toHaveLength(size);
            count += size;
            if (offset !== undefined) again.set(own, offset);
          }
          expect(count).toBe(data.length);
          expect(again).toEqual(data);
          expect(new Set(parts.map(({ name }) => name)).size).toBe(parts.length);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('stops at more parts than may be', async () => {
    const pieces = Array.from({ length: 9 }, (_, index) => ({ name: 'p', offset: index, size: 1 }));
    await expect(laidOut(new Uint8Array(9).fill(1), pieces, 8)).rejects.toBeInstanceOf(FormatError);
    await expect(laidOut(new Uint8Array(9).fill(1), pieces, 9)).resolves.toHaveLength(9);
  });
});

describe('uniqueNames', () => {
  it('never gives a name twice, also where names have numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'a#2', 'a#3', 'a#2#2')), (names) => {
        const unique = uniqueNames();
        const given = names.map((name) => unique(name));
        expect(new Set(given).size).toBe(given.length);
      }),
    );
  });
});
