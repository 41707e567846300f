import { describe, expect, it } from 'vitest';
import { compareContents } from './compare.js';
import { memoryContent } from './content/memory-content.js';
import type { Format, Part } from './formats/format.js';

/** Lines `name=content`, of which each is a part. */
const lines: Format = {
  name: 'lines',
  kind: 'container',
  detect: () => true,
  async *parts(content): AsyncGenerator<Part> {
    await Promise.resolve();
    const text = Buffer.from(await content.read(0, content.size)).toString();
    let offset = 0;
    for (const line of text.split('\n')) {
      const [name = '', value = ''] = line.split('=');
      const start = offset + name.length + 1;
      const where = { offset: start, size: value.length, body: undefined };
      yield { name, type: 'file', fields: [], ...where };
      offset += line.length + 1;
    }
  },
};

const contentOf = (texts: readonly string[]) => memoryContent(Buffer.from(texts.join('\n')));

describe('two containers with very many parts in another order', () => {
  // More than are held as they are, on both sides.
  const count = 9000;
  const inA = Array.from({ length: count }, (_, index) => `part-${index}=${index}`);

  it('differ in their order and in nothing else', async () => {
    const found = await compareContents(contentOf(inA), contentOf([...inA].reverse()), 'x', {
      formats: [lines],
    });
    expect(found).toMatchObject({ children: [], fields: [] });
    const order = { first: 'part-0', firstInB: `part-${count - 1}`, moved: count - 1 };
    expect(found?.order).toEqual(order);
  });

  it('and in what was changed, added and renamed, held in memory or not', async () => {
    const changed = (text: string): string[] => {
      const [name = '', value = ''] = text.split('=');
      if (value === '7') return [];
      if (['1', '4500', '8998'].includes(value)) return [`${name}=other`];
      return value === '30' || value === '8970' ? [`new-${value}=${value}`] : [text];
    };
    const inB = [...inA].reverse().flatMap(changed);
    const options = { formats: [lines], limits: { depth: 1 } };
    const found = await compareContents(contentOf(inA), contentOf(inB), 'x', options);
    const said = found?.children.map(({ name, nameInB, presence, sizeA, sizeB }) => {
      return [name, nameInB, presence, sizeA, sizeB];
    });
    expect(said).toEqual([
      ['part-1', undefined, 'both', 1, 5],
      ['part-7', undefined, 'only-a', 1, undefined],
      ['part-30', 'new-30', 'both', 2, 2],
      ['part-4500', undefined, 'both', 4, 5],
      ['part-8970', 'new-8970', 'both', 4, 4],
      ['part-8998', undefined, 'both', 4, 5],
    ]);
  });
});
