import { linkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFile } from '../../content/file-content.js';
import { ArchiveWorkshop, expectTotal, hasTools, readAll, values } from '../reading/testing.js';
import { squashfs } from './squashfs.js';

describe.skipIf(!hasTools('mksquashfs', 'unsquashfs'))('file systems of mksquashfs', () => {
  const shop = new ArchiveWorkshop();
  const odd = 'we ird"name\\';
  beforeAll(() => {
    shop
      .file('s/a', 'text\n')
      .file('s/d/big', Buffer.alloc(200_000, 'big'))
      .file(`s/${odd}`, 'odd');
    symlinkSync('a', join(shop.directory, 's/link'));
    linkSync(join(shop.directory, 's/a'), join(shop.directory, 's/hard'));
    shop.run('mksquashfs', [
      's',
      'x.sq',
      '-quiet',
      '-no-progress',
      '-mkfs-time',
      '1000000000',
      '-all-time',
      '1000000001',
      '-all-root',
    ]);
  });
  afterAll(() => shop.remove());

  it('have the files that went in, and the time of the superblock', async () => {
    const file = await openFile(join(shop.directory, 'x.sq'));
    for (const input of [file, shop.read('x.sq')]) {
      const { fields, parts, stopped } = await readAll(squashfs, input);
      expect(stopped).toBeUndefined();
      expect(fields[0]).toEqual({
        name: 'mkfs_time',
        kind: 'time',
        value: '2001-09-09T01:46:40Z',
        seconds: 1e9,
        offset: 8,
        length: 4,
      });
      expect(parts.map(({ name, type }) => [name, type])).toEqual([
        ['/', 'directory'],
        ['a', 'file'],
        ['d', 'directory'],
        ['d/big', 'file'],
        ['hard', 'hardlink'],
        ['link', 'symlink'],
        [odd, 'file'],
      ]);
      expect(
        parts.filter(({ type }) => type === 'file').map(({ bytes }) => bytes.toString()),
      ).toEqual(['text\n', 'big'.repeat(66_667).slice(0, 200_000), 'odd']);
      expect(values(parts[5]?.fields ?? [])).toMatchObject({
        linkname: 'a',
        mtime: '2001-09-09T01:46:41Z',
        uid: '0',
      });
    }
    await file.close();
  });

  it('end early where they expand too much', async () => {
    const { stopped } = await readAll(squashfs, shop.read('x.sq'), {
      expandedBytes: 100_000,
    });
    expect(stopped?.reason).toBe('too-large');
  });

  it('are read totally when spoiled', async () => {
    await expectTotal(squashfs, [shop.read('x.sq')], { runs: 15 });
  });
});
