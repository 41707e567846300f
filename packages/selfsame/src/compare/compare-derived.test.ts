import { describe, expect, it } from 'vitest';
import { compareContents } from './compare.js';
import { memoryContent } from './content/memory-content.js';
import type { Format } from './formats/format.js';
import { box, boxFormat } from './testing-box.js';

describe('parts that are made from others', () => {
  /** Boxes whose member `index` is made from the others. */
  const indexed: Format = {
    ...boxFormat,
    async *parts(content, access) {
      for await (const part of boxFormat.parts(content, access))
        yield part.name === 'index' ? { ...part, derived: true } : part;
    },
  };
  const withIndex = (bytes: string, index?: string): Buffer =>
    box([{ name: 'a', bytes }, ...(index === undefined ? [] : [{ name: 'index', bytes: index }])]);
  const findings = async (a: Buffer, b: Buffer) => {
    const found = await compareContents(memoryContent(a), memoryContent(b), 'x', {
      formats: [indexed],
    });
    return found?.children.flatMap(({ name, findings }) =>
      findings.map(({ cause, consequence }) => `${name} ${cause}${consequence ? ' follows' : ''}`),
    );
  };

  it('follow from those that differ', async () => {
    expect(await findings(withIndex('one\n', '1'), withIndex('two\n', '2'))).toEqual([
      expect.stringMatching(/^a (?:text|unknown)$/),
      'index consequence follows',
    ]);
  });

  it('are what differs where nothing else does', async () => {
    const [finding, ...more] = (await findings(withIndex('one', '1'), withIndex('one', '2'))) ?? [];
    expect(finding).toMatch(/^index (?:text|unknown)$/);
    expect(more).toEqual([]);
  });

  it('are no missing files', async () => {
    expect(await findings(withIndex('one\n', '1'), withIndex('two\n'))).toContain(
      'index consequence follows',
    );
    expect(await findings(withIndex('one\n', '1'), withIndex('one\n'))).toEqual(['index unknown']);
  });
});
