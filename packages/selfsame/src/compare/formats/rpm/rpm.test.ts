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
import { rpm } from './rpm.js';

/** A header structure of tags: number, type, count, data. */
function header(
  tags: readonly (readonly [number, number, number, string])[],
  shared = false,
): Buffer {
  const index = Buffer.alloc(16 * tags.length);
  let store = '';
  tags.forEach(([tag, type, count, data], at) => {
    [tag, type, shared ? 0 : store.length, count].forEach((value, slot) =>
      index.writeUInt32BE(value, 16 * at + 4 * slot),
    );
    if (!shared || store === '') store += data;
  });
  const intro = Buffer.from('8eade801000000000000000000000000', 'hex');
  intro.writeUInt32BE(tags.length, 8);
  intro.writeUInt32BE(store.length, 12);
  return Buffer.concat([intro, index, Buffer.from(store, 'latin1')]);
}

function made(main: Buffer, payload = 'payload'): Buffer {
  const lead = Buffer.alloc(96);
  lead.write('edabeedb0300', 'hex');
  lead.write('p-1-1', 10);
  const signature = header([
    [1000, 4, 1, '\0\0\x01\0'],
    [1004, 7, 3, 'abc'],
  ]);
  const pad = Buffer.alloc((8 - (signature.length % 8)) % 8);
  return Buffer.concat([lead, signature, pad, main, Buffer.from(payload)]);
}

describe('packages of RPM', () => {
  it('have all tags of both headers as fields', async () => {
    const bytes = made(
      header([
        [1006, 4, 1, '\x3b\x9a\xca\x00'],
        [1007, 6, 1, 'host\0'],
        [1117, 8, 2, 'a\0b\0'],
        [1030, 3, 2, '\x81\xa4\x41\xed'],
        [99, 5, 1, '\0\0\0\0\0\0\0\x07'],
      ]),
    );
    const { parts, stopped } = await readAll(rpm, bytes);
    expect(stopped).toBeUndefined();
    expect(parts.map(({ name }) => name)).toEqual(['lead', 'signature', 'header', 'payload']);
    const shown = (at: number) =>
      values((parts[at]?.fields ?? []).filter(({ name }) => !/\(form\)$|values$/.test(name)));
    expect(shown(1)).toEqual({ SIZE: '256', MD5: '616263' });
    expect(shown(2)).toEqual({
      BUILDTIME: '2001-09-09T01:46:40Z',
      BUILDHOST: 'host',
      BASENAMES: '["a","b"]',
      FILEMODES: '100644 40755',
      99: '7',
    });
    const time = parts[2]?.fields[0];
    expect(time?.seconds).toBe(1e9);
    expect(bytes.readUInt32BE(time?.offset ?? 0)).toBe(1e9);
    expect(parts[3]?.bytes.toString()).toBe('payload');
  });

  it.each([
    [
      'that share bytes',
      made(
        header(
          Array.from({ length: 50 }, () => [1005, 7, 9, 'nine byte'] as const),
          true,
        ),
      ),
    ],
    ['outside of the header', made(header([[1005, 7, 1000, 'x']]))],
    ['with a text without end', made(header([[1005, 6, 1, 'x']]))],
    ['of an unknown type', made(header([[1005, 77, 1, 'x']]))],
  ])('with tags %s are damaged', async (_, bytes) => {
    expect((await readAll(rpm, bytes)).stopped?.reason).toBe('damaged');
  });

  it('show every change of a byte', async () => {
    const tags = [
      [1006, 4, 1, '\0\0\0\x01'],
      [1117, 8, 2, 'a\0b\0'],
      [1008, 7, 40, '\0'.repeat(40)],
      [1009, 4, 1, '\0\0\0\x02'],
    ] as const;
    const bytes = made(header(tags));
    expect(await unseenChanges(rpm, bytes)).toBe('');

    const spread = made(header(tags), '\0'.repeat(300));
    expect(await unseenChanges(rpm, spread)).toBe('');
  });

  it('tell values that lie elsewhere, bytes that have no value, and another type of the same one', async () => {
    const tags = [
      [1004, 7, 2, '\0\0'],
      [1005, 7, 2, '\0\0'],
    ] as const;
    const fieldsOf = async (change: (main: Buffer) => Buffer) => {
      const { parts } = await readAll(rpm, made(change(header(tags))));
      return values(parts[2]?.fields ?? []);
    };
    const usual = await fieldsOf((main) => main);
    const moved = await fieldsOf((main) => {
      main.writeUInt32BE(1, 16 + 16 + 8);
      return main;
    });
    expect(moved).toMatchObject({ 'places of values': 'DESCRIPTION at 1 instead of 2' });
    expect(moved).toMatchObject({ 'bytes behind values': '00' });
    const typed = await fieldsOf((main) => {
      main.writeUInt32BE(1, 16 + 4);
      return main;
    });
    expect({ ...typed, 'SUMMARY (form)': 'type 7' }).toEqual(usual);
    const swapped = await fieldsOf((main) => {
      main.writeUInt32BE(2, 16 + 8);
      main.writeUInt32BE(0, 16 + 16 + 8);
      return main;
    });
    expect(swapped).not.toEqual(usual);
  });

  it('are read totally when spoiled', async () => {
    await expectTotal(rpm, [
      made(
        header([
          [1006, 4, 1, '\0\0\0\0'],
          [1117, 8, 2, 'a\0b\0'],
        ]),
      ),
    ]);
  });
});

describe.skipIf(!hasTools('rpmbuild', 'rpm'))('packages of rpmbuild', () => {
  const shop = new ArchiveWorkshop();
  let path = '';
  beforeAll(() => {
    const install = 'mkdir -p %{buildroot}/usr/share/p; echo hi > %{buildroot}/usr/share/p/a';
    shop.file(
      'p.spec',
      `Name: p\nVersion: 1\nRelease: 1\nSummary: s\nLicense: MIT\nBuildArch: noarch\n%description\ntext\n%install\n${install}\n%files\n/usr/share/p\n`,
    );
    shop.run('rpmbuild', ['-bb', '--define', `_topdir ${join(shop.directory, 'top')}`, 'p.spec']);
    path = 'top/RPMS/noarch/p-1-1.noarch.rpm';
  });
  afterAll(() => shop.remove());

  it('have the values that rpm shows', async () => {
    const bytes = shop.read(path);
    const { parts, stopped } = await readAll(rpm, bytes);
    expect(stopped).toBeUndefined();
    const shown = values(parts[2]?.fields ?? []);
    for (const tag of [
      'NAME',
      'VERSION',
      'BUILDHOST',
      'COOKIE',
      'PAYLOADCOMPRESSOR',
      'SIZE',
      'LICENSE',
      'OPTFLAGS',
    ]) {
      expect(shown[tag] ?? '(none)', tag).toBe(
        shop.run('rpm', ['-qp', '--qf', `%{${tag}}`, path]).toString(),
      );
    }
    const seconds = parts[2]?.fields.find(({ name }) => name === 'BUILDTIME')?.seconds;
    expect(String(seconds)).toBe(shop.run('rpm', ['-qp', '--qf', '%{BUILDTIME}', path]).toString());
    expect(Object.keys(shown).filter((name) => /^[0-9]/.test(name))).toEqual([]);
    await expectTotal(rpm, [bytes], { runs: 100 });
  });
});
