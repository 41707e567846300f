import type { Content, Field, Format, FormatAccess } from '../format.js';
import { inflated, prefixOf } from '../structure/inflate.js';
import { hexText } from '../reading/text.js';
import { layOut, type Piece } from '../structure/layout.js';
import { tableField } from '../structure/table-field.js';
import { boundHeld, scanObjects, type PdfObject, type PdfRest } from './objects.js';
import { dictionaryFields, xmpFields } from './pdf-fields.js';

/** Of streams that are looked into for times and ids. */
const longestText = 1024 * 1024;
const longestRest = 256 * 1024;

/** Documents in PDF: objects, with streams decompressed. */
export const pdf: Format = {
  name: 'pdf',
  kind: 'structure',
  // Readers allow for other bytes before it; sources of programs name it too.
  detect(head, _content, name) {
    const at = Buffer.from(head.subarray(0, 1024)).toString('latin1').indexOf('%PDF-');
    return at === 0 || (at > 0 && /\.pdf$/i.test(name));
  },
  async *parts(content, access) {
    const objects = await scanObjects(content, access);
    const rests = new Map<PdfRest, string>();
    const hold = boundHeld();
    for (const one of objects)
      if (!('name' in one)) {
        const data = await content.read(one.start, Math.min(longestRest, one.end - one.start));
        hold(data.length);
        rests.set(one, Buffer.from(data).toString('latin1'));
      }
    const encrypted = objects.some((one) =>
      /\/Encrypt\b/.test('name' in one ? one.text : (rests.get(one) ?? '')),
    );
    const pieces: Piece[] = [];
    let before = 'the start';
    for (const one of objects)
      if ('name' in one) {
        pieces.push(...(await objectPieces(content, one, encrypted, access)));
        before = one.name;
      } else pieces.push(...(await restPieces(content, one, rests.get(one) ?? '', before)));
    yield* layOut(pieces, content, access.maximumParts);
  },
};

async function objectPieces(
  content: Content,
  { name, start, text, stream, tail, end }: PdfObject,
  encrypted: boolean,
  access: FormatAccess,
): Promise<Piece[]> {
  const own = dictionaryFields(text, start);
  if (stream === undefined) return [{ name, offset: start, size: end - start, fields: own }];
  const body = (): AsyncIterable<Uint8Array> => streamBytes(content, stream, access);
  const packed = !encrypted && isDeflated(text, await content.read(stream.start, 2));
  const fields = encrypted
    ? []
    : await streamFields(content, text, stream, packed ? body : undefined);
  // Numbers and offsets of other objects: readers find by them what a document is.
  const derived = /\/Type\s*\/XRef\b/.test(text);
  const { start: from, end: to } = stream;
  const table = derived
    ? [await tableField(content, 'all of it', { offset: from, size: to - from })]
    : [];
  return [
    { name, offset: start, size: stream.start - start, fields: own },
    {
      name: `${name} stream`,
      offset: stream.start,
      size: stream.end - stream.start,
      fields: [...fields, ...table],
      derived,
      ...(packed && { decoded: { size: 0, body } }),
    },
    {
      name: `${name} end`,
      offset: stream.end,
      size: end - stream.end,
      fields: otherText(tail, '\nendstream\n', stream.end),
      derived: true,
    },
  ].filter(({ size }) => size > 0);
}

/** What of derived bytes does not follow from others, unless they are as they usually are. */
function otherText(text: string, usual: string, offset: number): Field[] {
  if (text === usual) return [];
  return [
    { name: 'all of it', kind: 'other', value: hexText(Buffer.from(text, 'latin1')), offset },
  ];
}

/** What a stream holds, and what stands behind its data but for the end of a line, which many writers put there. */
async function* streamBytes(
  content: Content,
  { start, end }: { readonly start: number; readonly end: number },
  access: FormatAccess,
): AsyncGenerator<Uint8Array> {
  const packed = { consumed: 0 };
  yield* inflated(content.stream(start, end), access, true, packed);
  const at = start + packed.consumed;
  const isLineEnd =
    end - at <= 2 && /^[\r\n]*$/.test(Buffer.from(await content.read(at, end - at)).toString());
  if (!isLineEnd) yield* content.stream(at, end);
}

/** The first, or only, filter is FlateDecode, and the stream begins as RFC 1950 has it. */
function isDeflated(text: string, head: Uint8Array): boolean {
  const [method = 0, flags = 0] = head;
  return (
    /\/Filter\s{0,16}\[?\s{0,16}\/(?:FlateDecode|Fl)\b/.test(text) &&
    (method & 15) === 8 &&
    (method * 256 + flags) % 31 === 0
  );
}

/** Of streams of objects, in which the information dictionary may be, and of metadata. */
async function streamFields(
  content: Content,
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  body: (() => AsyncIterable<Uint8Array>) | undefined,
): Promise<Field[]> {
  const fieldsOf = /\/Type\s*\/ObjStm\b/.test(text)
    ? dictionaryFields
    : /\/Type\s*\/Metadata\b/.test(text)
      ? xmpFields
      : undefined;
  if (fieldsOf === undefined) return [];
  const data =
    body === undefined
      ? await content.read(start, Math.min(longestText, end - start))
      : await prefixOf(body(), longestText);
  return fieldsOf(Buffer.from(data).toString('latin1'), body === undefined ? start : undefined);
}

/** The header, tables of cross-references (derived), trailers with their ids, white space. */
async function restPieces(
  content: Content,
  { start, end }: PdfRest,
  text: string,
  before: string,
): Promise<Piece[]> {
  const piece = (name: string, from: number, to: number, fields: readonly Field[] = []): Piece => ({
    name,
    offset: start + from,
    size: to - from,
    fields,
  });
  const length = end - start;
  const isWhole = text.length === length;
  if (start === 0) return [piece('header', 0, length)];
  if (/^\s*$/.test(text) && isWhole) {
    const fields = otherText(text, '\n', start);
    return [{ ...piece(`space after ${before}`, 0, length, fields), derived: true }];
  }
  const table = text.search(/\bxref\b/);
  const trailer = text.indexOf('trailer');
  const startxref = text.indexOf('startxref');
  const places = [table, trailer, startxref].filter((at) => at !== -1);
  const cuts = [...new Set([0, ...places])].sort((a, b) => a - b);
  const pieces: Piece[] = [];
  for (const [index, at] of cuts.entries()) {
    const to = cuts[index + 1] ?? length;
    if (at === trailer) {
      const fields = dictionaryFields(text.slice(at, to), start + at);
      pieces.push(piece('trailer', at, to, fields));
    } else if (at === table || at === startxref) {
      const name = at === table ? 'cross-references' : 'startxref';
      const place = { offset: start + at, size: to - at };
      const fields = [await tableField(content, 'all of it', place)];
      pieces.push({ ...piece(name, at, to, fields), derived: at === table || isWhole });
    } else pieces.push(piece(`after ${before}`, at, to));
  }
  return pieces.filter(({ size }) => size > 0);
}
