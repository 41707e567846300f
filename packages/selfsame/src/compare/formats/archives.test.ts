import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { memoryContent } from '../content/memory-content.js';
import { formats } from './formats.js';
import { ArchiveWorkshop, hasTools, spoiled } from './reading/testing.js';

/** The name of the first reader that takes the bytes. */
async function detected(bytes: Buffer): Promise<string | undefined> {
  const content = memoryContent(bytes);
  for (const format of formats) {
    if (await format.detect(bytes.subarray(0, 4096), content, 'file')) return format.name;
  }
  return undefined;
}

/** How each is made from the directory `s`. */
const makers: readonly (readonly [string, string, readonly string[]])[] = [
  ['tar', 'tar', ['-cf', 'out', 's']],
  ['gzip', 'tar', ['-czf', 'out', 's']],
  ['xz', 'tar', ['-cJf', 'out', 's']],
  ['bzip2', 'tar', ['-cjf', 'out', 's']],
  ['zstd', 'tar', ['--zstd', '-cf', 'out', 's']],
  ['lzip', 'tar', ['--lzip', '-cf', 'out', 's']],
  ['zip', 'zip', ['-qr', 'out', 's']],
  ['ar', 'ar', ['rc', 'out', 's/a']],
  ['cpio', 'bsdtar', ['-cf', 'out', '--format=newc', 's']],
  ['squashfs', 'mksquashfs', ['s', 'out', '-quiet', '-no-progress']],
  ['iso9660', 'genisoimage', ['-quiet', '-R', '-o', 'out', 's']],
  ['ext', 'mkfs.ext4', ['-q', '-d', 's', 'out', '1M']],
];

describe('readers of archives', () => {
  const shop = new ArchiveWorkshop();
  const samples: Buffer[] = [Buffer.from('text')];
  beforeAll(() => {
    shop.file('s/a', 'text').file('s/b/c', 'more');
  });
  afterAll(() => shop.remove());

  for (const [name, program, args] of makers) {
    const needed = name === 'lzip' ? ['tar', 'lzip'] : [program];
    it.skipIf(!hasTools(...needed))(
      `know ${name} by its bytes alone (needs ${program})`,
      async () => {
        const out = name === 'zip' ? 'out.zip' : 'out';
        shop.run('rm', ['-f', 'out', 'out.zip']);
        shop.run(program, args);
        const bytes = shop.read(out);
        samples.push(bytes.subarray(0, 40_000));
        expect(await detected(bytes)).toBe(name);
      },
    );
  }

  it('decide about anything without an error', async () => {
    await fc.assert(
      fc.asyncProperty(spoiled(samples), async (bytes) => {
        expect(await detected(bytes)).toBe(await detected(bytes));
      }),
      { numRuns: 200 },
    );
  });
});
