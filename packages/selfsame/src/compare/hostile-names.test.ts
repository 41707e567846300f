import { describe, expect, it } from 'vitest';
import { align } from './align.js';
import { compareContents } from './compare.js';
import { memoryContent } from './content/memory-content.js';
import type { Format } from './formats/format.js';

/** As many parts with names as long as its one number each say. */
const longNames: Format = {
  name: 'long-names',
  kind: 'container',
  detect: () => true,
  async *parts(content) {
    const text = Buffer.from(await content.read(0, content.size)).toString();
    const [count = 0, length = 0] = text.split(' ').map(Number);
    for (let at = 0; at < count; at++) {
      const name = `${at} `.padEnd(length, text);
      yield { name, type: 'file', fields: [], size: 0, body: undefined };
    }
  },
};

const found = (a: string, b: string) =>
  compareContents(memoryContent(Buffer.from(a)), memoryContent(Buffer.from(b)), 'x', {
    formats: [longNames],
  });

describe('names that strangers chose', () => {
  it('are paired at once however long they are', () => {
    const named = (letter: string) => ({
      ...{ name: letter.repeat(500_000), type: 'file', size: 1, sha256: letter },
    });
    expect(align([named('a')], [named('b')])).toHaveLength(2);
    const [pair] = align(
      [{ ...named('a'), name: 'x-1.2-ab3/y' }],
      [{ ...named('b'), name: 'x-10.2-c4/y' }],
    );
    expect([pair?.a?.name, pair?.b?.name]).toEqual(['x-1.2-ab3/y', 'x-10.2-c4/y']);
  });

  it('are held up to a bound together', async () => {
    const difference = await found('140 1000000', '140 1000001');
    expect(difference?.unexamined).toMatchObject([{ reason: 'too-large' }]);
    expect((await found('3 1000', '3 1001'))?.unexamined).toEqual([]);
  });
});
