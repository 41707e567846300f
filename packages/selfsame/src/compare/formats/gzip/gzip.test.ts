import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  ArchiveWorkshop,
  expectTotal,
  hasTools,
  readAll,
  unseenChanges,
  values,
} from '../reading/testing.js';
import { gzip } from './gzip.js';

describe('gzip files', () => {
  it('say their header', async () => {
    const bytes = Buffer.concat([
      Buffer.from([0x1f, 0x8b, 8, 0x1c]),
      Buffer.from([0x00, 0xca, 0x9a, 0x3b, 2, 3]),
      Buffer.from([4, 0, 0x41, 0x42, 0, 0]),
      Buffer.from('name.txt\0a comment\0'),
      gzipSync('hello').subarray(10),
    ]);
    const { fields, parts, stopped } = await readAll(gzip, bytes);
    expect(stopped).toBeUndefined();
    expect(values(fields)).toEqual({
      FLG: 'FEXTRA FNAME FCOMMENT',
      MTIME: '2001-09-09T01:46:40Z',
      XFL: '2 (best)',
      OS: 'Unix',
      FEXTRA: '41420000',
      FNAME: 'name.txt',
      FCOMMENT: 'a comment',
    });
    expect(fields.find(({ name }) => name === 'MTIME')).toMatchObject({ seconds: 1e9, offset: 4 });
    expect(parts.map(({ name, bytes: found }) => [name, found.toString()])).toEqual([
      ['content', 'hello'],
    ]);
  });

  it('of several members are one content; what follows is a part of its own', async () => {
    const bytes = Buffer.concat([gzipSync('one '), gzipSync('two'), Buffer.from('rest')]);
    const { parts, stopped } = await readAll(gzip, bytes);
    expect(stopped).toBeUndefined();
    expect(parts.map(({ name, bytes: found }) => [name, found.toString()])).toEqual([
      ['content', 'one two'],
      ['trailing data', 'rest'],
    ]);
  });

  it('with a wrong checksum, or cut, are damaged', async () => {
    const bytes = gzipSync('hello hello hello');
    for (const spoil of [
      bytes.subarray(0, -1),
      bytes.subarray(0, 20),
      Buffer.concat([bytes.subarray(0, -5), Buffer.alloc(5)]),
    ]) {
      expect((await readAll(gzip, spoil)).parts[0]?.bodyError?.reason).toBe('damaged');
    }
  });

  it('that expand too much end early', async () => {
    const { parts, spent } = await readAll(gzip, gzipSync(Buffer.alloc(50_000_000)), {
      expandedBytes: 1_000_000,
    });
    expect(parts[0]?.bodyError?.reason).toBe('too-large');
    expect(spent).toBeLessThan(1_300_000);
  });

  it('of any content and split come back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 3000 }), { minLength: 1, maxLength: 4 }),
        async (contents) => {
          const { parts } = await readAll(
            gzip,
            Buffer.concat(contents.map((content) => gzipSync(content))),
          );
          expect(parts[0]?.bytes.equals(Buffer.concat(contents))).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('show every change of a byte', async () => {
    expect(await unseenChanges(gzip, gzipSync('some text, some text'))).toBe('');
  });

  it('are read totally when spoiled', async () => {
    const samples = [gzipSync('a'.repeat(5000)), Buffer.concat([gzipSync('one'), gzipSync('two')])];
    await expectTotal(gzip, samples);
  });
});

describe.skipIf(!hasTools('gzip'))('gzip files of gzip', () => {
  const shop = new ArchiveWorkshop();
  afterAll(() => shop.remove());

  it('have name and time of the file', async () => {
    shop.file('a.txt', 'text').run('touch', ['-d', '@1000000000', 'a.txt']);
    const { fields } = await readAll(gzip, shop.run('gzip', ['-c9', 'a.txt']));
    expect(values(fields)).toMatchObject({
      FNAME: 'a.txt',
      MTIME: '2001-09-09T01:46:40Z',
      XFL: '2 (best)',
    });
  });
});
