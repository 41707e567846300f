import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compare } from './compare.js';
import { ext } from './formats/ext/ext.js';
import { iso } from './formats/iso/iso.js';
import type { Format } from './formats/format.js';
import { ArchiveWorkshop, hasTools, readAll } from './formats/reading/testing.js';
import { squashfs } from './formats/squashfs/squashfs.js';
import { normalisersNamed } from './normalisers/normalisers.js';

const [one, other] = [
  '11111111-1111-4111-8111-111111111111',
  '22222222-2222-4222-8222-222222222222',
];
const epoch = 1_000_000_000;

describe('images of file systems', () => {
  const shop = new ArchiveWorkshop();
  const at = (name: string): string => join(shop.directory, name);
  beforeAll(() => {
    shop.file('s/a', 'text\n').file('s/d/b', Buffer.alloc(30_000, 'b'));
    symlinkSync('a', at('s/link'));
    for (const name of ['s/a', 's/link', 's/d/b', 's/d', 's']) {
      shop.run('touch', ['-h', '-d', `@${epoch}`, name]);
      // Of the last reading, which is stored, too: one that lies ahead stays as it is.
      shop.run('touch', ['-h', '-a', '-d', '2037-01-01', name]);
    }
  });
  afterAll(() => shop.remove());

  const make = (program: string, args: readonly string[], env: Record<string, string>): void => {
    execFileSync(program, args, {
      ...{ cwd: shop.directory, stdio: 'ignore', env: { ...process.env, ...env } },
    });
  };
  const ext4 = (name: string, uuid: string, time = epoch, more: readonly string[] = []): void =>
    make(
      'mkfs.ext4',
      ['-q', ...more, '-U', uuid, '-E', `hash_seed=${one}`, '-d', 's', name, '16M'],
      { E2FSPROGS_FAKE_TIME: String(time) },
    );
  const secondsOf = async (format: Format, name: string, field: string) =>
    (await readAll(format, shop.read(name))).fields.find((found) => found.name === field)?.seconds;

  describe.skipIf(!hasTools('mkfs.ext4', 'debugfs'))('of mke2fs', () => {
    const plain = ['-O', '^metadata_csum'];

    it('differ in their identifier, in all of its copies, and in nothing else', async () => {
      ext4('u1', one, epoch, plain);
      ext4('u2', other, epoch, plain);
      const { verdict, difference, unexamined } = await compare(at('u1'), at('u2'));
      expect([verdict, unexamined]).toEqual(['differs', []]);
      expect(difference?.fields.map(({ name }) => name)).toEqual([
        's_uuid',
        'copy in group 1, s_uuid',
        'journal, s_uuid',
      ]);
      expect(difference?.findings[0]).toMatchObject({ cause: 'randomness' });
    });

    it('whose checksums differ, too, are not all shown', async () => {
      ext4('c1', one);
      ext4('c2', other);
      const { unexamined, rootCauses } = await compare(at('c1'), at('c2'));
      expect(rootCauses).toHaveLength(1);
      expect(unexamined).toMatchObject([{ reason: 'unsupported' }]);
    });

    it('are the same with the remedies', async () => {
      ext4('r1', one);
      ext4('r2', one);
      expect(shop.read('r1').equals(shop.read('r2'))).toBe(true);
      expect(await secondsOf(ext, 'r1', 's_mkfs_time')).toBe(epoch);
    });

    it('differ in extended attributes of their files', async () => {
      ext4('x1', one, epoch, plain);
      ext4('x2', one, epoch, plain);
      const bytes = at('value');
      shop.file('value', Buffer.from([0, 1]));
      const run = (command: string): void => make('debugfs', ['-w', '-R', command, 'x2'], {});
      run('ea_set /a user.note hello');
      run(`ea_set -f ${bytes} /d user.bytes`);
      const { difference } = await compare(at('x1'), at('x2'));
      const fields = (difference?.children ?? []).flatMap(({ name, fields }) =>
        fields
          .filter(({ kind }) => kind === 'attribute')
          .map((field) => [name, field.name, field.b]),
      );
      expect(fields).toEqual([
        ['/a', 'xattr user.note', '"hello"'],
        ['/d', 'xattr user.bytes', '00 01'],
      ]);
    });
  });

  it.skipIf(!hasTools('mksquashfs', 'unsquashfs'))(
    'of mksquashfs differ in the time of the superblock, which SOURCE_DATE_EPOCH sets',
    async () => {
      const quiet = ['-quiet', '-no-progress'];
      for (const time of [1, 2])
        make('mksquashfs', ['s', `t${time}.sq`, ...quiet, '-mkfs-time', `${time}`], {});
      const found = await compare(at('t1.sq'), at('t2.sq'), {
        ignore: normalisersNamed(['mtime']),
      });
      expect([found.verdict, found.unexamined]).toEqual(['equal-after-ignoring', []]);
      make('mksquashfs', ['s', 'e.sq', ...quiet], { SOURCE_DATE_EPOCH: String(epoch) });
      expect(await secondsOf(squashfs, 'e.sq', 'mkfs_time')).toBe(epoch);
    },
  );

  it.skipIf(!hasTools('mksquashfs', 'unsquashfs'))(
    'that differ where no field is are undecided after ignoring',
    async () => {
      make('mksquashfs', ['s', 'n1.sq', '-quiet', '-no-progress', '-mkfs-time', '1'], {});
      const changed = shop.read('n1.sq');
      changed.writeUInt32LE(2, 8);
      // Padding behind the file system.
      changed[changed.length - 1] = 7;
      shop.file('n2.sq', changed);
      const found = await compare(at('n1.sq'), at('n2.sq'), {
        ignore: normalisersNamed(['mtime']),
      });
      expect(found.verdict).toBe('undecided');
    },
  );

  it.skipIf(!hasTools('xorriso', 'bsdtar'))(
    'of xorriso differ in times of the volume, Joliet as well, which SOURCE_DATE_EPOCH sets',
    async () => {
      const iso9660 = (name: string, time: number): void =>
        make('xorriso', ['-as', 'mkisofs', '-quiet', '-R', '-J', '-o', name, 's'], {
          SOURCE_DATE_EPOCH: String(time),
        });
      iso9660('1.iso', epoch);
      iso9660('2.iso', epoch + 1);
      expect(await secondsOf(iso, '1.iso', 'volume creation')).toBe(epoch);
      const found = await compare(at('1.iso'), at('2.iso'));
      expect([found.verdict, found.unexamined]).toEqual(['differs', []]);
      expect(found.difference?.fields.map(({ name }) => name)).toEqual([
        'volume creation',
        'volume modification',
        'supplementary volume creation',
        'supplementary volume modification',
      ]);
      const ignore = normalisersNamed(['mtime']);
      const ignored = await compare(at('1.iso'), at('2.iso'), { ignore });
      expect(ignored.verdict).toBe('equal-after-ignoring');
    },
  );
});
