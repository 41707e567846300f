import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstSection, makeElf } from '../formats/elf/testing.js';
import { reportIn } from './testing.js';

let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'false-names-test-'));
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const verdict = async (a: Buffer, b: Buffer, ignored: readonly string[]): Promise<string> =>
  (await reportIn(scratch, a, b, ignored)).verdict;

const code = (of: string): Buffer => Buffer.from(of.repeat(16));
const note = (id: string, name = 'GNU\0'): Buffer => {
  const head = Buffer.alloc(12);
  [4, id.length, 3].forEach((word, index) => head.writeUInt32LE(word, 4 * index));
  return Buffer.concat([head, Buffer.from(name), Buffer.from(id)]);
};
/** A signature behind a kernel module, of so many bytes. */
const behind = (size: number): string => {
  const trailer = Buffer.alloc(12);
  trailer.writeUInt32BE(size, 8);
  return `${trailer.toString('latin1')}~Module signature appended~\n`;
};

describe('a section of a program', () => {
  it('is no signature because it is called so', async () => {
    const of = (bytes: string) => makeElf([{ name: 'module signature', bytes: code(bytes) }]);
    expect(await verdict(of('good'), of('evil'), ['signature'])).toBe('differs');
  });

  it.each(['.debug_info', '.stab', '.gnu_debugdata', '.zdebug_line'])(
    'is no information for debuggers if it is loaded: %s',
    async (name) => {
      const of = (bytes: string, flags: number, size: number) =>
        makeElf([{ name, flags, bytes: code(bytes) }], [firstSection, size]);
      expect(await verdict(of('good', 0, 0), of('evil', 0, 0), ['debug-sections'])).toBe(
        'equal-after-ignoring',
      );
      for (const [flags, size] of [
        [0, 64],
        [0, 1],
        [2, 0],
        [4, 0],
      ] as const)
        expect(
          await verdict(of('good', flags, size), of('evil', flags, size), ['debug-sections']),
          `flags ${flags}, ${size} bytes loaded`,
        ).toBe('differs');
    },
  );

  it('is no build id if it has more than one', async () => {
    const of = (bytes: Buffer) => makeElf([{ name: '.note.gnu.build-id', type: 7, bytes }]);
    const ignored = ['build-id'];
    expect(await verdict(of(note('good')), of(note('evil')), ignored)).toBe('equal-after-ignoring');
    const more = (bytes: string) => of(Buffer.concat([note('same'), code(bytes)]));
    expect(await verdict(more('good'), more('evil'), ignored)).toBe('differs');
    const other = (bytes: string) => of(note(bytes, 'XXX\0'));
    expect(await verdict(other('good'), other('evil'), ignored)).toBe('differs');
    const plain = (bytes: string) =>
      makeElf([{ name: '.note.gnu.build-id', type: 1, bytes: code(bytes) }]);
    expect(await verdict(plain('good'), plain('evil'), ignored)).toBe('differs');
  });
});

describe('a signature behind a module', () => {
  const of = (bytes: string, size: number, loaded: readonly [number, number] = [0, 0]) =>
    makeElf([{ name: '.text', flags: 6, bytes: code('code') }], loaded, bytes + behind(size));

  it('is one where it is behind all else', async () => {
    expect(await verdict(of('good', 4), of('evil', 4), ['signature'])).toBe('equal-after-ignoring');
  });

  it('is none where it would have bytes of sections, headers or what is loaded', async () => {
    const whole = of('good', 4).length;
    expect(await verdict(of('good', 5), of('evil', 5), ['signature'])).toBe('differs');
    const loaded = [whole - 44, 4] as const;
    expect(await verdict(of('good', 4, loaded), of('evil', 4, loaded), ['signature'])).toBe(
      'differs',
    );
    const inside = (bytes: string) => {
      const plain = makeElf([{ name: '.text', flags: 6, bytes: code(bytes) }], [0, 0], behind(0));
      const size = plain.length - firstSection - 40;
      return makeElf([{ name: '.text', flags: 6, bytes: code(bytes) }], [0, 0], behind(size + 1));
    };
    expect(await verdict(inside('good'), inside('evil'), ['signature'])).toBe('differs');
  });
});

/** A zip archive of stored members (APPNOTE 4.3). */
function zipped(members: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(members)) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x5821, 8);
    common.writeUInt32LE(crc32(text), 10);
    common.writeUInt32LE(text.length, 14);
    common.writeUInt32LE(text.length, 18);
    common.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name + text)]);
    locals.push(local);
    central.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, Buffer.from(name));
    at += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(locals.length, 8);
  end.writeUInt16LE(locals.length, 10);
  end.writeUInt32LE(Buffer.concat(central).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...central, end]);
}

describe('a member of a zip archive', () => {
  it('is no signature because it is called as the block of them', async () => {
    const of = (text: string) => zipped({ 'APK Signing Block': text });
    expect(await verdict(of('good'), of('evil'), ['signature'])).toBe('differs');
  });
});

describe('a signature of a Mach-O file', () => {
  const library = gunzipSync(
    readFileSync(new URL('../formats/macho/fixtures/library.dylib.gz', import.meta.url)),
  );
  const command = library.indexOf(Buffer.from([0x1d, 0, 0, 0, 16, 0, 0, 0]), 32);
  const [offset, size] = [8, 12].map((at) => library.readUInt32LE(command + at));

  it('is ignored, and none where it would have bytes of something else', async () => {
    const of = (at: number, length: number, changed: number): Promise<string> => {
      const a = Buffer.from(library);
      a.writeUInt32LE(at, command + 8);
      a.writeUInt32LE(length, command + 12);
      const b = Buffer.from(a);
      b[changed] = (b[changed] ?? 0) ^ 1;
      return verdict(a, b, ['signature']);
    };
    const [start = 0, length = 0] = [offset, size];
    expect(await of(start, length, start + 9)).toBe('equal-after-ignoring');
    const code = library.indexOf('__text') + 48;
    const text = library.readUInt32LE(code);
    const strings = library.indexOf('__data') + 48;
    const places = [
      // Code from right before it on; what no section of a segment that is run, or written, has; other tables.
      [text - 4, 32, text + 1],
      [text + 200, 32, text + 204],
      [library.readUInt32LE(strings) + 200, 32, library.readUInt32LE(strings) + 210],
      [start - 4, length, start + 9],
      [start - 4, length, start - 2],
    ] as const;
    for (const [at, bytes, changed] of places)
      expect(await of(at, bytes, changed), `from ${at}`).toBe('differs');
  });

  it('is no segment because it is called so', async () => {
    const of = (changed: number): Buffer => {
      const data = Buffer.from(library);
      data.write('code signature\0\0', data.indexOf('__DATA\0'), 'latin1');
      data[4200] = changed;
      return data;
    };
    expect(await verdict(of(1), of(2), ['signature'])).toBe('differs');
  });

  it('is no section for debuggers because it is called so', async () => {
    const of = (changed: number): Buffer => {
      const data = Buffer.from(library);
      data.write('.debug_info\0', data.indexOf('__DATA\0'), 'latin1');
      data[4200] = changed;
      return data;
    };
    expect(await verdict(of(1), of(2), ['debug-sections'])).toBe('differs');
  });
});

describe('sections of Windows programs', () => {
  const program = readFileSync(new URL('../formats/pe/fixtures/lld.exe', import.meta.url));
  const optional = program.readUInt32LE(60) + 24;
  const table = optional + program.readUInt16LE(optional - 4);
  const place = program.readUInt32LE(table + 20);
  const of = (name: string, flags: number, changed: number): Buffer => {
    const data = Buffer.from(program);
    data.write(name.padEnd(8, '\0'), table, 'latin1');
    data.writeUInt32LE(flags, table + 36);
    data[place] = changed;
    return data;
  };

  it('are no information for debuggers if a program uses them', async () => {
    const compared = (flags: number) =>
      verdict(of('.debug_x', flags, 1), of('.debug_x', flags, 2), ['debug-sections']);
    expect(await compared(0x42000040)).toBe('equal-after-ignoring');
    for (const flags of [0x60000020, 0x40000040, 0x62000040, 0xc2000040, 0x42000020])
      expect(await compared(flags), `flags ${flags.toString(16)}`).toBe('differs');
  });

  it('are no certificates because the table of those begins before them', async () => {
    const at = optional + 112 + 4 * 8;
    const signed = (from: number, changed: number): Buffer => {
      const data = of('.text', 0x60000020, changed);
      data.writeUInt32LE(from, at);
      data.writeUInt32LE(64, at + 4);
      return data;
    };
    expect(await verdict(signed(place - 8, 1), signed(place - 8, 2), ['signature'])).toBe(
      'differs',
    );
  });
});

describe('what is named as a signature', () => {
  it('is none among sections of a program', async () => {
    for (const name of ['x.sig', '.sign', '_gpgx'] as const) {
      const of = (bytes: string) => makeElf([{ name, bytes: code(bytes) }]);
      expect(await verdict(of('good'), of('evil'), ['signature']), name).toBe('differs');
    }
  });
});

describe('headers that are ignored', () => {
  const packed = (seconds: number): Buffer => {
    const data = gzipSync('text');
    data.writeUInt32LE(seconds, 4);
    return data;
  };
  const header = (data: Buffer, mode: string, mtime: string): Buffer => {
    const block = Buffer.alloc(512);
    block.write('x', 0);
    for (const [index, text] of [mode, '0000000', '0000000'].entries())
      block.write(text, 100 + 8 * index, 'latin1');
    block.write(`${data.length.toString(8).padStart(11, '0')} ${mtime} `, 124, 'latin1');
    block.write('        0', 148, 'latin1');
    block.write('ustar\x0000', 257, 'latin1');
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    const fill = Buffer.alloc(((512 - (data.length % 512)) % 512) + 1024);
    return Buffer.concat([block, data, fill]);
  };
  const [one, other] = ['00000000001', '00000000002'];

  it('of gzip files are none of the archive around them', async () => {
    const ignored = ['gzip-header'];
    const a = header(packed(1), '0000644', one);
    expect(await verdict(a, header(packed(2), '0000644', one), ignored)).toBe(
      'equal-after-ignoring',
    );
    expect(await verdict(a, header(packed(2), '0004755', one), ignored)).toBe('differs');
    expect(await verdict(a, header(packed(2), '0000644', other), ignored)).toBe('differs');
    const [fast, slow] = [gzipSync('text'.repeat(99), { level: 1 }), gzipSync('text'.repeat(99))];
    slow[4] = 1;
    expect(await verdict(fast, slow, ignored)).toBe('differs');
  });

  it('of zip archives are none of the archive around them', async () => {
    const zip = (time: number): Buffer => {
      const data = zipped({ x: 'text' });
      data.writeUInt16LE(time, 10);
      data.writeUInt16LE(time, data.indexOf('PK\x01\x02') + 12);
      return data;
    };
    const ignored = ['zip-times'];
    const a = header(zip(1), '0000644', one);
    expect(await verdict(a, header(zip(2), '0000644', one), ignored)).toBe('equal-after-ignoring');
    expect(await verdict(a, header(zip(2), '0000644', other), ignored)).toBe('differs');
  });
});
