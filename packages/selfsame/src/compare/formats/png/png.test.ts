import { crc32 as zlibCrc32, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkTotal } from '../structure/testing-fuzz.js';
import { coverProblem, differing, fieldOf, readWith } from '../structure/testing.js';
import { png } from './png.js';

/** CRC-32 of a chunk; Node 20.19 has none of its own that is typed everywhere, and readers do not check it. */
const crc = (data: Buffer): number => (typeof zlibCrc32 === 'function' ? zlibCrc32(data) : 0);

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc(body));
  return Buffer.concat([size, body, sum]);
}

const pixels = Buffer.from(
  Array.from({ length: 8 * 25 }, (_, index) => (index % 25 === 0 ? 0 : index % 251)),
);
const header = Buffer.from([0, 0, 0, 8, 0, 0, 0, 8, 8, 2, 0, 0, 0]);

interface Options {
  readonly time?: readonly number[];
  readonly level?: number;
  readonly text?: string;
  readonly data?: Buffer;
  readonly pieces?: number;
}

function image({
  time = [26, 11, 21, 12, 0, 5],
  level = 9,
  text = 'one',
  data = pixels,
  pieces = 2,
}: Options = {}): Buffer {
  const packed = deflateSync(data, { level });
  const step = Math.ceil(packed.length / pieces);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('tIME', Buffer.from([0x07, 0xea, ...time.slice(1)])),
    chunk('tEXt', Buffer.from(`Software\0drawn by ${text}`)),
    chunk('tEXt', Buffer.from('date:create\x002026-11-21T12:00:00+00:00')),
    chunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), deflateSync('packed text')])),
    chunk('iTXt', Buffer.concat([Buffer.from('Title\0\x01\0de\0Titel\0'), deflateSync('Größe')])),
    ...Array.from({ length: pieces }, (_, index) =>
      chunk('IDAT', packed.subarray(index * step, (index + 1) * step)),
    ),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('png', () => {
  it('covers every byte, and decompresses pixels', async () => {
    const data = image();
    const reading = await readWith(png, data);
    expect(reading.stopped).toBeUndefined();
    expect(coverProblem(reading, data.length)).toBeUndefined();
    expect(reading.parts.map(({ name }) => name)).toEqual([
      'signature',
      'IHDR',
      'tIME',
      'tEXt',
      'tEXt#2',
      'zTXt',
      'iTXt',
      'IDAT (compressed)',
      'IDAT (compressed)#2',
      'IEND',
      'IDAT',
    ]);
    expect(Buffer.from(reading.parts.at(-1)?.bytes ?? [])).toEqual(Buffer.from(pixels));
  });

  it('tells times and texts', async () => {
    const data = image();
    const reading = await readWith(png, data);
    expect(fieldOf(reading, 'tIME', 'tIME')).toMatchObject({
      kind: 'time',
      value: '2026-11-21T12:00:05Z',
      seconds: Date.UTC(2026, 10, 21, 12, 0, 5) / 1000,
    });
    const software = fieldOf(reading, 'tEXt', 'Software');
    expect(software).toMatchObject({ kind: 'version', value: 'drawn by one' });
    expect(data.toString('latin1', software?.offset).startsWith('drawn by one')).toBe(true);
    expect(fieldOf(reading, 'tEXt#2', 'date:create')).toMatchObject({
      kind: 'time',
      seconds: Date.UTC(2026, 10, 21, 12) / 1000,
    });
    expect(fieldOf(reading, 'zTXt', 'Comment')?.value).toBe('packed text');
    expect(fieldOf(reading, 'iTXt', 'Title')?.value).toBe('Größe');
  });

  it('finds one thing that differs, and only that', async () => {
    expect(await differing(png, image(), image({ time: [26, 11, 21, 12, 0, 6] }))).toEqual([
      'tIME',
    ]);
    expect(await differing(png, image(), image({ text: 'two' }))).toEqual(['tEXt']);
    // Other compression of the same pixels is no other image.
    expect(await differing(png, image(), image({ level: 0, pieces: 3 }))).toEqual([]);
    const other = Buffer.from(pixels);
    other[30] = 255;
    expect(await differing(png, image(), image({ data: other }))).toEqual(['IDAT']);
  });

  it('stops at pixels that expand too far', async () => {
    const reading = await readWith(png, image({ data: Buffer.alloc(1_000_000) }), {
      expandedBytes: 500_000,
    });
    expect(reading.stopped?.reason).toBe('too-large');
  });

  it('is total, bounded and the same twice for damaged ones', async () => {
    await checkTotal(png, [image(), image({ level: 0 })], 400);
  });
});
