import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readWith } from '../structure/testing.js';
import { elf } from './elf.js';
import { firstSection, makeElf } from './testing.js';

const many = <T>(count: number, of: T): T[] => Array.from({ length: count }, () => of);

describe('programs of strangers', () => {
  it('have their debugging information read once, however many sections are called so', async () => {
    const header = Buffer.alloc(24);
    header.writeUInt32LE(1, 0);
    header.writeBigUInt64LE(2n ** 22n, 8);
    const bytes = Buffer.concat([header, deflateSync(Buffer.alloc(2 ** 22))]);
    const packed = { name: '.debug_info', flags: 0x800 };
    const others = many(200, { ...packed, offset: firstSection + 1, size: bytes.length });
    const reading = await readWith(elf, makeElf([{ ...packed, bytes }, ...others]), {
      expandedBytes: 16 * 2 ** 20,
    });
    expect(reading.stopped).toBeUndefined();
  });

  it('pay for each table that they have, though all are the same bytes', async () => {
    const bytes = Buffer.alloc(2 ** 20, 'x');
    const tables = many(300, { name: '.hash', offset: firstSection, size: bytes.length });
    const file = makeElf([{ name: '.text', bytes }, ...tables]);
    const reading = await readWith(elf, file, { expandedBytes: 64 * 2 ** 20 });
    expect(reading.stopped?.reason).toBe('too-large');
    expect(reading.bytesRead).toBeLessThan(128 * 2 ** 20);
  });

  it('have no unit that is longer than they are, no number without end, and no end of declarations', async () => {
    const unit = (length: number): Buffer => {
      const data = Buffer.alloc(11);
      data.writeUInt32LE(length, 0);
      data.writeUInt16LE(4, 4);
      data[10] = 8;
      return data;
    };
    const endless = Buffer.alloc(65_536, 0x80);
    const infos = [
      Buffer.alloc(4096, 0xff),
      Buffer.concat([unit(0xfffffff0), Buffer.alloc(9000, 1)]),
      ...[0, 7].map((length) => Buffer.concat(many(2000, unit(length)))),
    ];
    for (const info of infos)
      for (const abbreviations of [
        endless,
        Buffer.alloc(65_536, 1),
        Buffer.from('\x01\x11\0\x03\x08'),
      ])
        for (const text of ['evil', 'good']) {
          const file = makeElf([
            { name: '.text', flags: 6, bytes: Buffer.from(text) },
            { name: '.debug_info', bytes: info },
            { name: '.debug_abbrev', bytes: abbreviations },
          ]);
          const reading = await readWith(elf, file);
          expect(reading.stopped).toBeUndefined();
          const found = reading.parts.find(({ name }) => name === '.text');
          expect(Buffer.from(found?.bytes ?? []).toString()).toBe(text);
          expect(reading.bytesRead).toBeLessThan(40 * file.length + 2 ** 25);
        }
  });
});
