import { afterAll, describe, expect, it } from 'vitest';
import { compareContents } from '../../compare.js';
import type { Difference } from '../../types.js';
import { contentOf } from '../structure/testing.js';
import { hasProgram, Workshop } from '../structure/testing-tools.js';

/** Places of what differs and is no consequence, innermost only. */
function leaves(difference: Difference): string[] {
  if (difference.findings.some(({ consequence }) => consequence)) return [];
  if (difference.children.length === 0) return [difference.name];
  return difference.children.flatMap((child) =>
    leaves(child).map((place) => `${difference.name}/${place}`),
  );
}

describe.skipIf(!hasProgram('gcc'))('comparing ELF files (needs gcc)', () => {
  const shop = new Workshop();
  afterAll(() => shop.remove());

  it('names the function that differs, below its section', async () => {
    shop.write(
      'a.c',
      'int twice(int x) { return x * FACTOR; }\nint main(void) { return twice(2); }\n',
    );
    const [a, b] = ['1000', '1001'].map((factor) => {
      shop.run('gcc', ['-c', `-DFACTOR=${factor}`, '-o', 'a.o', 'a.c']);
      return contentOf(shop.read('a.o'));
    });
    if (a === undefined || b === undefined) return expect.unreachable();
    const difference = await compareContents(a, b, 'a.o');
    expect(difference?.format).toBe('elf');
    expect(difference === undefined ? [] : leaves(difference)).toEqual(['a.o/.text/.text:twice']);
  });
});
