import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scratch } from './content/scratch.js';
import { FormatError } from './formats/format.js';
import { HeldParts } from './held-parts.js';
import type { Listed } from './read-parts.js';

const part = (name: string, index: number, more: Partial<Listed> = {}): Listed => ({
  ...{ name, type: 'file', size: 3, sha256: 'ab'.repeat(32), index },
  ...{ fieldsKey: '\u0000\u00ff\u0080', encodedKey: undefined, derived: false, problem: undefined },
  ...more,
});

async function withHeld(limit: number, work: (held: HeldParts) => Promise<void>): Promise<void> {
  const scratch = new Scratch();
  const held = new HeldParts(scratch, limit);
  try {
    await work(held);
  } finally {
    await held.close();
    await scratch.remove();
  }
}

describe('parts that wait for others', () => {
  it('are found again by name, and known where anything differs, held in memory or not', async () => {
    const names = fc.constantFrom('a', 'b', 'ä', '\ud800', '\ud801', 'a\u00002', '');
    const steps = fc.array(fc.tuple(fc.boolean(), names, fc.nat(2)), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(3), async (all, limit) => {
        await withHeld(limit, async (held) => {
          const model: Listed[] = [];
          for (const [index, [isAdded, name, size]] of all.entries()) {
            const one = part(name, index, { size });
            const place = model.findIndex((other) => other.name === name);
            if (isAdded && place === -1) {
              await held.add(one);
              model.push(one);
              continue;
            }
            const [expected] = place === -1 || isAdded ? [] : model.splice(place, 1);
            const taken = isAdded ? undefined : await held.take(one);
            if (expected === undefined) expect(taken).toBeUndefined();
            else if (taken?.part === undefined) {
              expect(taken).toEqual({ index: expected.index, part: undefined });
              expect({ ...one, index: expected.index }).toEqual(expected);
            } else expect(taken.part).toEqual(expected);
          }
          expect(await held.rest()).toEqual(model);
        });
      }),
    );
  });

  it('keep why they cannot be read, and are never equal then', async () => {
    const problem = new FormatError('damaged', 'its checksum is wrong');
    await withHeld(0, async (held) => {
      await held.add(part('x', 0, { problem, sha256: undefined }));
      const taken = await held.take(part('x', 4, { problem, sha256: undefined }));
      expect(taken?.part?.problem).toBeInstanceOf(FormatError);
      expect(taken?.part?.problem).toMatchObject({ reason: 'damaged', message: problem.message });
    });
  });

  it('stand for themselves where names are there twice', async () => {
    for (const limit of [0, 1, 2]) {
      await withHeld(limit, async (held) => {
        await held.add(part('x', 0));
        await held.add(part('x', 1));
        expect(await held.take(part('x', 0))).toMatchObject({ index: 0 });
        expect(await held.take(part('x', 0))).toBeUndefined();
        expect(await held.rest()).toEqual([part('x', 1)]);
      });
    }
  });

  it('can be very many', async () => {
    const count = 8000;
    await withHeld(10, async (held) => {
      for (let index = 0; index < count; index += 1) await held.add(part(`p${index}`, index));
      for (let index = count - 1; index >= count / 2; index -= 1) {
        const size = index % 100 === 0 ? 4 : 3;
        const taken = await held.take(part(`p${index}`, 0, { size }));
        if (taken?.index !== index || (taken.part === undefined) !== (size === 3))
          throw new Error(`part ${index} is ${JSON.stringify(taken)}`);
      }
      for (let index = count; index < 2 * count; index += 1)
        await held.add(part(`p${index}`, index));
      const rest = await held.rest();
      expect(rest).toHaveLength(count / 2 + count);
      expect(rest.every(({ name, index }) => name === `p${index}`)).toBe(true);
    });
  });
});
