import fc from 'fast-check';
import { expect } from 'vitest';
import type { Format } from '../format.js';
import { coverProblem, readWith } from './testing.js';

/** Bytes that a reader may ask for, for each byte there is: the rest would be work without bound. */
const readsPerByte = 40;

/** Real bytes with flips, cuts, zeros, splices and all-ones: what breaks readers. */
export function mutations(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const edit = fc.record({
    type: fc.constantFrom('flip', 'ones', 'zeros', 'cut', 'insert', 'splice'),
    // Headers are at the start, in most formats: half of the edits go there.
    near: fc.boolean(),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 1, max: 64 }),
    from: fc.double({ min: 0, max: 1, noNaN: true }),
    bit: fc.nat(7),
  });
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 6 }))
    .map(([seed, edits]) => {
      let data = Buffer.from(seed);
      for (const { type, near, at, length, from, bit } of edits) {
        const place = Math.floor(at * (near ? Math.min(512, data.length) : data.length));
        if (type === 'flip' && place < data.length) data[place] = (data[place] ?? 0) ^ (1 << bit);
        if (type === 'ones') data.subarray(place, place + length).fill(0xff);
        if (type === 'zeros') data.subarray(place, place + length).fill(0);
        if (type === 'cut') data = data.subarray(0, place);
        if (type === 'insert')
          data = Buffer.concat([
            data.subarray(0, place),
            Buffer.alloc(length, bit),
            data.subarray(place),
          ]);
        if (type === 'splice') {
          const source = Math.floor(from * data.length);
          data.subarray(source, source + length).copy(data, place);
        }
      }
      return Uint8Array.from(data);
    });
}

/** Any bytes give parts or a `FormatError`, twice the same, each byte in at most one part, with bounded reading. */
export async function checkTotal(
  format: Format,
  seeds: readonly Uint8Array[],
  runs = 150,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof({ weight: 6, arbitrary: mutations(seeds) }, fc.uint8Array({ maxLength: 4096 })),
      async (data) => {
        const first = await readWith(format, data, { expandedBytes: 4 * 2 ** 20 });
        expect(coverProblem(first, data.length)).toBeUndefined();
        expect(first.bytesRead).toBeLessThan(readsPerByte * data.length + 2 ** 20);
        const second = await readWith(format, data, { expandedBytes: 4 * 2 ** 20 });
        expect(second).toEqual(first);
      },
    ),
    { numRuns: runs },
  );
}
