import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryContent } from '../../content/memory-content.js';
import { deb } from '../deb/deb.js';
import {
  ArchiveWorkshop,
  expectTotal,
  hasTools,
  readAll,
  unseenChanges,
  values,
} from '../reading/testing.js';
import { ar } from './ar.js';

const member = (
  name: string,
  data: string,
  { mtime = '1000000000', mode = '100644' } = {},
): string =>
  `${name.padEnd(16)}${mtime.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${mode.padEnd(8)}${String(data.length).padEnd(10)}\`\n${data}${data.length % 2 === 1 ? '\n' : ''}`;
const archive = (...members: string[]): Buffer =>
  Buffer.from(`!<arch>\n${members.join('')}`, 'latin1');

describe('ar archives', () => {
  it('of BSD have their names in the data', async () => {
    const bytes = archive(
      member('#1/20', 'a long name.o\0\0\0\0\0\0\0object'),
      member('__.SYMDEF', 'index'),
    );
    const { parts } = await readAll(ar, bytes);
    expect(
      parts.map(({ name, bytes: found, derived }) => [name, found.toString(), derived]),
    ).toEqual([
      ['a long name.o', 'object', undefined],
      ['__.SYMDEF', 'index', true],
    ]);
  });

  it('of one name twice, and with data behind', async () => {
    const { parts } = await readAll(
      ar,
      Buffer.concat([archive(member('a/', 'x'), member('a/', 'y')), Buffer.from('??')]),
    );
    expect(parts.map(({ name }) => name)).toEqual(['a', 'a#2', 'trailing data']);
    expect(values(parts[0]?.fields ?? [])).toEqual({
      mtime: '2001-09-09T01:46:40Z',
      uid: '0',
      gid: '0',
      mode: '100644',
      'name form': 'ends in /',
    });
  });

  it.each([
    ['with a member that is cut', archive(member('a/', 'abcdef')).subarray(0, -3)],
    ['with a long name that is not there', archive(member('/17', 'abc'))],
    ['with a name longer than its member', archive(member('#1/99', 'abc'))],
    [
      'without the end of a header',
      Buffer.from(archive(member('a/', 'abc')).toString('latin1').replace('`', "'"), 'latin1'),
    ],
  ])('%s are damaged', async (_, bytes) => {
    expect((await readAll(ar, bytes)).stopped?.reason).toBe('damaged');
  });

  it('end at the bound on parts', async () => {
    const bytes = archive(...Array.from({ length: 9 }, () => member('a/', '')));
    const { parts, stopped } = await readAll(ar, bytes, { maximumParts: 4 });
    expect([parts.length, stopped?.reason]).toEqual([4, 'too-large']);
  });
});

describe.skipIf(!hasTools('ar', 'gcc'))('ar archives of binutils', () => {
  const shop = new ArchiveWorkshop();
  beforeAll(() => {
    shop
      .file('a.c', 'int a(void) { return 1; }\n')
      .file('a-long-name-of-a-file.c', 'int b(void) { return 2; }\n');
    shop.run('gcc', ['-c', 'a.c', 'a-long-name-of-a-file.c']);
    shop.run('ar', ['rcsU', 'lib.a', 'a.o', 'a-long-name-of-a-file.o']);
    shop.run('ar', ['rcsTD', 'thin.a', 'a.o', 'a-long-name-of-a-file.o']);
    shop.file('odd', 'odd').run('ar', ['rcD', 'odd.a', 'odd', 'a.c']);
  });
  afterAll(() => shop.remove());

  it('have the members that ar lists, and an index that follows from them', async () => {
    const { parts, stopped } = await readAll(ar, shop.read('lib.a'));
    expect(stopped).toBeUndefined();
    expect(parts.map(({ name, derived }) => [name, derived ?? false])).toEqual([
      ['/ (symbol index)', true],
      ['// (long names)', true],
      ['a.o', false],
      ['a-long-name-of-a-file.o', false],
    ]);
    for (const { name, bytes, derived } of parts) {
      if (derived !== true) expect(bytes.equals(shop.read(name))).toBe(true);
    }
    expect(parts[2]?.fields.find(({ name }) => name === 'mtime')?.seconds).toBeGreaterThan(1.6e9);
  });

  it('that are thin have names and no contents', async () => {
    const { parts, stopped } = await readAll(ar, shop.read('thin.a'));
    expect(stopped).toBeUndefined();
    expect(parts.map(({ name, size }) => [name, size > 0])).toEqual([
      ['/ (symbol index)', true],
      ['// (long names)', true],
      ['a.o', false],
      ['a-long-name-of-a-file.o', false],
    ]);
  });

  it('show every change of a byte', async () => {
    expect(await unseenChanges(ar, shop.read('odd.a'))).toBe('');
  });

  it('are read totally when spoiled', async () => {
    await expectTotal(
      ar,
      ['lib.a', 'thin.a', 'odd.a'].map((name) => shop.read(name)),
    );
  });
});

describe('archives whose members share a name of some MiB', () => {
  it('are damaged, rather than have it read for each', async () => {
    const header = (name: string, size: number): string =>
      `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(12)}${'644'.padEnd(8)}${String(size).padEnd(10)}\`\n`;
    const names = `${'n'.repeat(70_000)}/\n`;
    const bytes = Buffer.from(
      `!<arch>\n${header('//', names.length)}${names}${`${header('/0', 2)}xx`.repeat(3)}`,
    );
    const { parts, stopped } = await readAll(ar, bytes);
    expect(parts.map(({ name }) => name)).toEqual(['// (long names)']);
    expect(stopped).toMatchObject({ reason: 'damaged', message: 'a long name is too long' });
  });
});

describe.skipIf(!hasTools('dpkg-deb'))('packages of Debian', () => {
  const shop = new ArchiveWorkshop();
  afterAll(() => shop.remove());

  it('have the members that dpkg-deb makes', async () => {
    shop
      .file(
        'p/DEBIAN/control',
        'Package: p\nVersion: 1\nArchitecture: all\nMaintainer: m <m@m>\nDescription: d\n',
      )
      .file('p/usr/file', 'x');
    shop.run('dpkg-deb', ['-Zxz', '--root-owner-group', '-b', 'p', 'p.deb']);
    const bytes = shop.read('p.deb');
    expect(await deb.detect(bytes.subarray(0, 4096), memoryContent(bytes), 'x')).toBe(true);
    const { parts } = await readAll(deb, bytes);
    expect(parts.map(({ name }) => name)).toEqual([
      'debian-binary',
      'control.tar.xz',
      'data.tar.xz',
    ]);
    expect(parts[0]?.bytes.toString()).toBe('2.0\n');
  });
});
