import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkTotal } from '../structure/testing-fuzz.js';
import { hasProgram, Workshop } from '../structure/testing-tools.js';
import {
  contentOf,
  coverProblem,
  differing,
  differingReadings,
  fieldOf,
  readWith,
  type Reading,
} from '../structure/testing.js';
import { sliceContent } from '../../content/slice-content.js';
import { FormatError } from '../format.js';
import { elfFunctions } from './elf-functions.js';
import { elf } from './elf.js';

const source = `#include <stdio.h>
static int helper(int x) { return x * FACTOR; }
int main(void) { printf("%s %d\\n", STAMP, helper(2)); return 0; }
`;

/** What elf-functions makes of `.text`, as the comparison hands it over. */
async function functionsOf(data: Uint8Array): Promise<Reading> {
  const { parts } = await readWith(elf, data);
  const section = parts.find(({ name }) => name === '.text');
  if (section?.offset === undefined) throw new FormatError('damaged', 'has no .text');
  const content = { ...sliceContent(contentOf(data), section.offset, section.size), bytesRead: 0 };
  expect(await elfFunctions.detect(section.bytes, content, '.text')).toBe(true);
  const reading = await readWith(elfFunctions, section.bytes, { content });
  expect(coverProblem(reading, section.size)).toBeUndefined();
  return reading;
}

const withCompiler = describe.skipIf(!hasProgram('gcc') || !hasProgram('readelf'));

withCompiler('elf, as gcc makes it (needs gcc and binutils)', () => {
  const shop = new Workshop();
  const compile = (output: string, ...options: string[]): Buffer => {
    const defines = ['-DFACTOR=1000', '-DSTAMP="Nov 21 2026"'].filter(
      (define) => !options.some((option) => option.startsWith(define.slice(0, 8))),
    );
    shop.run('gcc', ['-g', '-O0', '-frandom-seed=1', ...defines, ...options, '-o', output, 'a.c']);
    return shop.read(output);
  };
  let plain: Buffer;
  beforeAll(() => {
    shop.write('a.c', source);
    plain = compile('plain');
  });
  afterAll(() => shop.remove());

  it('has the sections that readelf has, and covers every byte', async () => {
    const reading = await readWith(elf, plain);
    expect(coverProblem(reading, plain.length)).toBeUndefined();
    const listed = shop
      .run('readelf', ['-SW', 'plain'])
      .split('\n')
      .map((line) => /^ *\[ *\d+\] (\S+) +(\S+) +[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+)/.exec(line))
      .filter((match) => match !== null && match[2] !== 'NULL' && match[2] !== 'NOBITS')
      .map((match) => [match?.[1], parseInt(match?.[3] ?? '', 16)]);
    expect(listed.length).toBeGreaterThan(25);
    expect(
      reading.parts
        .filter(({ name }) => /^\.[^:]*$/.test(name))
        .map(({ name, offset }) => [name, offset]),
    ).toEqual(listed);
  });

  it('tells build-id, toolchain, interpreter, libraries and flags as readelf does', async () => {
    const reading = await readWith(elf, plain);
    const buildId = /Build ID: (\w+)/.exec(shop.run('readelf', ['-n', 'plain']))?.[1];
    const field = fieldOf(reading, '.note.gnu.build-id', 'build-id');
    expect(field).toMatchObject({ kind: 'id', value: buildId });
    expect(plain.toString('hex', field?.offset, (field?.offset ?? 0) + 20)).toBe(buildId);
    const comment = /GCC: .*/.exec(shop.run('readelf', ['-p', '.comment', 'plain']))?.[0];
    expect(fieldOf(reading, '.comment', 'toolchain')?.value).toBe(comment);
    expect(fieldOf(reading, undefined, 'PT_INTERP')?.value).toMatch(/ld-linux|ld\.so|ld-musl/);
    expect(fieldOf(reading, undefined, 'DT_NEEDED')?.value).toMatch(/^libc\./);
    expect(fieldOf(reading, 'program headers', 'p_flags of PT_GNU_STACK')?.value).toBe('0x6');
  });

  it.each([
    ['DWARF 5', ['-gdwarf-5']],
    ['DWARF 4', ['-gdwarf-4']],
    ['DWARF 3', ['-gdwarf-3', '-gstrict-dwarf']],
    ['DWARF 5 with 64-bit offsets', ['-gdwarf-5', '-gdwarf64']],
    ['a relocatable object', ['-c']],
    ['a relocatable object with DWARF 4', ['-c', '-gdwarf-4']],
    ['compressed sections', ['-gz']],
    ['sections compressed as GNU did', ['-gz=zlib-gnu']],
    ['a compressed relocatable object', ['-c', '-gz']],
    ['split DWARF', ['-gsplit-dwarf']],
  ])('reads what compile units say: %s', async (_, options) => {
    const data = compile('units', ...options);
    const reading = await readWith(elf, data);
    expect(reading.stopped).toBeUndefined();
    const dump = shop.run('readelf', ['--debug-dump=info', 'units']);
    for (const name of ['DW_AT_comp_dir', 'DW_AT_producer', 'DW_AT_name']) {
      const shown = new RegExp(`${name} +: (?:\\(.*?\\): )?(.*?)\\s*$`, 'm').exec(dump)?.[1];
      // In split DWARF, the name and producer are elsewhere.
      if (options.includes('-gsplit-dwarf') && name !== 'DW_AT_comp_dir') continue;
      const field = fieldOf(reading, '.debug_info', name) ?? fieldOf(reading, '.zdebug_info', name);
      expect(field?.value).toBe(shown);
      if (field?.offset !== undefined)
        expect(data.toString('utf8', field.offset, field.offset + field.value.length + 1)).toBe(
          `${field.value}\0`,
        );
    }
    const directory = reading.parts.flatMap(({ fields }) =>
      fields.filter(({ name }) => name === 'DW_AT_comp_dir'),
    );
    expect(directory.map(({ value }) => value)).toEqual([shop.directory]);
  });

  it('finds another build path in the debug information only', async () => {
    const other = compile('other', `-fdebug-prefix-map=${shop.directory}=${shop.directory}`);
    // The option itself is in DW_AT_producer unless gcc leaves it out: take only what it maps.
    const a = compile(
      'a',
      `-fdebug-prefix-map=${shop.directory}=/build/one`,
      '-Wl,--build-id=none',
    );
    const b = compile(
      'b',
      `-fdebug-prefix-map=${shop.directory}=/build/two`,
      '-Wl,--build-id=none',
    );
    const names = await differing(elf, a, b);
    expect(names).toEqual(expect.arrayContaining(['.debug_info', '.debug_line_str']));
    expect(names.filter((name) => !name.startsWith('.debug_'))).toEqual([]);
    expect(fieldOf(await readWith(elf, a), '.debug_info', 'DW_AT_comp_dir')?.value).toBe(
      '/build/one',
    );
    expect(await differing(elf, plain, other)).toEqual([]);
  });

  it('finds another date in read-only data and the build-id', async () => {
    const other = compile('other', '-DSTAMP="Nov 22 2026"');
    expect(await differing(elf, plain, other)).toEqual(['.note.gnu.build-id', '.rodata']);
  });

  it('finds another build-id only there', async () => {
    const other = compile('other', '-Wl,--build-id=0x0123456789012345678901234567890123456789');
    expect(await differing(elf, plain, other)).toEqual(['.note.gnu.build-id']);
  });

  it('finds the one function that differs', async () => {
    const other = compile('other', '-DFACTOR=1001');
    expect(await differing(elf, plain, other)).toEqual(['.note.gnu.build-id', '.text']);
    const [a, b] = [await functionsOf(plain), await functionsOf(other)];
    expect(a.parts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['.text:main', '.text:helper']),
    );
    expect(differingReadings(a, b)).toEqual(['.text:helper']);
  });

  it('finds another search path in the dynamic section', async () => {
    const a = compile('a', '-Wl,-rpath,/build/one', '-Wl,--build-id=none');
    const b = compile('b', '-Wl,-rpath,/build/two', '-Wl,--build-id=none');
    expect(await differing(elf, a, b)).toEqual(['.dynstr', ':DT_RUNPATH']);
    const field = fieldOf(await readWith(elf, a), undefined, 'DT_RUNPATH');
    expect(field?.value).toBe('/build/one');
    expect(a.toString('utf8', field?.offset, (field?.offset ?? 0) + 10)).toBe('/build/one');
  });

  it('tells the same debug information, compressed otherwise, from other information', async () => {
    shop.run('objcopy', ['--compress-debug-sections=zlib', 'plain', 'packed']);
    const packed = shop.read('packed');
    const [before, after] = [await readWith(elf, plain), await readWith(elf, packed)];
    const bytesOf = (reading: typeof before, name: string): Uint8Array | undefined =>
      reading.parts.find((part) => part.name === name)?.bytes;
    expect(after.parts.some(({ name }) => name === '.debug_str (compressed)')).toBe(true);
    for (const name of ['.debug_info', '.debug_str', '.debug_abbrev'])
      expect(bytesOf(after, name)).toEqual(bytesOf(before, name));
  });

  it('tells what stripping takes away', async () => {
    shop.run('strip', ['-g', '-o', 'stripped', 'plain']);
    const names = await differing(elf, plain, shop.read('stripped'));
    expect(names).toContain('.debug_info');
    expect(names).not.toContain('.text');
    expect(names).not.toContain('.rodata');
  });

  it('follows links to debug files, with their checksum', async () => {
    shop.run('objcopy', ['--only-keep-debug', 'plain', 'plain.debug']);
    shop.run('objcopy', ['--add-gnu-debuglink=plain.debug', 'plain', 'linked']);
    const reading = await readWith(elf, shop.read('linked'));
    expect(fieldOf(reading, '.gnu_debuglink', 'debug file')?.value).toBe('plain.debug');
    const shown = shop.run('readelf', ['--string-dump=.gnu_debuglink', 'linked']);
    expect(shown).toContain('plain.debug');
    expect(fieldOf(reading, '.gnu_debuglink', 'CRC-32')?.kind).toBe('checksum');
  });

  it('reads 32 bits and the other byte order', async () => {
    shop.write('b.c', 'int twice(int x) { return x + x; }\nint thrice(int x) { return 3 * x; }\n');
    shop.run('gcc', ['-m32', '-g', '-c', '-o', 'narrow.o', 'b.c']);
    const narrow = shop.read('narrow.o');
    const reading = await readWith(elf, narrow);
    expect(coverProblem(reading, narrow.length)).toBeUndefined();
    expect(fieldOf(reading, undefined, 'class')?.value).toBe('32 bits');
    expect(fieldOf(reading, '.debug_info', 'DW_AT_comp_dir')?.value).toBe(shop.directory);
    const functions = await functionsOf(narrow);
    expect(functions.parts.map(({ name }) => name)).toEqual(['.text:twice', '.text:thrice']);
    shop.run('objcopy', ['-I', 'binary', '-O', 'elf32-big', 'b.c', 'big.o']);
    const big = shop.read('big.o');
    const other = await readWith(elf, big);
    expect(coverProblem(other, big.length)).toBeUndefined();
    expect(fieldOf(other, undefined, 'data')?.value).toBe('big-endian');
    expect(Buffer.from(other.parts.find(({ name }) => name === '.data')?.bytes ?? [])).toEqual(
      shop.read('b.c'),
    );
  });

  it('never has more bytes than the file, whatever its headers say', async () => {
    const data = Buffer.from(plain);
    const table = Number(data.readBigUInt64LE(40));
    for (let index = 1; index < data.readUInt16LE(60); index++) {
      data.writeBigUInt64LE(0n, table + index * 64 + 24);
      data.writeBigUInt64LE(0xffffffffffffffffn, table + index * 64 + 32);
    }
    const reading = await readWith(elf, data);
    expect(coverProblem(reading, data.length)).toBeUndefined();
    expect(reading.stopped).toBeUndefined();
  });

  it('stops at more parts than may be', async () => {
    const reading = await readWith(elf, plain, { maximumParts: 10 });
    expect(reading.stopped?.reason).toBe('too-large');
    expect(reading.parts).toHaveLength(10);
  });

  it('stops at sections that expand too far', async () => {
    shop.write('zeros.c', 'int main(void) { return 0; }\n');
    shop.write('zeros', Buffer.alloc(1_000_000));
    shop.run('gcc', ['-c', '-o', 'zeros.o', 'zeros.c']);
    shop.run('objcopy', ['--add-section', '.debug_zero=zeros', 'zeros.o', 'added.o']);
    shop.run('objcopy', ['--compress-debug-sections=zlib', 'added.o', 'bomb.o']);
    const data = shop.read('bomb.o');
    expect((await readWith(elf, data, { expandedBytes: 1_100_000 })).stopped).toBeUndefined();
    const reading = await readWith(elf, data, { expandedBytes: 500_000 });
    expect(reading.stopped?.reason).toBe('too-large');
  });

  it('leaves sections compressed with zstd to the reader of zstd', async () => {
    const data = Buffer.from(compile('zlib', '-gz'));
    const table = Number(data.readBigUInt64LE(40));
    const reading = await readWith(elf, data);
    const at = reading.parts.find(({ name }) => name === '.debug_info (compressed)')?.offset ?? 0;
    expect(table).toBeGreaterThan(at);
    data.writeUInt32LE(2, at);
    const { parts, stopped } = await readWith(elf, data);
    expect(stopped).toBeUndefined();
    expect(parts.find(({ name }) => name === '.debug_info.zst')?.offset).toBe(at + 24);
  });

  it('reads by segments what has no section headers', async () => {
    const data = Buffer.from(plain);
    data.writeBigUInt64LE(0n, 40);
    data.writeUInt16LE(0, 60);
    data.writeUInt16LE(0, 62);
    const reading = await readWith(elf, data);
    expect(coverProblem(reading, data.length)).toBeUndefined();
    const names = reading.parts.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['PT_LOAD', 'PT_INTERP', 'PT_NOTE#2']));
    expect(
      reading.parts.flatMap(({ fields }) => fields.filter(({ name }) => name === 'build-id')),
    ).toHaveLength(1);
  });

  it('sees a signature behind a kernel module', async () => {
    const object = compile('module.o', '-c');
    const signed = (byte: number): Buffer => {
      const trailer = Buffer.alloc(12);
      trailer.writeUInt8(2, 2);
      trailer.writeUInt32BE(100, 8);
      return Buffer.concat([
        object,
        Buffer.alloc(100, byte),
        trailer,
        Buffer.from('~Module signature appended~\n'),
      ]);
    };
    expect(await differing(elf, signed(1), signed(2))).toEqual(['module signature']);
    expect(await differing(elf, object, signed(2))).toEqual(['module signature']);
    const reading = await readWith(elf, signed(1));
    expect(fieldOf(reading, 'module signature', 'signature')?.kind).toBe('signature');
    expect(reading.parts.find(({ name }) => name === 'module signature')?.size).toBe(140);
  });

  it('takes no other content for code', async () => {
    const { parts } = await readWith(elf, plain);
    const data = parts.find(({ name }) => name === '.rodata');
    const part = sliceContent(contentOf(plain), data?.offset ?? 0, data?.size ?? 0);
    expect(await elfFunctions.detect(new Uint8Array(), part, '.rodata')).toBe(false);
    expect(await elfFunctions.detect(plain, contentOf(plain), 'plain')).toBe(false);
    const shorter = sliceContent(contentOf(plain), 4096, 3);
    expect(await elfFunctions.detect(plain, shorter, '.text')).toBe(false);
  });

  it('cuts code by damaged symbols without failing', async () => {
    const { parts } = await readWith(elf, plain);
    const [text, symbols, names] = ['.text', '.symtab', '.strtab'].map((name) =>
      parts.find((part) => part.name === name),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.boolean(), fc.nat(880), fc.nat(255)), { minLength: 1, maxLength: 40 }),
        async (edits) => {
          const data = Buffer.from(plain);
          for (const [inNames, at, value] of edits)
            data[((inNames ? names : symbols)?.offset ?? 0) + at] = value;
          const content = {
            ...sliceContent(contentOf(data), text?.offset ?? 0, text?.size ?? 0),
            bytesRead: 0,
          };
          const reading = await readWith(elfFunctions, text?.bytes ?? data, { content });
          expect(coverProblem(reading, text?.size ?? 0)).toBeUndefined();
        },
      ),
      { numRuns: 100 },
    );
  });

  it('is total, bounded and the same twice for damaged ones', async () => {
    await checkTotal(elf, [
      plain,
      compile('object', '-c'),
      compile('packed', '-gz'),
      compile('old', '-gdwarf-4', '-s'),
    ]);
  });
});

describe.skipIf(!hasProgram('go', 'version'))('elf, as Go makes it (needs go)', () => {
  const shop = new Workshop();
  afterAll(() => shop.remove());

  it('tells what `go version -m` tells', async () => {
    shop.write('go.mod', 'module example.org/hello\n\ngo 1.18\n');
    shop.write('main.go', 'package main\n\nfunc main() { println("hello") }\n');
    const cache = { GOCACHE: shop.path('cache'), GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' };
    shop.run('go', ['build', '-trimpath', '-o', 'hello', '.'], cache);
    const reading = await readWith(elf, shop.read('hello'));
    const told = shop.run('go', ['version', '-m', 'hello']).trimEnd().split('\n');
    const fields = reading.parts.find(({ name }) => name === '.go.buildinfo')?.fields ?? [];
    expect(`hello: ${fieldOf(reading, '.go.buildinfo', 'go version')?.value ?? ''}`).toBe(told[0]);
    for (const line of told.slice(1)) {
      const [, word = '', ...rest] = line.split('\t');
      const [, key, value] = /^([^=]*)=(.*)$/.exec(rest.join('\t')) ?? [];
      const name = word === 'build' ? `build ${key ?? ''}` : word;
      const wanted = (word === 'build' ? (value ?? '') : rest.join(' ')).trim();
      expect(fields.find((field) => field.name === name)?.value.trim(), name).toBe(wanted);
    }
    expect(fieldOf(reading, '.note.go.buildid', 'Go build ID')?.value).toBe(
      shop.run('go', ['tool', 'buildid', 'hello']).trim(),
    );
    const functions = await functionsOf(shop.read('hello'));
    expect(functions.parts.some(({ name }) => name === '.text:main.main')).toBe(true);
  });
});
