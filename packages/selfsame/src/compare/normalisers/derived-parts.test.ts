import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasProgram, Workshop } from '../formats/structure/testing-tools.js';
import { normalisers } from './normalisers.js';
import { reportIn } from './testing.js';

let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'derived-parts-test-'));
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const verdict = async (a: Buffer, b: Buffer, ignored: readonly string[]) =>
  (await reportIn(scratch, a, b, ignored)).verdict;

const all = normalisers.map(({ name }) => name);
const allBut = (...names: readonly string[]) => all.filter((name) => !names.includes(name));

const flipped = (data: Buffer, at: number, bits = 1): Buffer => {
  const other = Buffer.from(data);
  other[at] = (other[at] ?? 0) ^ bits;
  return other;
};

/** Bytes of `b` that can be changed beside what is ignored, so that nothing is left of the difference. */
async function hiddenChanges(
  a: Buffer,
  b: Buffer,
  ignored: readonly string[],
  places: Iterable<number>,
): Promise<number[]> {
  expect(await verdict(a, b, ignored)).toBe('equal-after-ignoring');
  const hidden: number[] = [];
  for (const at of places)
    if ((await verdict(a, flipped(b, at), ignored)) === 'equal-after-ignoring') hidden.push(at);
  return hidden;
}

function* range(from: number, to: number, step = 1): Generator<number> {
  for (let at = from; at < to; at += step) yield at;
}

const fixture = (name: string): Buffer =>
  gunzipSync(readFileSync(new URL(`../formats/macho/fixtures/${name}.gz`, import.meta.url)));

describe('parts of Mach-O files that are made from others', () => {
  it('hide no load command beside a UUID', async () => {
    const a = fixture('library.dylib');
    const end = 32 + a.readUInt32LE(20);
    const id = a.indexOf(Buffer.from([0x1b, 0, 0, 0, 24, 0, 0, 0]), 32) + 8;
    const places = [...range(0, end, 5)].filter((at) => at < id || at >= id + 16);
    expect(await hiddenChanges(a, flipped(a, id), ['build-id'], places)).toEqual([]);
  });

  it('hide no name of a library beside another', async () => {
    const a = fixture('library.dylib');
    const at = a.indexOf('one/lib');
    const end = at + 'one/lib'.length;
    const b = Buffer.from(a);
    b.write('three', at);
    expect(await hiddenChanges(a, b, ['file-names'], range(end + 1, end + 5))).toEqual([]);
  });

  it('hide no header of universal files beside a UUID', async () => {
    const library = fixture('library.dylib');
    const of = (slice: Buffer) => {
      const header = Buffer.alloc(4096);
      [0xcafebabe, 1, 0x01000007, 3, 4096, slice.length, 12].forEach((word, index) =>
        header.writeUInt32BE(word, index * 4),
      );
      return Buffer.concat([header, slice]);
    };
    const id = library.indexOf(Buffer.from([0x1b, 0, 0, 0, 24, 0, 0, 0]), 32) + 8;
    const [a, b] = [of(library), of(flipped(library, id))];
    expect(await hiddenChanges(a, b, ['build-id'], range(0, 28))).toEqual([]);
  });
});

/** A chunk of PNG (ISO/IEC 15948, 5.3). */
function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([size, body, sum]);
}

const pixels = Buffer.from(Array.from({ length: 8 * 25 }, (_, at) => at % 25 && at % 7));

function image(packed: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', Buffer.from([0, 0, 0, 8, 0, 0, 0, 8, 8, 2, 0, 0, 0])),
    chunk('IDAT', packed.subarray(0, 9)),
    chunk('IDAT', packed.subarray(9)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('compressed pixels', () => {
  const packed = (level: number) => deflateSync(pixels, { level });

  it('are other bytes for the same content, and nothing but that is hidden', async () => {
    const [a, b] = [image(packed(9)), image(packed(1))];
    expect(await verdict(a, b, allBut('compression'))).toBe('differs');
    expect(await hiddenChanges(a, b, ['compression'], range(0, b.length))).toEqual([]);
  });

  it('hide no byte behind them', async () => {
    const more = image(Buffer.concat([packed(1), Buffer.from('more')]));
    expect(await verdict(image(packed(9)), more, all)).toBe('differs');
  });
});

/** A document with a table that says where its objects are, its stream deflated at a level. */
function document(level: number): Buffer {
  const chunks = ['%PDF-1.4\n'];
  const starts: number[] = [];
  const add = (text: string): void => {
    chunks.push(text);
  };
  const size = (): number => chunks.join('').length;
  const packed = deflateSync('BT (a page) Tj ET\n'.repeat(9), { level }).toString('latin1');
  const objects = [
    '<</Type /Catalog>>',
    `<</Filter /FlateDecode /Length ${' '.repeat(3 - String(packed.length).length)}${packed.length}>>\nstream\n${packed}\nendstream`,
    '<</Title(old)>>',
  ];
  objects.forEach((text, index) => {
    starts.push(size());
    add(`${index + 1} 0 obj\n${text}\nendobj\n`);
  });
  const table = size();
  const rows = starts.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`);
  add(`xref\n0 4\n0000000000 65535 f \n${rows.join('')}trailer\n<</Size 4 /Root 1 0 R>>\n`);
  add(`startxref\n${table}\n%%EOF\n`);
  return Buffer.from(chunks.join(''), 'latin1');
}

describe('parts of PDF documents that are made from others', () => {
  it('hide nothing beside streams that are compressed as other bytes', async () => {
    const [a, b] = [document(9), document(1)];
    expect(await verdict(a, b, allBut('compression'))).toBe('differs');
    const data = [b.indexOf('>>\nstream\n') + 10, b.indexOf('\nendstream')] as const;
    const places = [...range(0, data[0], 3), ...range(data[1], b.length, 3)];
    expect(await hiddenChanges(a, b, ['compression'], places)).toEqual([]);
  });
});

describe('headers of compiled modules of Python', () => {
  const shop = new Workshop();
  afterAll(() => shop.remove());

  it.skipIf(!hasProgram('python3'))('hide nothing beside a time (needs python3)', async () => {
    shop.write('x.py', 'x = 1\n');
    const script = `import os, py_compile
os.utime('x.py', (1000000000, 1000000000))
py_compile.compile('x.py', 'x.pyc', invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)`;
    shop.run('python3', ['-c', script]);
    const a = shop.read('x.pyc');
    const places = [...range(0, 8), ...range(12, 16)];
    expect(await hiddenChanges(a, flipped(a, 8), ['mtime'], places)).toEqual([]);
  });
});

/** An archive of cpio (newc) with a signature, and data behind the name of its trailer. */
function archive(signature: string, data: string, zeros = 0): Buffer {
  const pad = (text: string): string => text.padEnd(Math.ceil(text.length / 4) * 4, '\0');
  const member = (name: string, text: string): string => {
    const numbers = [0, 0o100644, 0, 0, 1, 0, text.length, 0, 0, 0, 0, name.length + 1, 0];
    const header = numbers.map((value) => value.toString(16).toUpperCase().padStart(8, '0'));
    return pad(`070701${header.join('')}${name}\0`) + pad(text);
  };
  const members = member('a.sig', signature) + member('TRAILER!!!', data);
  return Buffer.from(members + '\0'.repeat(zeros), 'latin1');
}

describe('the end of an archive', () => {
  it('hides no data beside a signature', async () => {
    const a = archive('one', 'good');
    expect(await verdict(a, archive('two', 'good'), ['signature'])).toBe('equal-after-ignoring');
    expect(await verdict(a, archive('two', 'evil'), ['signature'])).toBe('differs');
  });

  it('hides zeros only as far as they fill a block', async () => {
    const fill = (signature: string): Buffer => {
      const { length } = archive(signature, '');
      return archive(signature, '', 512 - (length % 512));
    };
    const a = fill('one');
    expect(await verdict(a, fill('a longer one'), ['signature'])).toBe('equal-after-ignoring');
    const more = Buffer.concat([fill('a longer one'), Buffer.alloc(8)]);
    expect(await verdict(a, more, ['signature'])).toBe('differs');
  });
});

describe.skipIf(!hasProgram('gcc') || !hasProgram('ar'))('parts made from compiled code', () => {
  const shop = new Workshop();
  afterAll(() => shop.remove());

  /** An archive of two objects whose debugging data tells another path each time. */
  const archive = (path: string): Buffer => {
    const text = 'int first(void) { return 1; }\nint second(void) { return 2; }\n';
    shop.write('one.c', text);
    shop.write('two.c', text.replaceAll('first', 'third').replaceAll('second', 'fourth'));
    for (const name of ['one', 'two'])
      shop.run('gcc', ['-g', `-ffile-prefix-map=${shop.directory}=${path}`, '-c', `${name}.c`]);
    shop.run('ar', ['rcsD', `${path.length}.a`, 'one.o', 'two.o']);
    return shop.read(`${path.length}.a`);
  };

  it('hide no symbol of an archive, nor where it is, beside debugging data', async () => {
    const [a, b] = [archive('/short'), archive('/much/longer/than/that'.repeat(20))];
    const size = Number(b.toString('latin1', 8 + 48, 8 + 58));
    const found = await hiddenChanges(a, b, allBut('order'), range(68, 68 + size));
    expect(found).toEqual([]);
  });

  it('hide no zeros behind a program beside its debugging data', async () => {
    const linked = (path: string): Buffer => {
      shop.write('main.c', 'int main(void) { return 0; }\n');
      shop.run('gcc', [
        '-g',
        `-ffile-prefix-map=${shop.directory}=${path}`,
        '-o',
        'main',
        'main.c',
      ]);
      return shop.read('main');
    };
    const [a, b] = [linked('/short'), linked('/much/longer')];
    expect(await verdict(a, b, ['debug-sections', 'build-id'])).toBe('equal-after-ignoring');
    const more = Buffer.concat([b, Buffer.alloc(1000)]);
    expect(await verdict(a, more, ['debug-sections', 'build-id'])).toBe('differs');
  });
});
