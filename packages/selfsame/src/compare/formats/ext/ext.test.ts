import { linkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArchiveWorkshop, expectTotal, hasTools, readAll, values } from '../reading/testing.js';
import { ext } from './ext.js';

describe.skipIf(!hasTools('mkfs.ext4', 'debugfs'))('file systems of mkfs.ext4', () => {
  const shop = new ArchiveWorkshop();
  const uuid = '01234567-89ab-cdef-0123-456789abcdef';
  beforeAll(() => {
    shop
      .file('s/a', 'text\n')
      .file('s/d/e/big', Buffer.alloc(200_000, 'big'))
      .file('s/empty', '')
      .file('s/we ird"/na\'me', 'odd');
    symlinkSync('a', join(shop.directory, 's/link'));
    linkSync(join(shop.directory, 's/a'), join(shop.directory, 's/hard'));
    shop.run('touch', ['-d', '@1000000000.5', 's/a']);
    shop.run('mkfs.ext4', ['-q', '-U', uuid, '-d', 's', 'x.ext4', '2M']);
  });
  afterAll(() => shop.remove());

  it('have the files that went in, and the identifiers of the superblock', async () => {
    const { fields, parts, stopped } = await readAll(ext, shop.read('x.ext4'));
    expect(stopped).toBeUndefined();
    expect(parts.map(({ name, type }) => `${name} ${type}`).sort()).toEqual([
      '/a file',
      '/d directory',
      '/d/e directory',
      '/d/e/big file',
      '/empty file',
      '/hard file',
      '/link symlink',
      '/lost+found directory',
      '/we ird" directory',
      '/we ird"/na\'me file',
    ]);
    const part = (name: string) => parts.find((one) => one.name === name);
    expect(part('/a')?.bytes.toString()).toBe('text\n');
    expect(part('/hard')?.bytes.toString()).toBe('text\n');
    expect(part('/d/e/big')?.bytes.equals(Buffer.alloc(200_000, 'big'))).toBe(true);
    expect(part('/we ird"/na\'me')?.bytes.toString()).toBe('odd');
    expect(values(part('/a')?.fields ?? [])).toMatchObject({
      mode: '100644',
      links: '2',
      inode: expect.stringMatching(/^[0-9]+$/),
    });
    expect(part('/a')?.fields.find(({ name }) => name === 'mtime')?.seconds).toBeCloseTo(1e9, -1);
    expect(values(part('/link')?.fields ?? [])['linkname']).toBe('a');
    expect(values(fields)['s_uuid']).toBe(uuid);
    expect(
      shop
        .read('x.ext4')
        .toString('hex', fields.find(({ name }) => name === 's_uuid')?.offset)
        .slice(0, 8),
    ).toBe('01234567');
  });

  it('end early where they expand too much', async () => {
    const { stopped } = await readAll(ext, shop.read('x.ext4'), { expandedBytes: 100_000 });
    expect(stopped?.reason).toBe('too-large');
  });

  it('are read totally when spoiled', async () => {
    await expectTotal(ext, [shop.read('x.ext4')], { runs: 6 });
  });
});
