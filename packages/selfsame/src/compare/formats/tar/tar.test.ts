import {
  mkdirSync,
  symlinkSync,
  linkSync,
  truncateSync,
  openSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ArchiveWorkshop,
  expectTotal,
  hasTools,
  readAll,
  unseenChanges,
  values,
} from '../reading/testing.js';
import { memoryContent } from '../../content/memory-content.js';
import { tar } from './tar.js';

const hasGnuTar = hasTools('tar');
const hasBsdtar = hasTools('bsdtar');
const long = `${'long-directory-name/'.repeat(8)}file`;

/** Every block that looks like a header gets the checksum that it should have. */
function withChecksums(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = 0; at + 512 <= copy.length; at += 512) {
    if (copy.toString('latin1', at + 257, at + 262) !== 'ustar') continue;
    copy.fill(0x20, at + 148, at + 156);
    const sum = copy.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
    copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
  }
  return copy;
}

describe.skipIf(!hasGnuTar)('tar archives of GNU tar', () => {
  const shop = new ArchiveWorkshop();
  const names = ['a.txt', long, 'dir', 'hard', 'link', 'sparse'];
  beforeAll(() => {
    shop.file('a.txt', 'hello\n').file(long, 'x'.repeat(1000));
    mkdirSync(join(shop.directory, 'dir'));
    symlinkSync('a.txt', join(shop.directory, 'link'));
    linkSync(join(shop.directory, 'a.txt'), join(shop.directory, 'hard'));
    shop.file('sparse', '');
    truncateSync(join(shop.directory, 'sparse'), 400_000);
    const file = openSync(join(shop.directory, 'sparse'), 'r+');
    writeSync(file, 'data in the middle', 200_000);
    closeSync(file);
    const fixed = ['--mtime=@1000000000', '--owner=me:1000', '--group=us:1001', '--mode=0640'];
    const make = (format: string, ...more: string[]): void => {
      shop.run('tar', [
        '-cf',
        `${format}${more.length}.tar`,
        `--format=${format}`,
        ...fixed,
        ...more,
        ...names,
      ]);
    };
    make('gnu');
    make('gnu', '-S');
    make('pax');
    for (const version of ['0.0', '0.1', '1.0']) {
      shop.run('tar', [
        '-cf',
        `sparse-${version}.tar`,
        '--format=pax',
        `--sparse-version=${version}`,
        '-S',
        ...fixed,
        'sparse',
      ]);
    }
    shop.run('tar', ['-cf', 'small.tar', '-b1', '--format=gnu', ...fixed, 'a.txt', long, 'link']);
    shop.run('tar', [
      '-cf',
      'small-pax.tar',
      '-b1',
      '--format=pax',
      ...fixed,
      'a.txt',
      long,
      'link',
    ]);
    shop.run('tar', ['-cf', 'v7.tar', '-b1', '--format=v7', ...fixed, 'a.txt', 'link']);
    shop.run('tar', ['-cf', 'ustar.tar', '-b1', '--format=ustar', ...fixed, 'a.txt', long, 'link']);
  });
  afterAll(() => shop.remove());

  it.each(['gnu0.tar', 'gnu1.tar', 'pax0.tar', 'ustar.tar', 'v7.tar'])(
    'has the names, types and contents of %s',
    async (archive) => {
      const bytes = shop.read(archive);
      expect(await tar.detect(bytes.subarray(0, 4096), memoryContent(bytes), 'x')).toBe(true);
      const { parts, stopped } = await readAll(tar, bytes);
      expect(stopped).toBeUndefined();
      const members = parts.filter(({ type }) => type !== 'section');
      const listed = shop.run('tar', ['-tf', archive]).toString().trim().split('\n');
      expect(members.map(({ name }) => name)).toEqual(listed);
      for (const { name, type, bytes: found } of members) {
        if (type !== 'file') continue;
        expect(found.equals(shop.run('tar', ['-xOf', archive, name])), name).toBe(true);
      }
    },
  );

  it('says every header value', async () => {
    const { parts } = await readAll(tar, shop.read('gnu0.tar'));
    expect(values(parts[0]?.fields ?? [])).toEqual({
      mode: '0640',
      uid: '1000',
      gid: '1001',
      uname: 'me',
      gname: 'us',
      mtime: '2001-09-09T01:46:40Z',
      typeflag: '"0"',
      magic: '"ustar  \\u0000"',
    });
    expect(parts[0]?.fields.find(({ name }) => name === 'mtime')).toMatchObject({
      seconds: 1_000_000_000,
      offset: 136,
    });
    const types = parts.map(({ type }) => type);
    expect(types).toEqual(['file', 'file', 'directory', 'hardlink', 'symlink', 'file', 'section']);
    expect(values(parts[4]?.fields ?? [])['linkname']).toBe('a.txt');
    expect(values(parts[1]?.fields ?? [])['long name header name']).toBe('././@LongLink');
    expect(parts[6]).toMatchObject({ name: 'trailing zeros', derived: true });
  });

  it('keeps the nanoseconds of pax', async () => {
    shop.run('touch', ['-d', '@1700000000.123456789', 'a.txt']);
    const { parts } = await readAll(tar, shop.run('tar', ['-cf', '-', '--format=pax', 'a.txt']));
    const mtime = parts[0]?.fields.find(({ name }) => name === 'mtime');
    expect(mtime?.value).toBe('2023-11-14T22:13:20.123456789Z');
    expect(mtime?.seconds).toBeCloseTo(1_700_000_000.123, 3);
    expect(values(parts[0]?.fields ?? [])).not.toHaveProperty('header mtime');
    expect(values(parts[0]?.fields ?? [])['pax header name']).toMatch(/PaxHeaders/);
  });

  it.each(['sparse-0.0.tar', 'sparse-0.1.tar', 'sparse-1.0.tar', 'gnu1.tar'])(
    'expands the sparse file of %s',
    async (archive) => {
      const { parts } = await readAll(tar, shop.read(archive));
      const sparse = parts.find(({ name }) => name === 'sparse');
      expect(sparse?.bytes.equals(shop.read('sparse'))).toBe(true);
      expect(values(sparse?.fields ?? [])['sparse map']).toMatch(/^196608\+4096/);
    },
  );

  it('ends a sparse bomb', async () => {
    const { parts } = await readAll(tar, shop.read('gnu1.tar'), { expandedBytes: 100_000 });
    expect(parts.find(({ name }) => name === 'sparse')?.bodyError?.reason).toBe('too-large');
  });

  it('shows every change of a byte', async () => {
    expect(await unseenChanges(tar, shop.read('small.tar'), 3)).toBe('');
    expect(await unseenChanges(tar, shop.read('v7.tar'))).toBe('');
    expect(await unseenChanges(tar, shop.read('small-pax.tar'), 7)).toBe('');
  });

  it('is total on spoiled archives, with wrong checksums and with right ones', async () => {
    const samples = [
      'small.tar',
      'small-pax.tar',
      'v7.tar',
      'sparse-0.0.tar',
      'sparse-1.0.tar',
      'gnu1.tar',
    ].map((name) => shop.read(name));
    await expectTotal(tar, samples);
    await expectTotal(tar, samples, { repair: withChecksums, runs: 600 });
  });
});

describe.skipIf(!hasBsdtar || !hasGnuTar)('tar archives of bsdtar', () => {
  const shop = new ArchiveWorkshop();
  afterAll(() => shop.remove());

  it.each(['ustar', 'pax', 'gnutar', 'v7'])('are read as it lists them: %s', async (format) => {
    shop.file('a.txt', 'hello\n').file(`${'d'.repeat(80)}/${'e'.repeat(60)}`, 'long');
    const files = format === 'v7' ? ['a.txt'] : ['a.txt', 'd'.repeat(80)];
    const bytes = shop.run('bsdtar', ['-cf', '-', `--format=${format}`, ...files]);
    const { parts, stopped } = await readAll(tar, bytes);
    expect(stopped).toBeUndefined();
    const listed = shop.run('bsdtar', ['-tf', '-'], bytes).toString().trim().split('\n');
    expect(parts.filter(({ type }) => type !== 'section').map(({ name }) => name)).toEqual(listed);
  });
});

describe('tar headers', () => {
  /** A header block with a right checksum. */
  const block = (values: Record<number, string | Buffer>, size = '00000000000\0'): Buffer => {
    const bytes = Buffer.alloc(512);
    const fields = {
      0: 'name',
      100: '0000644\0',
      108: '0000000\0',
      116: '0000000\0',
      124: size,
      136: '00000000000\0',
      156: '0',
      257: 'ustar\u000000',
      ...values,
    };
    for (const [at, value] of Object.entries(fields)) Buffer.from(value).copy(bytes, Number(at));
    bytes.fill(0x20, 148, 156);
    const sum = bytes.reduce((total, byte) => total + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return bytes;
  };
  const base256 = (length: number, value: bigint): Buffer =>
    Buffer.from(
      BigInt.asUintN(length * 8, value < 0n ? value : value | (1n << BigInt(length * 8 - 1)))
        .toString(16)
        .padStart(length * 2, '0'),
      'hex',
    );

  it('read numbers of base 256, below zero too', async () => {
    const { parts } = await readAll(
      tar,
      block({ 108: base256(8, 5_000_000_000n), 136: base256(12, -1n) }),
    );
    expect(values(parts[0]?.fields ?? [])).toMatchObject({
      uid: '5000000000',
      mtime: '1969-12-31T23:59:59Z',
    });
  });

  it.each([
    ['negative', base256(12, -512n)],
    ['enormous', base256(12, 2n ** 90n)],
    ['larger than the archive', '00000001000\0'],
    ['no number', 'abcdefghijk\0'],
  ])('with a size that is %s are damaged', async (_, size) => {
    const bytes = block({ 124: size });
    expect((await readAll(tar, bytes)).stopped?.reason).toBe('damaged');
  });

  it('of repeated names get numbers, and padding and unused bytes are told', async () => {
    const padded = Buffer.concat([block({}, '00000000001\0'), Buffer.alloc(512, 'p')]);
    const bytes = Buffer.concat([
      padded,
      block({ 500: 'secret' }),
      Buffer.alloc(1024),
      Buffer.from('more'),
    ]);
    const { parts } = await readAll(tar, bytes);
    expect(parts.map(({ name }) => name)).toEqual(['name', 'name#2', 'trailing data']);
    expect(values(parts[0]?.fields ?? [])['padding']).toMatch(/^7070.*511 bytes/);
    expect(values(parts[1]?.fields ?? [])['unused bytes']).toBe('736563726574000000000000');
  });

  it.each([
    ['a pax record', 'x', Buffer.from(`70012 path=${'n'.repeat(70_000)}\n`)],
    ['a pax record', 'x', Buffer.from(`70016 linkpath=${'n'.repeat(70_000)}\n`)],
    ['a long name', 'L', Buffer.from(`${'n'.repeat(70_000)}\0`)],
    ['a long link', 'K', Buffer.from(`${'n'.repeat(70_000)}\0`)],
  ])('are refused with a name of some MiB in %s', async (_, type, text) => {
    const size = `${text.length.toString(8).padStart(11, '0')}\0`;
    const padding = Buffer.alloc((512 - (text.length % 512)) % 512);
    const bytes = Buffer.concat([block({ 156: type }, size), text, padding, block({})]);
    expect((await readAll(tar, bytes)).stopped).toMatchObject({
      reason: 'too-large',
      message: 'it has a name of more than 65536 bytes',
    });
  });

  it('with a name that no system takes show its beginning', async () => {
    const name = 'n'.repeat(5000);
    const text = Buffer.from(`5011 path=${name}\n`);
    const padded = Buffer.concat([text, Buffer.alloc(512 * 10 - text.length)]);
    const size = `${text.length.toString(8).padStart(11, '0')}\0`;
    const { parts } = await readAll(
      tar,
      Buffer.concat([block({ 156: 'x' }, size), padded, block({})]),
    );
    expect(parts[0]?.name).toMatch(/^n{4096}… \(\d+ characters, sha256 [0-9a-f]{64}\)$/);
  });

  it('end at the bound on parts', async () => {
    const bytes = Buffer.concat(Array.from({ length: 20 }, () => block({})));
    const { parts, stopped } = await readAll(tar, bytes, { maximumParts: 7 });
    expect([parts.length, stopped?.reason]).toEqual([7, 'too-large']);
  });
});
