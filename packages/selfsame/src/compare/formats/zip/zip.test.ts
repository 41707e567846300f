import { deflateRawSync, crc32 } from 'node:zlib';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryContent } from '../../content/memory-content.js';
import {
  ArchiveWorkshop,
  expectTotal,
  hasTools,
  readAll,
  unseenChanges,
  values,
} from '../reading/testing.js';
import { zip } from './zip.js';

/** One entry of an archive made here. */
interface Made {
  readonly name: string;
  readonly data: Buffer;
  readonly method?: number;
  readonly flags?: number;
  readonly stated?: number;
  readonly localName?: string;
  readonly offset?: number;
  readonly gap?: Buffer;
  readonly time?: number;
}

function makeZip(entries: readonly Made[], before = Buffer.alloc(0)): Buffer {
  const body: Buffer[] = [before];
  const central: Buffer[] = [];
  let at = before.length;
  for (const {
    name,
    data,
    method = 8,
    flags = 0,
    stated,
    localName = name,
    offset,
    gap,
    time = 0,
  } of entries) {
    const packed = method === 8 ? deflateRawSync(data) : data;
    const common = Buffer.alloc(22);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt16LE(time, 6);
    common.writeUInt16LE(0x2821, 8);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(stated ?? data.length, 18);
    const lengths = (text: string): Buffer => Buffer.from([text.length, 0, 0, 0]);
    const local = Buffer.concat([
      Buffer.from('PK\u0003\u0004'),
      common,
      lengths(localName),
      Buffer.from(localName),
      packed,
      gap ?? Buffer.alloc(0),
    ]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset ?? at, 10);
    central.push(
      Buffer.concat([
        Buffer.from('PK\u0001\u0002\u0014\u0003'),
        common,
        lengths(name),
        tail,
        Buffer.from(name),
      ]),
    );
    body.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...body, directory, end]);
}

const hello = { name: 'hello', data: Buffer.from('hello hello hello') };
const world = { name: 'world', data: Buffer.from('world'), method: 0 };

describe('zip archives', () => {
  it('have deflated and stored entries with the values of both headers', async () => {
    const { parts, stopped } = await readAll(
      zip,
      makeZip([hello, { ...world, localName: 'w0rld', time: 0x6000 }]),
    );
    expect(stopped).toBeUndefined();
    expect(parts.map(({ name, bytes }) => [name, bytes.toString()])).toEqual([
      ['hello', 'hello hello hello'],
      ['world', 'world'],
    ]);
    expect(values(parts[1]?.fields ?? [])).toMatchObject({
      method: 'stored',
      mtime: '2000-01-01 12:00:00',
      'version made by': 'Unix 2.0',
      'local name': 'w0rld',
    });
  });

  it('with bytes between, before and behind have them as parts', async () => {
    const bytes = Buffer.concat([
      makeZip([{ ...hello, gap: Buffer.from('gap') }, world], Buffer.from('#!/bin/sh\n')),
      Buffer.from('rest'),
    ]);
    expect(await zip.detect(bytes, memoryContent(bytes), 'x')).toBe(true);
    const { parts } = await readAll(zip, bytes);
    expect(parts.map(({ name, bytes: found }) => `${name}: ${found.toString()}`)).toEqual([
      'prefix: #!/bin/sh\n',
      'hello: hello hello hello',
      'gap after hello: gap',
      'world: world',
      'trailing data: rest',
    ]);
  });

  it.each([
    ['overlap', [hello, { ...world, offset: 0 }], 'damaged'],
    ['lie beyond the end', [{ ...hello, offset: 1_000_000 }], 'damaged'],
  ] as const)('whose entries %s are refused', async (_, entries, reason) => {
    expect((await readAll(zip, makeZip(entries))).stopped?.reason).toBe(reason);
  });

  it.each([
    ['encrypted', { ...world, flags: 1 }, 'encrypted'],
    ['of another method', { ...world, method: 12 }, 'unsupported'],
    ['shorter than stated', { ...hello, stated: 99 }, 'damaged'],
    ['longer than stated', { ...hello, stated: 3 }, 'damaged'],
    ['stored in another size', { ...world, stated: 99 }, 'damaged'],
  ] as const)('say of an entry that is %s what is wrong, and go on', async (_, entry, reason) => {
    const { parts, stopped } = await readAll(zip, makeZip([entry, { ...hello, name: 'next' }]));
    expect(parts[0]?.bodyError?.reason).toBe(reason);
    expect([parts[1]?.bytes.toString(), stopped]).toEqual(['hello hello hello', undefined]);
  });

  it('end at the bounds', async () => {
    const many = makeZip(
      Array.from({ length: 9 }, (_, index) => ({ ...world, name: `n${index}` })),
    );
    expect((await readAll(zip, many, { maximumParts: 5 })).stopped?.reason).toBe('too-large');
    const bomb = makeZip([{ name: 'bomb', data: Buffer.alloc(20_000_000) }]);
    const { parts, spent } = await readAll(zip, bomb, { expandedBytes: 1_000_000 });
    expect(parts[0]?.bodyError?.reason).toBe('too-large');
    expect(spent).toBeLessThan(1_300_000);
  });

  it('have the signing block of Android as a part with its pairs', async () => {
    const pair = Buffer.from('\x08\0\0\0\0\0\0\0\x1a\x87\x09\x71sign', 'latin1');
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(pair.length + 24));
    const block = Buffer.concat([size, pair, size, Buffer.from('APK Sig Block 42')]);
    const { parts } = await readAll(zip, makeZip([{ ...world, gap: block }]));
    expect(parts.map(({ name }) => name)).toEqual(['world', 'APK Signing Block']);
    expect(parts[1]?.fields[0]).toMatchObject({
      name: 'signature scheme v2',
      kind: 'signature',
      value: '7369676e',
    });
  });

  it('of one name twice have a number', async () => {
    expect((await readAll(zip, makeZip([world, world]))).parts.map(({ name }) => name)).toEqual([
      'world',
      'world#2',
    ]);
  });

  it('show every change of a byte', async () => {
    expect(await unseenChanges(zip, makeZip([hello, world]))).toBe('');
  });

  it('are read totally when spoiled', async () => {
    await expectTotal(zip, [
      makeZip([hello, world]),
      makeZip([hello, { ...world, gap: Buffer.alloc(9) }], Buffer.from('#!')),
    ]);
  });
});

describe.skipIf(!hasTools('zip', 'unzip', 'zipinfo'))('archives of Info-ZIP', () => {
  const shop = new ArchiveWorkshop();
  beforeAll(() => {
    shop.file('d/a.txt', 'text '.repeat(500)).file('d/b', 'b').file('empty', '');
    symlinkSync('a.txt', join(shop.directory, 'd/link'));
    shop.run('touch', ['-d', '@1000000001', 'd/a.txt', 'd/b', 'empty', 'd']);
    shop.run('zip', ['-qry', 'x.zip', 'd', 'empty']);
    shop.run('zip', ['-q', '-e', '-P', 'secret', 'encrypted.zip', 'd/a.txt']);
    shop.file(
      'stream.zip',
      shop.run('zip', ['-q', '-fz', '-', '-'], Buffer.from('streamed '.repeat(100))),
    );
  });
  afterAll(() => shop.remove());

  it('have the entries that zipinfo lists, and contents as unzip has them', async () => {
    const { parts, stopped } = await readAll(zip, shop.read('x.zip'));
    expect(stopped).toBeUndefined();
    expect(parts.map(({ name }) => name)).toEqual(
      shop.run('zipinfo', ['-1', 'x.zip']).toString().trim().split('\n'),
    );
    for (const { name, type, bytes } of parts) {
      if (type === 'file')
        expect(bytes.equals(shop.run('unzip', ['-p', 'x.zip', name])), name).toBe(true);
    }
    const link = parts.find(({ name }) => name === 'd/link');
    expect([link?.type, link?.bytes.toString()]).toEqual(['symlink', 'a.txt']);
    const a = values(parts.find(({ name }) => name === 'd/a.txt')?.fields ?? []);
    expect(a).toMatchObject({
      'UT mtime': '2001-09-09T01:46:41Z',
      uid: String(process.getuid?.()),
      mode: expect.stringMatching(/^100/),
    });
    expect(a).toHaveProperty('local UT atime');
  });

  it('that are encrypted say so', async () => {
    expect((await readAll(zip, shop.read('encrypted.zip'))).parts[0]?.bodyError?.reason).toBe(
      'encrypted',
    );
  });

  it('that were streamed have zip64 and a data descriptor', async () => {
    const { parts, stopped } = await readAll(zip, shop.read('stream.zip'));
    expect(stopped).toBeUndefined();
    expect(parts[0]?.bytes.toString()).toBe('streamed '.repeat(100));
    expect(values(parts[0]?.fields ?? [])).toHaveProperty('data descriptor');
  });

  it('are read totally when spoiled', async () => {
    await expectTotal(
      zip,
      ['x.zip', 'encrypted.zip', 'stream.zip'].map((name) => shop.read(name)),
    );
  });
});

describe.skipIf(!hasTools('jar', 'python3'))('archives of other programs', () => {
  const shop = new ArchiveWorkshop();
  afterAll(() => shop.remove());

  it('of jar are read', async () => {
    shop.file('a.txt', 'a').run('jar', ['cf', 'a.jar', 'a.txt']);
    const { parts, stopped } = await readAll(zip, shop.read('a.jar'));
    expect(stopped).toBeUndefined();
    expect(parts.map(({ name }) => name)).toEqual(['META-INF/', 'META-INF/MANIFEST.MF', 'a.txt']);
  });

  it('of Python with zip64 and other methods are read, or refused by entry', async () => {
    shop.run('python3', [
      '-c',
      "import zipfile\nz=zipfile.ZipFile('p.zip','w')\nwith z.open('big','w',force_zip64=True) as f: f.write(b'big')\nz.writestr('bz',b'x'*99,compress_type=zipfile.ZIP_BZIP2)\nz.comment=b'note'\nz.close()",
    ]);
    const { fields, parts, stopped } = await readAll(zip, shop.read('p.zip'));
    expect(stopped).toBeUndefined();
    expect(values(fields)).toEqual({ comment: 'note' });
    expect(
      parts.map(({ name, bytes, bodyError }) => [name, bytes.toString(), bodyError?.reason]),
    ).toEqual([
      ['big', 'big', undefined],
      ['bz', '', 'unsupported'],
    ]);
  });
});
