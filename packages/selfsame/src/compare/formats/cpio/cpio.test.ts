import { linkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ArchiveWorkshop,
  expectTotal,
  hasTools,
  readAll,
  unseenChanges,
  values,
} from '../reading/testing.js';
import { cpio } from './cpio.js';

/** A member in newc. */
function member(name: string, data = '', numbers: Record<number, number> = {}): Buffer {
  const all = [1, 0o100644, 0, 0, 1, 1_000_000_000, data.length, 0, 0, 0, 0, name.length + 1, 0];
  for (const [index, value] of Object.entries(numbers)) all[Number(index)] = value;
  const header = `070701${all.map((value) => (value >>> 0).toString(16).toUpperCase().padStart(8, '0')).join('')}${name}\0`;
  const pad = (text: string): Buffer =>
    Buffer.from(text.padEnd(Math.ceil(text.length / 4) * 4, '\0'), 'latin1');
  return Buffer.concat([pad(header), pad(data)]);
}
const end = member('TRAILER!!!', '', { 0: 0, 1: 0, 5: 0 });

describe('cpio archives', () => {
  it('have their members with every value', async () => {
    const { parts, stopped } = await readAll(cpio, Buffer.concat([member('a', 'text'), end]));
    expect(stopped).toBeUndefined();
    expect(parts.map(({ name, bytes }) => [name, bytes.toString()])).toEqual([
      ['a', 'text'],
      ['TRAILER!!!', ''],
    ]);
    expect(values(parts[0]?.fields ?? [])).toEqual({
      magic: '070701',
      ino: '1',
      mode: '100644',
      uid: '0',
      gid: '0',
      nlink: '1',
      mtime: '2001-09-09T01:46:40Z',
      devmajor: '0',
      devminor: '0',
    });
    expect(parts[0]?.fields.find(({ name }) => name === 'mtime')).toMatchObject({
      offset: 46,
      seconds: 1e9,
    });
  });

  it('behind one another, as in an initrd, are one', async () => {
    const early = Buffer.concat([member('kernel/x86/microcode', 'code'), end]);
    const padded = Buffer.concat([early, Buffer.alloc(512 - (early.length % 512))]);
    const main = gzipSync(Buffer.concat([member('init', '#!'), end]));
    const { parts, stopped } = await readAll(cpio, Buffer.concat([padded, early, main]));
    expect(stopped).toBeUndefined();
    expect(parts.map(({ name }) => name)).toEqual([
      'kernel/x86/microcode',
      'TRAILER!!!',
      'zeros after segment 1',
      'kernel/x86/microcode#2',
      'TRAILER!!!#2',
      'segment 3',
    ]);
    expect(parts[5]?.bytes.equals(main)).toBe(true);
  });

  it.each([
    ['that are cut', Buffer.concat([member('a', 'long text')]).subarray(0, -6)],
    ['with an enormous size', member('a', '', { 6: 0xffffffff })],
    ['with an enormous name', member('a', '', { 11: 0xffffffff })],
    [
      'with something else behind a member',
      Buffer.concat([member('a', 'text'), Buffer.alloc(200, 'x')]),
    ],
  ])('%s are damaged', async (_, bytes) => {
    expect((await readAll(cpio, bytes)).stopped?.reason).toBe('damaged');
  });

  it('end at the bound on parts', async () => {
    const bytes = Buffer.concat(Array.from({ length: 9 }, () => member('a')));
    expect((await readAll(cpio, bytes, { maximumParts: 4 })).stopped?.reason).toBe('too-large');
  });

  it('show every change of a byte', async () => {
    expect(await unseenChanges(cpio, Buffer.concat([member('ab', 'text!'), end]))).toBe('');
  });
});

describe.skipIf(!hasTools('cpio'))('archives of GNU cpio', () => {
  const shop = new ArchiveWorkshop();
  beforeAll(() => {
    shop.file('d/a.txt', 'text').file('d/b', 'b'.repeat(999));
    symlinkSync('a.txt', join(shop.directory, 'd/link'));
    linkSync(join(shop.directory, 'd/b'), join(shop.directory, 'd/hard'));
  });
  afterAll(() => shop.remove());

  it.each(['newc', 'crc', 'odc'])(
    'of the format %s have the members that it lists',
    async (format) => {
      const names = 'd\nd/a.txt\nd/b\nd/hard\nd/link\n';
      const bytes = shop.run('cpio', ['-o', '--quiet', '-H', format], Buffer.from(names));
      const { parts, stopped } = await readAll(cpio, bytes);
      expect(stopped).toBeUndefined();
      const listed = shop.run('cpio', ['-t', '--quiet'], bytes).toString().trim().split('\n');
      const members = parts.filter(({ name, type }) => type !== 'section' && name !== 'TRAILER!!!');
      expect(members.map(({ name }) => name)).toEqual(listed);
      expect(members.find(({ name }) => name === 'd/link')).toMatchObject({ type: 'symlink' });
      expect(members.find(({ name }) => name === 'd/a.txt')?.bytes.toString()).toBe('text');
      await expectTotal(cpio, [bytes], { runs: 150 });
    },
  );
});
