import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryContent } from '../../content/memory-content.js';
import { compareContents } from '../../compare.js';
import {
  ArchiveWorkshop,
  expectTotal,
  hasTools,
  readAll,
  unseenChanges,
  values,
} from '../reading/testing.js';
import { uimage } from './uimage.js';

/** A header as mkimage writes it, with what follows. */
function image(data: Buffer, { type = 2, name = 'Linux', time = 1e9 } = {}): Buffer {
  const header = Buffer.alloc(64);
  header.writeUInt32BE(0x27051956, 0);
  header.writeUInt32BE(time, 8);
  header.writeUInt32BE(data.length, 12);
  header.set([5, 2, type, 0], 28);
  header.write(name, 32, 'latin1');
  return Buffer.concat([header, data]);
}
const list = Buffer.from('00000005000000020000000068656c6c6f0000006f6b', 'hex');

describe('images of U-Boot', () => {
  it('have an image, or several with their sizes', async () => {
    const one = await readAll(uimage, image(Buffer.from('kernel')));
    expect(one.parts.map(({ name, bytes }) => [name, bytes.toString()])).toEqual([
      ['image', 'kernel'],
    ]);
    const { parts, stopped } = await readAll(uimage, image(list, { type: 4 }));
    expect(stopped).toBeUndefined();
    expect(parts.map(({ name, bytes }) => [name, bytes.toString()])).toEqual([
      ['image 0', 'hello'],
      ['image 1', 'ok'],
    ]);
  });

  it('differ in their time, and in checksums that follow', async () => {
    const [a, b] = [image(Buffer.from('k')), image(Buffer.from('k'), { time: 1e9 + 1 })];
    b.writeUInt32BE(77, 4);
    const found = await compareContents(memoryContent(a), memoryContent(b), 'uImage');
    expect(found?.findings).toMatchObject(
      [
        { cause: 'timestamp', consequence: false },
        { field: undefined, consequence: true },
      ].map(({ field: _, ...rest }) => rest),
    );
    expect(found?.unexamined).toEqual([]);
  });

  it('show every change of a byte', async () => {
    for (const bytes of [image(Buffer.from('kernel')), image(list, { type: 4 })])
      expect(await unseenChanges(uimage, bytes)).toBe('');
  });

  it('are read totally when spoiled', async () => {
    const trailing = Buffer.concat([image(Buffer.from('k')), Buffer.from('more')]);
    await expectTotal(uimage, [image(list, { type: 4 }), image(list), trailing], { runs: 400 });
  });

  describe.skipIf(!hasTools('mkimage'))('of mkimage', () => {
    const shop = new ArchiveWorkshop();
    beforeAll(() => {
      shop.file('k', 'kernel').file('r', 'ramdisk');
    });
    afterAll(() => shop.remove());

    it('say what `mkimage -l` says', async () => {
      const args = ['-A', 'arm', '-O', 'linux', '-T', 'multi', '-C', 'none', '-a', '0x8000'];
      shop.run('env', [
        'SOURCE_DATE_EPOCH=1000000000',
        'mkimage',
        ...args,
        '-n',
        'both',
        '-d',
        'k:r',
        'out',
      ]);
      const { fields, parts } = await readAll(uimage, shop.read('out'));
      const listed = shop.run('mkimage', ['-l', 'out']).toString();
      expect(listed).toContain('Image Name:   both');
      expect(listed).toContain('Created:      Sun Sep  9 01:46:40 2001');
      expect(values(fields)).toMatchObject({
        ...{ ih_name: 'both', ih_time: '2001-09-09T01:46:40Z', ih_load: '0x00008000' },
      });
      expect(parts.map(({ bytes }) => bytes.toString())).toEqual(['kernel', 'ramdisk']);
    });
  });
});
