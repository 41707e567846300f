import { describe, expect, it } from 'vitest';
import type { CauseName, FieldDifference, FieldKind } from '../types.js';
import { findCauses } from './causes.js';
import { canariesA, canariesB, evidence, field } from './testing.js';

type Row = readonly [
  formats: readonly string[],
  name: string,
  kind: FieldKind,
  a: string,
  b: string,
  cause: CauseName,
  found: string,
  remedy: RegExp,
];

const t1 = '2026-11-21T12:00:00Z';
const t2 = '2026-11-22T13:30:00Z';

const rows: readonly Row[] = [
  [['gzip'], 'mtime', 'time', t1, t2, 'timestamp', 'gzip header', /gzip -n/],
  [['ar'], 'mtime', 'time', t1, t2, 'timestamp', 'ar member', /ar D.*ARFLAGS=Dcr/],
  [
    ['gzip', 'tar'],
    'mtime',
    'time',
    t1,
    t2,
    'timestamp',
    'tar member',
    /--mtime=@\$SOURCE_DATE_EPOCH/,
  ],
  [['deb', 'xz', 'tar'], 'mtime', 'time', t1, t2, 'timestamp', 'file in a deb', /dpkg-deb/],
  [['zip'], 'mtime', 'time', t1, t2, 'timestamp', 'zip entry', /TZ=UTC zip -X/],
  [['cpio'], 'mtime', 'time', t1, t2, 'timestamp', 'cpio member', /cpio --reproducible/],
  [['pyc'], 'source mtime', 'time', t1, t2, 'timestamp', 'pyc header source mtime', /checked-hash/],
  [
    ['pe'],
    'TimeDateStamp',
    'time',
    t1,
    t2,
    'timestamp',
    'PE header TimeDateStamp',
    /--no-insert-timestamp/,
  ],
  [['pdf'], 'CreationDate', 'time', t1, t2, 'timestamp', 'PDF date CreationDate', /pdftrailerid/],
  [
    ['squashfs'],
    'mkfs_time',
    'time',
    t1,
    t2,
    'timestamp',
    'squashfs image mkfs_time',
    /-mkfs-time/,
  ],
  [
    ['never-heard-of'],
    'made',
    'time',
    t1,
    t2,
    'timestamp',
    'never-heard-of made',
    /SOURCE_DATE_EPOCH/,
  ],
  [[], 'mtime', 'time', t1, t2, 'timestamp', 'file mtime', /touch/],
  [
    ['tar'],
    'uid',
    'owner',
    '1000',
    '1001',
    'ownership',
    'tar uid',
    /--owner=0 --group=0 --numeric-owner/,
  ],
  [['cpio'], 'uid', 'owner', '0', '5', 'ownership', 'cpio uid', /-R 0:0/],
  [['ar'], 'mode', 'mode', '100644', '100664', 'permissions', 'ar mode (umask)', /ar D/],
  [['tar'], 'mode', 'mode', '0755', '0644', 'permissions', 'tar mode', /--mode=/],
  [[], 'mode', 'mode', '0755', '0775', 'permissions', 'file mode (umask)', /umask 022/],
  [['cpio'], 'ino', 'inode', '12', '13', 'file-system', 'cpio ino', /--reproducible/],
  [['gzip'], 'XFL', 'compression', '2', '0', 'compression', 'gzip XFL', /gzip -9n/],
  [['xz'], 'check', 'compression', 'crc64', 'sha256', 'compression', 'xz check', /xz -6 -T1/],
  [['zip'], 'crc32', 'checksum', 'aabbccdd', '11223344', 'checksum', 'zip crc32', /follows/],
  [
    ['rpm'],
    'RSAHEADER',
    'signature',
    'aa',
    'bb',
    'signature',
    'rpm RSAHEADER',
    /--ignore signature/,
  ],
  [['tar'], 'size', 'size', '10', '12', 'consequence', 'tar size', /follows/],
  [['elf'], 'e_shoff', 'other', '100', '200', 'consequence', 'elf e_shoff', /follows/],
  [['elf'], 'build-id', 'id', 'aabb', 'ccdd', 'build-id', 'GNU build-id', /-ffile-prefix-map/],
  [
    ['ext'],
    's_uuid',
    'id',
    '0c5a5ea6-fa0d-4bd3-a2e5-f8b5a9a0c6cd',
    '1c5a5ea6-fa0d-4bd3-a2e5-f8b5a9a0c6ce',
    'randomness',
    'UUID version 4',
    /mke2fs -U/,
  ],
  [['pdf'], 'ID', 'id', 'A1B2', 'C3D4', 'randomness', 'pdf ID', /pdftrailerid/],
  [['elf'], 'padding', 'padding', '00', 'a5', 'uninitialised-memory', 'padding of elf', /memset/],
  [
    ['java-class'],
    'major_version',
    'version',
    '61',
    '65',
    'toolchain-version',
    'java-class major_version',
    /selfsame lock/,
  ],
  [['tar'], 'linkname', 'link', 'x', 'y', 'symbolic-link', 'tar link target', /ln -sr/],
  [['tar'], 'hard link', 'link', 'x', 'y', 'symbolic-link', 'tar hard link target', /--sort=name/],
  [
    ['elf'],
    'RUNPATH',
    'text',
    '/build/one/lib',
    '/tmp/build-x/two/lib',
    'build-path',
    'RPATH',
    /\$ORIGIN/,
  ],
  [
    ['elf'],
    'DW_AT_comp_dir',
    'text',
    '/home/me/project',
    '/home/you/src/project',
    'build-path',
    'DW_AT_comp_dir',
    /-ffile-prefix-map=\$PWD=\./,
  ],
  [
    ['elf'],
    '.comment',
    'text',
    'GCC: (Debian 12.2.0-14) 12.2.0',
    'GCC: (Debian 13.1.0-1) 13.1.0',
    'toolchain-version',
    'GCC',
    /selfsame lock/,
  ],
  [['rpm'], 'BUILDHOST', 'text', 'one', 'two', 'host-name', 'BUILDHOST', /_buildhost/],
  [['gzip'], 'FLG', 'flags', '0', '8', 'unknown', 'gzip FLG', /selfsame check/],
];

describe('a field that differs', () => {
  it.each([
    ['C17 12.2.0 -g -O2', 'C17 12.2.0 -g', 'code', 'options of the compiler', ['-O2', '']],
    ['C17 12.2.0 -g -O2', 'C17 12.2.0 -O1 -g', 'code', 'options of the compiler', ['-O2', '-O1']],
    ['C17 12.2.0 -g', 'C17 13.1.0 -O2', 'toolchain-version', 'GCC', undefined],
    ['C17 12.2.0 -g', 'C++17 12.2.0 -g', 'toolchain-version', undefined, undefined],
  ])('tells options from versions: GNU %s / GNU %s', (one, other, cause, kind, shown) => {
    const name = 'DW_AT_producer';
    const values = { name, kind: 'version', a: `GNU ${one}`, b: `GNU ${other}` } as const;
    const [first] = findCauses(field({ ...values, offsetA: 4, offsetB: 5 }, { formats: ['elf'] }));
    expect(first).toMatchObject({ cause, ...(kind === undefined ? {} : { kind }) });
    if (shown !== undefined) expect([first?.a, first?.b]).toEqual(shown);
    expect(first?.remedy).toMatch(cause === 'code' ? /`make -j`/ : /selfsame lock/);
  });

  it.each(rows)('%j %s', (formats, name, kind, a, b, cause, found, remedy) => {
    const [first] = findCauses(field({ name, kind, a, b, offsetA: 4, offsetB: 5 }, { formats }));
    expect(first).toMatchObject({ cause, kind: found, a, b, offsetA: 4, offsetB: 5 });
    expect(first?.remedy).toMatch(remedy);
  });

  it('is certain where its kind can be nothing else', () => {
    const certain = rows.filter(([, , kind]) =>
      ['time', 'owner', 'mode', 'inode', 'checksum', 'signature', 'size', 'compression'].includes(
        kind,
      ),
    );
    for (const [formats, name, kind, a, b] of certain)
      expect(findCauses(field({ name, kind, a, b }, { formats }))).toMatchObject([
        { certainty: 'certain' },
      ]);
  });

  it('that follows from others is a consequence', () => {
    const consequences = rows.filter(([formats, name, kind, a, b]) =>
      findCauses(field({ name, kind, a, b }, { formats })).every(({ consequence }) => consequence),
    );
    expect(consequences.map(([, name]) => name)).toEqual(['crc32', 'size', 'e_shoff', 'build-id']);
  });

  it('of jars, wheels and Android packages has the remedy for them', () => {
    const time = { name: 'mtime', kind: 'time', a: t1, b: t2 } as const;
    const remedy = (name: string) =>
      findCauses(field(time, { formats: ['zip'], place: [name, 'x'] }))[0]?.remedy;
    expect(remedy('a.jar')).toMatch(/jar --date/);
    expect(remedy('a.whl')).toMatch(/wheel/);
    expect(remedy('a.zip')).toMatch(/zip -X/);
  });
});

describe('a wall clock of a zip file', () => {
  const wall = (secondsA: number, secondsB: number): Partial<FieldDifference> => ({
    name: 'mtime',
    kind: 'time',
    a: new Date(secondsA * 1000).toISOString(),
    b: new Date(secondsB * 1000).toISOString(),
    secondsA,
    secondsB,
  });
  const moment = 1_763_719_200;
  const zones = {
    formats: ['zip'],
    canariesA: { ...canariesA, timezone: 'Etc/GMT+12' },
    canariesB: { ...canariesB, timezone: 'Etc/GMT-14' },
  };

  it('of the same moment in two zones is the zone', () => {
    const found = findCauses(field(wall(moment - 12 * 3600, moment + 14 * 3600 + 40), zones));
    expect(found).toMatchObject([{ cause: 'time-zone', certainty: 'certain' }]);
    expect(found[0]?.remedy).toMatch(/TZ=UTC/);
  });

  it('that says its zone, and is the same moment in both, is the zone', () => {
    const at = { secondsA: moment, secondsB: moment, a: 'noon Z', b: 'noon Z (zone -570 minutes)' };
    expect(findCauses(field({ ...wall(0, 0), ...at }, { formats: ['iso9660'] }))).toMatchObject([
      { cause: 'time-zone', certainty: 'certain', kind: 'zone of a time' },
    ]);
  });

  it('of another moment is the time', () => {
    const found = findCauses(field(wall(moment, moment + 3600), zones));
    expect(found).toMatchObject([{ cause: 'timestamp', certainty: 'certain' }]);
  });

  it('is the time where both had the same zone', () => {
    const same = { ...zones, canariesB: { ...canariesB, timezone: 'Etc/GMT+12' } };
    expect(findCauses(field(wall(moment, moment + 26 * 3600), same))[0]?.cause).toBe('timestamp');
  });
});

describe('modes', () => {
  it('differ by the umask only if those bits are all', () => {
    const canaries = { canariesA, canariesB: { ...canariesB, umask: 0o077 } };
    const kind = (a: string, b: string) =>
      findCauses(field({ name: 'mode', kind: 'mode', a, b }, canaries))[0]?.kind;
    expect(kind('0644', '0600')).toBe('file mode (umask)');
    expect(kind('0644', '0640')).toBe('file mode (umask)');
    expect(kind('0644', '0755')).toBe('file mode');
    expect(kind('4755', '0755')).toBe('file mode');
  });
});

describe('a file on one side', () => {
  const kinds = [
    ['src/__pycache__/a.cpython-311.pyc', 'missing-file', 'Python byte code'],
    ['lib/x.gcda', 'missing-file', 'profile or coverage data'],
    ['core.1234', 'missing-file', 'core dump'],
    ['share/locale/et/LC_MESSAGES/x.mo', 'missing-file', 'translation'],
    ['nohup.out', 'missing-file', 'log'],
    ['a.c.orig', 'missing-file', 'leftover of an editor or patch'],
    ['tmp.Ab3dE9xQ1z', 'missing-file', 'temporary file'],
    ['ccAb12Xy.o', 'missing-file', 'temporary file'],
    ['usr/bin/tool', 'missing-file', 'file'],
    ['static/app.3f2a9c1e.js', 'checksum', 'name made of the content'],
  ] as const;

  it('that is called after a build-id follows from it', () => {
    const debug = './usr/lib/debug/.build-id';
    for (const place of [
      ['x.deb', 'data.tar.xz', 'content', `${debug}/66/`],
      ['x.deb', 'data.tar.xz', 'content', `${debug}/66/0b4d7aa9.debug`],
      ['out', 'debug', '.build-id', '66'],
    ])
      expect(findCauses(evidence({ presence: 'only-a', place }))[0]).toMatchObject({
        ...{ cause: 'build-id', kind: 'name of a debug file', consequence: true },
        ...{ a: place.at(-1), b: '' },
      });
  });

  it.each(kinds)('%s', (name, cause, kind) => {
    const both = findCauses(evidence({ presence: 'only-a', place: ['a', name] }));
    expect(both.map((each) => [each.cause, each.kind])).toContainEqual([cause, kind]);
    expect(both[0]).toMatchObject({ a: name, b: '' });
  });

  it('is certain where its name holds a canary', () => {
    const found = findCauses(
      evidence({
        presence: 'only-b',
        place: ['a', `log-${canariesB.hostname}`],
        canariesA,
        canariesB,
      }),
    );
    expect(found[0]).toMatchObject({ cause: 'host-name', certainty: 'certain' });
    const dated = (date: string) =>
      evidence({ presence: 'only-a', place: ['a', `log-${date}.txt`], canariesA, canariesB });
    expect(findCauses(dated('2025-11-21'))[0]).toMatchObject({
      cause: 'timestamp',
      certainty: 'certain',
    });
    expect(findCauses(dated('2025-12-21'))[0]?.cause).toBe('missing-file');
  });
});

describe('parts in another order', () => {
  it.each([
    ['tar', /--sort=name/],
    ['zip', /sort/],
    ['ar', /\$\(sort \$\(wildcard/],
    ['cpio', /sort -z/],
  ])('of %s', (format, remedy) => {
    const order = { first: 'a', firstInB: 'b', moved: 2 };
    const found = findCauses(evidence({ order, formats: [format] }));
    expect(found).toMatchObject([
      {
        cause: 'order',
        certainty: 'certain',
        kind: `${format} ${format === 'zip' ? 'entries' : 'members'}`,
      },
    ]);
    expect(found[0]?.remedy).toMatch(remedy);
  });
});
