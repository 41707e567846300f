import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasTools } from '../formats/reading/testing.js';
import { box, boxFormat } from '../testing-box.js';
import { normalisers } from './normalisers.js';
import { reportIn, type ReportOf } from './testing.js';

let scratch: string;
const report: ReportOf = (...asked) => reportIn(scratch, ...asked);

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'nothing-else-test-'));
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const all = normalisers.map(({ name }) => name);
const allBut = (...names: readonly string[]) => all.filter((name) => !names.includes(name));

const verdict = async (...args: Parameters<typeof report>) => (await report(...args)).verdict;

const plain = Buffer.from('some text that can be compressed, some text\n'.repeat(200));

/** A gzip file (RFC 1952) with a time, its data deflated at a level. */
function gzipped(seconds: number, level: number): Buffer {
  const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
  header.writeUInt32LE(seconds, 4);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(plain), 0);
  trailer.writeUInt32LE(plain.length, 4);
  return Buffer.concat([header, deflateRawSync(plain, { level }), trailer]);
}

/** A zip archive of one member `x` (APPNOTE 4.3), with the time in both headers. */
function zipped(time: number, level: number): Buffer {
  const data = deflateRawSync(plain, { level });
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(8, 4);
  common.writeUInt16LE(time, 6);
  common.writeUInt16LE(0x5821, 8);
  common.writeUInt32LE(crc32(plain), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(plain.length, 18);
  common.writeUInt16LE(1, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from('x'), data]);
  const central = Buffer.concat([
    Buffer.from('PK\x01\x02\x14\x00', 'latin1'),
    common,
    Buffer.alloc(14),
    Buffer.from('x'),
  ]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

describe('a time that is ignored', () => {
  it('does not hide data that are compressed as other bytes', async () => {
    expect(await verdict(gzipped(1, 6), gzipped(2, 6), ['mtime'])).toBe('equal-after-ignoring');
    const found = await report(gzipped(1, 1), gzipped(2, 9), ['mtime']);
    expect(found.verdict).toBe('differs');
    expect(found.difference?.fields).toMatchObject([{ name: 'compressed bytes' }]);
    expect(await verdict(gzipped(1, 1), gzipped(2, 9), ['mtime', 'compression'])).toBe(
      'equal-after-ignoring',
    );
  });

  it('does not hide members of zip archives that are compressed as other bytes', async () => {
    expect(await verdict(zipped(1, 6), zipped(2, 6), ['mtime'])).toBe('equal-after-ignoring');
    const found = await report(zipped(1, 1), zipped(2, 9), ['mtime']);
    expect(found.verdict).toBe('differs');
    expect(found.difference?.children[0]?.fields.map(({ name }) => name)).toContain(
      'compressed bytes',
    );
    expect(await verdict(zipped(1, 1), zipped(2, 9), ['mtime', 'compression'])).toBe(
      'equal-after-ignoring',
    );
  });

  it('does not hide a checksum of what was not hidden, nor another size in one of two headers', async () => {
    const [a, b] = [zipped(1, 6), zipped(2, 6)];
    // Also the size of the directory that the end record says.
    for (const at of [14, 18, 22, b.length - 9]) {
      const changed = Buffer.from(b);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await verdict(a, changed, ['mtime'])).not.toBe('equal-after-ignoring');
    }
  });

  it('says of images that not all of them was seen', async (context) => {
    if (!hasTools('mkfs.ext4', 'debugfs')) {
      context.skip('mkfs.ext4 and debugfs are not installed (Debian package e2fsprogs)');
    }
    const image = (seconds: number): Buffer => {
      const file = join(scratch, `image-${seconds}`);
      writeFileSync(file, '');
      truncateSync(file, 1024 * 1024);
      const id = '11111111-1111-1111-1111-111111111111';
      execFileSync('mkfs.ext4', ['-q', '-U', id, '-E', `hash_seed=${id}`, file], {
        env: { ...process.env, E2FSPROGS_FAKE_TIME: String(seconds) },
        stdio: 'ignore',
      });
      return readFileSync(file);
    };
    const [a, b] = [image(1_000_000_001), image(1_000_000_002)];
    // The boot block belongs to nobody's file.
    b[0] = 1;
    const found = await report(a, b, ['mtime']);
    expect(found.verdict).toBe('undecided');
    expect(found.unexamined).toMatchObject([{ reason: 'unsupported' }]);
  });
});

describe.skipIf(!hasTools('gcc'))(
  'programs whose information for debuggers is ignored (needs gcc)',
  () => {
    it('differ where another address starts, or a segment can be written', async () => {
      const source = join(scratch, 'start.c');
      const program = (text: string): Buffer => {
        writeFileSync(source, text);
        const made = join(scratch, 'start');
        execFileSync('gcc', ['-g', '-O1', '-nostdlib', '-static', '-o', made, source], {
          stdio: 'ignore',
        });
        return readFileSync(made);
      };
      const a = program('int f(int first) { return first; } void _start(void) { f(1); }\n');
      const b = program('int f(int fir) { return fir; } void _start(void) { f(1); }\n');
      const ignored = ['debug-sections', 'build-id'];
      const changed = (at: number): Buffer => {
        const other = Buffer.from(b);
        other[at] = (other[at] ?? 0) ^ 2;
        return other;
      };
      expect(await verdict(a, b, ignored)).toBe('equal-after-ignoring');
      const [segments, sections] = [32, 40].map((at) => Number(b.readBigUInt64LE(at)));
      // e_entry; p_flags and p_vaddr of the first segment; sh_flags of the first section.
      for (const at of [24, (segments ?? 0) + 4, (segments ?? 0) + 16, (sections ?? 0) + 64 + 8])
        expect(await verdict(a, changed(at), ignored), `byte ${at}`).toBe('differs');
    });
  },
);

describe.skipIf(!hasTools('gcc'))('compressed information for debuggers (needs gcc)', () => {
  it('is the same compressed otherwise only where nothing else of it differs', async () => {
    const [source, made] = [join(scratch, 'packed.c'), join(scratch, 'packed.o')];
    const text = Array.from({ length: 80 }, (_, at) => `int f${at}(int x) { return x + ${at}; }\n`);
    writeFileSync(source, text.join(''));
    execFileSync('gcc', ['-g', '-gz=zlib', '-c', '-o', made, source]);
    const a = readFileSync(made);
    // ELFCOMPRESS_ZLIB, a size, an alignment; then zlib's header (RFC 1950), whose second byte says how hard it tried.
    const type = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
    let at = a.indexOf(type, 64);
    while (at !== -1 && a[at + 24] !== 0x78) at = a.indexOf(type, at + 1);
    const b = Buffer.from(a);
    b[at + 25] = a[at + 25] === 0x01 ? 0x5e : 0x01;
    expect(await verdict(a, b, allBut('compression', 'debug-sections'))).toBe('differs');
    expect(await verdict(a, b, ['compression'])).toBe('equal-after-ignoring');
    for (const byte of [4, 8, 12, 16, 23]) {
      const changed = Buffer.from(b);
      changed[at + byte] = (changed[at + byte] ?? 0) ^ 4;
      expect(await verdict(a, changed, ['compression']), `byte ${byte}`).toBe('differs');
    }
  });
});

describe('whatever is ignored', () => {
  it('bytes behind compressed data are seen and said', async () => {
    const a = gzipped(1, 6);
    const found = await report(a, Buffer.concat([gzipped(2, 9), Buffer.from('more')]), all);
    expect(found.verdict).toBe('differs');
    expect(found.difference?.children).toMatchObject([
      { name: 'trailing data', presence: 'only-b' },
    ]);
  });

  it('words beside a digest, a signature or a build id differ', async () => {
    const digest = (of: string) => of.repeat(64);
    const line = (of: string, word: string) => `${digest(of)}  ${word}\n`;
    expect(await verdict(line('a', 'x'), line('b', 'x'), ['checksum'])).toBe(
      'equal-after-ignoring',
    );
    expect(await verdict(line('a', 'good'), line('b', 'evil'), all)).toBe('differs');
    const signed = (word: string, of: string) =>
      `${word}\n-----BEGIN PGP SIGNATURE-----\n${of}\n-----END PGP SIGNATURE-----\n`;
    expect(await verdict(signed('w', 'a'), signed('w', 'b'), ['signature'])).toBe(
      'equal-after-ignoring',
    );
    expect(await verdict(signed('v', 'a'), signed('w', 'b'), all)).toBe('differs');
    const id = (of: string, code: string) => `\0Go build ID: "${of.repeat(40)}"${code}\0`;
    expect(await verdict(id('a', 'good'), id('b', 'evil'), all)).toBe('differs');
  });

  it('many digests do not hide the line of code that is no digest', async () => {
    const lines = (of: string, last: string) =>
      Array.from({ length: 80 }, (_, at) => `${of.repeat(64)}  file ${at}\nsame\nsame\n`).join('') +
      last;
    expect(await verdict(lines('a', 'good\n'), lines('b', 'evil\n'), all)).toBe('differs');
  });

  it('names of sections mean nothing in archives and trees', async () => {
    for (const name of ['.debug_info', '.note.gnu.build-id', '.stab']) {
      const of = (bytes: string) => box([{ name, bytes }]);
      expect(await verdict(of('good'), of('evil'), all, [boxFormat])).toBe('differs');
    }
  });

  it('certificates are no signatures', async () => {
    const certificate = (of: string) =>
      `-----BEGIN CERTIFICATE-----\n${of.repeat(64)}\n-----END CERTIFICATE-----\n`;
    expect(await verdict(certificate('A'), certificate('B'), allBut('checksum'))).toBe('differs');
  });
});
