import { FormatError, type Content, type Field, type Format } from '../format.js';
import { Bytes } from '../structure/bytes.js';
import { layOut, uniqueNames, type Piece } from '../structure/layout.js';
import { tableField } from '../structure/table-field.js';

/** GNU gettext manual, "The Format of GNU MO Files". */
const magic = 0x950412de;
const maximumMessages = 20_000;
const longestHeader = 65_536;

interface Catalogue {
  readonly bytes: Bytes;
  readonly count: number;
  readonly originals: number;
  readonly translations: number;
  readonly hash: { readonly offset: number; readonly size: number };
}

/** Compiled message catalogues of gettext (`.mo`, `.gmo`). */
export const gettext: Format = {
  name: 'gettext',
  kind: 'structure',
  detect: (head) =>
    head.length >= 28 &&
    (new Bytes(head, true).u32(0) === magic || new Bytes(head, false).u32(0) === magic),
  async fields(content) {
    const file = await readHeader(content);
    const offset = { name: 'revision', kind: 'version', offset: 4 } as const;
    const fields: Field[] = [
      { name: 'byte order', kind: 'other', value: file.bytes.little ? 'little' : 'big', offset: 0 },
      { ...offset, value: `${file.bytes.u32(4)}` },
    ];
    // The translation of the empty message, which sorts first.
    const first = await entry(content, file, file.originals, 0);
    const header = await entry(content, file, file.translations, 0);
    if (first === undefined || first.size > 0 || header === undefined) return fields;
    return [...fields, ...(await headerFields(content, header))];
  },
  async *parts(content, access) {
    const file = await readHeader(content);
    const table = file.count * 8;
    const tables = [
      { name: 'header', offset: 0, size: 28 },
      { name: 'table of messages', offset: file.originals, size: table },
      { name: 'table of translations', offset: file.translations, size: table },
      { name: 'hash table', ...file.hash },
    ];
    const pieces: Piece[] = [];
    // Programs find texts by them: where they stand is not believed to follow from how long they are.
    for (const place of tables)
      pieces.push({
        ...place,
        fields: [await tableField(content, 'all of it', place)],
        derived: true,
      });
    if (file.count * 2 + 16 < access.maximumParts && file.count <= maximumMessages)
      pieces.push(...(await messages(content, file)));
    yield* layOut(
      pieces.filter(({ size }) => size > 0),
      content,
      access.maximumParts,
    );
  },
};

async function readHeader(content: Content): Promise<Catalogue> {
  const head = await content.read(0, 28);
  if (head.length < 28) throw new FormatError('damaged', 'has no header');
  const little = new Bytes(head, true).u32(0) === magic;
  const bytes = new Bytes(head, little);
  return {
    bytes,
    count: Math.min(bytes.u32(8), Math.floor(content.size / 16)),
    originals: bytes.u32(12),
    translations: bytes.u32(16),
    hash: { offset: bytes.u32(24), size: bytes.u32(20) * 4 },
  };
}

interface Text {
  readonly offset: number;
  /** With the NUL that ends it. */
  readonly size: number;
}

async function entry(
  content: Content,
  file: Catalogue,
  table: number,
  index: number,
): Promise<Text | undefined> {
  const data = await content.read(table + index * 8, 8);
  if (data.length < 8 || index >= file.count) return undefined;
  const bytes = new Bytes(data, file.bytes.little);
  return { size: bytes.u32(0), offset: bytes.u32(4) };
}

/** Each message and its translation, named after the message. */
async function messages(content: Content, file: Catalogue): Promise<Piece[]> {
  const read = async (offset: number): Promise<Bytes> =>
    new Bytes(await content.read(offset, file.count * 8), file.bytes.little);
  const originals = await read(file.originals);
  const translations = await read(file.translations);
  const count = Math.floor(Math.min(originals.size, translations.size) / 8);
  const unique = uniqueNames();
  const pieces: Piece[] = [];
  for (let index = 0; index < count; index++) {
    const original = { size: originals.u32(index * 8), offset: originals.u32(index * 8 + 4) };
    const name = unique(`message ${await label(content, original)}`);
    pieces.push(
      { name, offset: original.offset, size: original.size + 1 },
      {
        name: `${name} (translation)`,
        offset: translations.u32(index * 8 + 4),
        size: translations.u32(index * 8) + 1,
      },
    );
  }
  return pieces;
}

/** The start of a message, to name it. */
async function label(content: Content, { offset, size }: Text): Promise<string> {
  const data = await content.read(offset, Math.min(size, 80));
  return JSON.stringify(Buffer.from(data).toString('utf8'));
}

/** `POT-Creation-Date: 2026-11-21 12:00+0000` and so on. */
async function headerFields(content: Content, place: Text): Promise<Field[]> {
  const data = await content.read(place.offset, Math.min(place.size, longestHeader));
  const fields: Field[] = [];
  const unique = uniqueNames();
  let at = place.offset;
  for (const line of Buffer.from(data).toString('latin1').split('\n')) {
    const match = /^([A-Za-z-]+): *(.*)$/.exec(line);
    if (match !== null && fields.length < 64) {
      const [whole, name = '', raw = ''] = match;
      const value = Buffer.from(raw, 'latin1').toString('utf8');
      const time = /Date$/.test(name) ? parseDate(raw) : undefined;
      fields.push({
        name: unique(name),
        kind: time === undefined ? (name === 'X-Generator' ? 'version' : 'text') : 'time',
        value: value.slice(0, 4096),
        ...(time !== undefined && { seconds: time }),
        offset: at + whole.length - raw.length,
      });
    }
    at += line.length + 1;
  }
  return fields;
}

function parseDate(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(?::\d\d)?([+-]\d\d)(\d\d)$/.exec(text);
  const time = Date.parse(
    match === null ? '' : `${match[1]}T${match[2]}:00${match[3]}:${match[4]}`,
  );
  return Number.isNaN(time) ? undefined : time / 1000;
}
