import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkTotal } from '../structure/testing-fuzz.js';
import { hasProgram, Workshop } from '../structure/testing-tools.js';
import { contentOf, coverProblem, differing, fieldOf, readWith } from '../structure/testing.js';
import { pdf } from './pdf.js';

const page = 'BT /F1 12 Tf (a page of text) Tj ET\n'.repeat(20);
const metadata = (time: string): string =>
  `<x:xmpmeta><rdf:Description><xmp:CreateDate>${time}</xmp:CreateDate></rdf:Description>
<rdf:Description xmpMM:InstanceID="uuid:1234"/></x:xmpmeta>`;

interface Options {
  readonly date?: string;
  readonly id?: string;
  readonly page?: string;
  readonly level?: number;
  readonly time?: string;
  readonly trailer?: string;
}

/** A document, with tables of cross-references that nobody checks. */
function document(options: Options = {}): Buffer {
  const { date = "D:20261121133000+01'00'", id = 'ab12', level = 9, trailer = '' } = options;
  const packed = deflateSync(options.page ?? page, { level });
  const info = deflateSync(`7 0 8 60 <</Producer(in a stream)>> <</ModDate(${date})>>`);
  const stream = (number: number, dictionary: string, data: Buffer, direct = true): Buffer =>
    Buffer.concat([
      Buffer.from(
        `${number} 0 obj\n<<${dictionary} /Length ${direct ? data.length : '99 0 R'}>>\nstream\r\n`,
      ),
      data,
      Buffer.from('\nendstream\nendobj\n'),
    ]);
  return Buffer.concat([
    Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1'),
    Buffer.from('1 0 obj\n<</Type /Catalog /Pages 2 0 R>>\nendobj\n'),
    Buffer.from(`2 0 obj\n<</CreationDate(${date}) /Title(up stream \\(here\\))>>\nendobj\n`),
    stream(3, '/Filter /FlateDecode', packed),
    stream(4, '/Filter [/FlateDecode]', packed, false),
    stream(5, '/Type /Metadata', Buffer.from(metadata(options.time ?? '2026-11-21T12:30:00Z'))),
    stream(6, '/Type /ObjStm /Filter /FlateDecode', info),
    Buffer.from(`xref\n0 1\n0000000000 65535 f \ntrailer\n<</ID[<${id}><${id}>]${trailer}>>\n`),
    Buffer.from('startxref\n1234\n%%EOF\n'),
  ]);
}

describe('pdf', () => {
  it('covers every byte, and decompresses streams', async () => {
    const data = document();
    const reading = await readWith(pdf, data);
    expect(reading.stopped).toBeUndefined();
    expect(coverProblem(reading, data.length)).toBeUndefined();
    for (const name of ['object 3 stream', 'object 4 stream'])
      expect(
        Buffer.from(reading.parts.find((part) => part.name === name)?.bytes ?? []).toString(),
      ).toBe(page);
    expect(reading.parts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['header', 'object 1', 'cross-references', 'trailer', 'startxref']),
    );
  });

  it('is what begins as one, or is called one', async () => {
    const detect = (text: string, name: string) =>
      pdf.detect(Buffer.from(text), contentOf(Buffer.from(text)), name);
    expect(await detect('%PDF-1.7\n', 'x')).toBe(true);
    expect(await detect('junk\n%PDF-1.7\n', 'a.PDF')).toBe(true);
    expect(await detect('puts("%PDF-1.7");\n', 'a.c')).toBe(false);
  });

  it('tells times, ids and tools, with the zone', async () => {
    const data = document();
    const reading = await readWith(pdf, data);
    const seconds = Date.UTC(2026, 10, 21, 12, 30) / 1000;
    const created = fieldOf(reading, 'object 2', 'CreationDate');
    expect(created).toMatchObject({ kind: 'time', seconds, value: "D:20261121133000+01'00'" });
    expect(data.toString('latin1', created?.offset)).toMatch(/^\(D:20261121133000/);
    expect(fieldOf(reading, 'object 6 stream', 'ModDate')).toMatchObject({ kind: 'time', seconds });
    expect(fieldOf(reading, 'object 6 stream', 'Producer')?.value).toBe('in a stream');
    expect(fieldOf(reading, 'object 5 stream', 'xmp:CreateDate')).toMatchObject({ seconds });
    expect(fieldOf(reading, 'object 5 stream', 'xmpMM:InstanceID')?.value).toBe('uuid:1234');
    expect(fieldOf(reading, 'trailer', '/ID')).toMatchObject({ kind: 'id', value: 'ab12 ab12' });
  });

  it('finds one thing that differs, and only that', async () => {
    const plain = document();
    expect(await differing(pdf, plain, document({ id: 'cd34' }))).toEqual(['trailer']);
    expect(await differing(pdf, plain, document({ date: "D:20261121133001+01'00'" }))).toEqual([
      'object 2',
      'object 6 stream',
    ]);
    expect(await differing(pdf, plain, document({ time: '2026-11-21T12:30:01Z' }))).toEqual([
      'object 5 stream',
    ]);
    const other = document({ page: page.replace('a page', 'A page') });
    expect((await differing(pdf, plain, other)).filter((name) => name.includes('stream'))).toEqual([
      'object 3 stream',
      'object 4 stream',
    ]);
    // Other compression of the same content shows in its length only.
    expect(await differing(pdf, plain, document({ level: 1 }))).toEqual(['object 3']);
  });

  it('leaves streams of encrypted documents alone', async () => {
    const reading = await readWith(pdf, document({ trailer: ' /Encrypt 9 0 R' }));
    expect(reading.stopped).toBeUndefined();
    expect(reading.parts.some(({ name }) => name.endsWith('(compressed)'))).toBe(false);
  });

  it.skipIf(!hasProgram('pdflatex') || !hasProgram('pdfinfo', '-v'))(
    'tells what pdfinfo tells of documents by pdfTeX (needs pdflatex and pdfinfo)',
    async () => {
      const shop = new Workshop();
      try {
        shop.write('a.tex', '\\documentclass{article}\\begin{document}Text.\\end{document}\n');
        const make = (epoch: string): Buffer => {
          shop.run('pdflatex', ['-interaction=batchmode', 'a.tex'], {
            SOURCE_DATE_EPOCH: epoch,
            FORCE_SOURCE_DATE: '1',
          });
          return shop.read('a.pdf');
        };
        const data = make('1790000000');
        const reading = await readWith(pdf, data);
        expect(reading.stopped).toBeUndefined();
        expect(coverProblem(reading, data.length)).toBeUndefined();
        const told = shop.run('pdfinfo', ['-isodates', 'a.pdf']);
        const fields = reading.parts.flatMap((part) => part.fields);
        const created = fields.find(({ name }) => name === 'CreationDate');
        expect(created?.seconds).toBe(
          Date.parse(
            /CreationDate: +(\S+)/.exec(told)?.[1]?.replace(/([+-]\d\d)$/, '$1:00') ?? '',
          ) / 1000,
        );
        expect(created?.seconds).toBe(1_790_000_000);
        expect(fields.find(({ name }) => name === 'Producer')?.value).toBe(
          /Producer: +(.*)/.exec(told)?.[1],
        );
        const differ = await differing(pdf, data, make('1790000001'));
        const dated = reading.parts.filter((part) =>
          part.fields.some(({ name }) => name === 'CreationDate' || name === '/ID'),
        );
        expect(differ).toEqual(dated.map(({ name }) => name).sort());
      } finally {
        shop.remove();
      }
    },
    120_000,
  );

  it('is bounded where nothing ends', async () => {
    const data = Buffer.from('%PDF-1.7\n' + '1 0 obj <<>> stream\n'.repeat(40_000));
    const reading = await readWith(pdf, data, { maximumParts: 1_000_000 });
    expect(coverProblem(reading, data.length)).toBeUndefined();
    expect(reading.bytesRead).toBeLessThan(20 * data.length);
  });

  it('takes blanks without end for what they are, at once', async () => {
    const blanks = ' '.repeat(60_000);
    const objects = ['/Length 1', '/Filter', '/Type', '/ID [', '/CreationDate'].map(
      (key, at) => `${at} 0 obj <<${key}${blanks}x>> stream\nx\nendstream\nendobj\n`,
    );
    const data = Buffer.from(`%PDF-1.7\n${objects.join('')}`);
    const reading = await readWith(pdf, data);
    expect(coverProblem(reading, data.length)).toBeUndefined();
  }, 5000);

  it('is too large where it would be held as a whole', async () => {
    const object = `1 0 obj <<${' '.repeat(65_000)}>>\nendobj\n`;
    const data = Buffer.from('%PDF-1.7\n' + object.repeat(1100));
    const { stopped } = await readWith(pdf, data, { maximumParts: 1_000_000 });
    expect(stopped?.reason).toBe('too-large');
  });

  it('is total, bounded and the same twice for damaged ones', async () => {
    await checkTotal(pdf, [document(), document({ level: 0 })], 400);
  });
});
