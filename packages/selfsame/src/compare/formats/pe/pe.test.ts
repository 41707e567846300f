import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkTotal } from '../structure/testing-fuzz.js';
import { hasProgram, Workshop } from '../structure/testing-tools.js';
import { coverProblem, differing, fieldOf, readWith } from '../structure/testing.js';
import { pe } from './pe.js';

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const program = fixture('lld.exe');
const object = fixture('llvm.obj');

/** The fixture with `change` applied to a copy. */
function changed(change: (data: Buffer) => void, data = program): Buffer {
  const copy = Buffer.from(data);
  change(copy);
  return copy;
}

const coff = program.readUInt32LE(60) + 4;

/** The program with a certificate table behind it. */
const signed = (byte: number): Buffer =>
  changed(
    (data) => {
      data.writeUInt32LE(program.length, coff + 20 + 112 + 4 * 8);
      data.writeUInt32LE(64, coff + 20 + 112 + 4 * 8 + 4);
    },
    Buffer.concat([program, Buffer.alloc(64, byte)]),
  );

describe('pe', () => {
  it('covers every byte of images and objects', async () => {
    for (const [data, sections] of [
      [program, ['.text', '.rdata', '.data']],
      [object, ['.text', '.data', '.rdata', 'symbol table', 'string table']],
    ] as const) {
      const reading = await readWith(pe, data);
      expect(reading.stopped).toBeUndefined();
      expect(coverProblem(reading, data.length)).toBeUndefined();
      expect(reading.parts.map(({ name }) => name)).toEqual(expect.arrayContaining([...sections]));
    }
  });

  it('is not every file with MZ, nor every object', async () => {
    const content = { size: 0, file: undefined, stream: () => expect.unreachable() };
    const detect = (data: Buffer, name: string) =>
      pe.detect(
        data,
        { ...content, read: (at, length) => Promise.resolve(data.subarray(at, at + length)) },
        name,
      );
    expect(await detect(program, 'x')).toBe(true);
    expect(await detect(Buffer.from(`MZ${'x'.repeat(80)}`), 'x.exe')).toBe(false);
    expect(await detect(object, 'hello.obj')).toBe(true);
    expect(await detect(object, 'hello.bin')).toBe(false);
    expect(await detect(Buffer.alloc(100), 'zeros.obj')).toBe(false);
  });

  it('tells times, checksum, path and id of debug information', async () => {
    const reading = await readWith(pe, program);
    expect(fieldOf(reading, undefined, 'TimeDateStamp')).toMatchObject({
      kind: 'time',
      value: '2026-09-21T14:13:20Z',
      seconds: 1_790_000_000,
      offset: coff + 4,
    });
    expect(fieldOf(reading, undefined, 'TimeDateStamp of debug entry')?.seconds).toBe(
      1_790_000_000,
    );
    expect(fieldOf(reading, undefined, 'CheckSum')?.kind).toBe('checksum');
    const path = fieldOf(reading, undefined, 'PDB path');
    expect(path?.value).toBe('C:\\build\\one\\hello.pdb');
    expect(program.toString('latin1', path?.offset).startsWith('C:\\build\\one\\hello.pdb\0')).toBe(
      true,
    );
    expect(fieldOf(reading, undefined, 'PDB GUID')?.value).toMatch(
      /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/,
    );
  });

  it.skipIf(!hasProgram('objdump'))('tells what objdump tells (needs binutils)', async () => {
    const shop = new Workshop();
    try {
      shop.write('a.exe', program);
      const dump = shop.run('objdump', ['-p', 'a.exe']);
      const reading = await readWith(pe, program);
      const shown = new Date(`${/^Time\/Date\s+(.*)$/m.exec(dump)?.[1] ?? ''} UTC`);
      expect(fieldOf(reading, undefined, 'TimeDateStamp')?.seconds).toBe(shown.getTime() / 1000);
      expect(fieldOf(reading, undefined, 'SizeOfStackReserve')?.value).toBe(
        `0x${/SizeOfStackReserve\s+0*([0-9a-f]+)/.exec(dump)?.[1] ?? ''}`,
      );
      const sections = shop
        .run('objdump', ['-h', 'a.exe'])
        .matchAll(/^ +\d+ (\.\w+) +([0-9a-f]{8}) +\S+ +\S+ +([0-9a-f]{8})/gm);
      for (const [, name, , offset] of sections)
        expect(reading.parts.find((part) => part.name === name)?.offset).toBe(
          parseInt(offset ?? '', 16),
        );
    } finally {
      shop.remove();
    }
  });

  it('finds one thing that differs, and only that', async () => {
    const time = changed((data) => data.writeUInt32LE(1_790_086_400, coff + 4));
    expect(await differing(pe, program, time)).toEqual([':TimeDateStamp']);
    const sum = changed((data) => data.writeUInt32LE(1234, coff + 20 + 64));
    expect(await differing(pe, program, sum)).toEqual([':CheckSum']);
    const text = changed((data) => data.write('SOME', data.indexOf('some data')));
    expect(await differing(pe, program, text)).toEqual(['.data']);
    const path = changed((data) => data.write('two', data.indexOf('one\\hello')));
    expect(await differing(pe, program, path)).toEqual(['.rdata', ':PDB path']);
    const symbol = changed((data) => data.write('X', data.length - 3), object);
    expect(await differing(pe, object, symbol)).toEqual(['string table']);
  });

  it('tells signatures from the rest', async () => {
    expect(await differing(pe, signed(1), signed(2))).toEqual(['certificate table']);
    expect(fieldOf(await readWith(pe, signed(1)), 'certificate table', 'signature')?.kind).toBe(
      'signature',
    );
    expect(await differing(pe, program, signed(1))).toEqual(['certificate table']);
  });

  it('finds the Rich header in the stub', async () => {
    const key = 0x12345678;
    const rich = (tool: number): Buffer =>
      changed((data) => {
        const words = [0x536e6144, 0, 0, 0, tool, 2].map((word) => (word ^ key) >>> 0);
        words.forEach((word, index) => data.writeUInt32LE(word, 64 + index * 4));
        data.write('Rich', 64 + 24);
        data.writeUInt32LE(key, 64 + 28);
      });
    expect(await differing(pe, rich(1), rich(2))).toEqual(['Rich header']);
  });

  it('is total, bounded and the same twice for damaged ones', async () => {
    await checkTotal(pe, [program, object, signed(1)], 400);
  });
});
