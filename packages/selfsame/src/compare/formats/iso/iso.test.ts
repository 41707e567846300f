import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryContent } from '../../content/memory-content.js';
import { ArchiveWorkshop, expectTotal, hasTools, readAll, values } from '../reading/testing.js';
import { iso } from './iso.js';

describe.skipIf(!hasTools('genisoimage', 'isoinfo', 'bsdtar'))('images of genisoimage', () => {
  const shop = new ArchiveWorkshop();
  beforeAll(() => {
    shop.file('s/a.txt', 'text\n').file('s/d/b', Buffer.alloc(70_000, 'b'));
    symlinkSync('a.txt', join(shop.directory, 's/link'));
    shop.run('touch', ['-d', '@1000000000', 's/a.txt']);
    shop.run('genisoimage', ['-quiet', '-R', '-V', 'NAME', '-o', 'x.iso', 's']);
  });
  afterAll(() => shop.remove());

  it('have the files that isoinfo lists, and the times of the volume', async () => {
    const bytes = shop.read('x.iso');
    expect(await iso.detect(bytes.subarray(0, 4096), memoryContent(bytes), 'x')).toBe(true);
    const { fields, parts, stopped } = await readAll(iso, bytes);
    expect(stopped).toBeUndefined();
    const listed = shop
      .run('isoinfo', ['-R', '-f', '-i', 'x.iso'])
      .toString()
      .trim()
      .split('\n')
      .sort();
    const names = parts.map(({ name }) => `/${name.replace(/^\.\/?/, '').replace(/\/$/, '')}`);
    expect(names.filter((name) => name !== '/').sort()).toEqual(listed);
    const a = parts.find(({ name }) => name.endsWith('a.txt'));
    expect(a?.bytes.toString()).toBe('text\n');
    expect(values(a?.fields ?? [])).toMatchObject({ mtime: '2001-09-09T01:46:40Z' });
    expect(values(fields)['volume identifier']).toBe('NAME');
    const created = fields.find(({ name }) => name === 'volume creation');
    expect(created?.seconds).toBeGreaterThan(1.7e9);
    expect(bytes.toString('latin1', created?.offset, (created?.offset ?? 0) + 4)).toBe(
      created?.value.slice(0, 4),
    );
  });

  it('end early where they expand too much', async () => {
    const { stopped } = await readAll(iso, shop.read('x.iso'), { expandedBytes: 50_000 });
    expect(stopped?.reason).toBe('too-large');
  });

  it('are read totally when spoiled', async () => {
    await expectTotal(iso, [shop.read('x.iso')], { runs: 8, expandedBytes: 4 * 1024 ** 2 });
  });
});
