import type { Content, Field, Format } from '../format.js';
import { contentId } from '../structure/content-id.js';
import { layOut, type Piece } from '../structure/layout.js';
import { isObject, peOffset, readPe, type Pe } from './headers.js';
import { directory, directoryFields, headerFields } from './pe-fields.js';

const uninitialised = 0x80;
const longestStub = 4096;

/** Programs, libraries and objects of Windows, .NET and UEFI. */
export const pe: Format = {
  name: 'pe',
  kind: 'structure',
  async detect(head, content, name) {
    const at = peOffset(head);
    if (at === undefined) return /\.o(?:bj)?$/i.test(name) && isObject(head);
    return Buffer.from(await content.read(at, 4)).toString('latin1') === 'PE\0\0';
  },
  async fields(content) {
    const file = await readPe(content);
    return [...headerFields(file), ...(await directoryFields(content, file))];
  },
  async *parts(content, access) {
    const file = await readPe(content);
    const pieces = [
      ...(file.image ? await stubPieces(content, file) : []),
      ...headerPieces(file),
      ...sectionPieces(file),
      { name: 'symbol table', ...file.symbols },
      { name: 'string table', ...file.strings },
      ...(await certificatePieces(content, file)),
    ];
    yield* layOut(
      pieces.filter(({ size }) => size > 0),
      content,
      access.maximumParts,
    );
  },
};

/** The program for DOS, and Microsoft's undocumented list of tools between `DanS` and `Rich`, which only ends it. */
async function stubPieces(content: Content, { coff }: Pe): Promise<Piece[]> {
  const size = coff - 4;
  const stub = Buffer.from(await content.read(0, Math.min(size, longestStub)));
  const end = stub.lastIndexOf('Rich', undefined, 'latin1');
  if (end < 64 || end + 8 > stub.length) return [{ name: 'DOS stub', offset: 0, size }];
  const key = stub.readUInt32LE(end + 4);
  const start = Buffer.alloc(4);
  start.writeUInt32LE((0x536e6144 ^ key) >>> 0);
  const begin = stub.indexOf(start);
  if (begin === -1 || begin > end) return [{ name: 'DOS stub', offset: 0, size }];
  const fields: Field[] = [
    {
      name: 'tools',
      kind: 'version',
      value: await contentId(content, begin, end + 8 - begin),
      offset: begin,
    },
  ];
  return [
    { name: 'DOS stub', offset: 0, size: begin },
    { name: 'Rich header', offset: begin, size: end + 8 - begin, fields },
  ];
}

function headerPieces(file: Pe): Piece[] {
  const offset = file.image ? file.coff - 4 : file.coff;
  return [
    {
      name: 'PE headers',
      offset,
      size: file.optional + file.optionalSize - offset,
      derived: true,
    },
    { name: 'section headers', ...file.sectionTable, derived: true },
  ];
}

function sectionPieces(file: Pe): Piece[] {
  return file.sections.flatMap((section, index) => {
    const { name, offset, size, characteristics, relocations } = section;
    if ((characteristics & uninitialised) !== 0 && offset === 0) return [];
    const fields: Field[] = [
      {
        name: 'Characteristics',
        kind: 'flags',
        value: `0x${characteristics.toString(16)}`,
        offset: file.sectionTable.offset + index * 40 + 36,
      },
    ];
    return [
      { name, offset, size, fields },
      { name: `${name} (relocations)`, ...relocations },
    ];
  });
}

/** The only directory whose place is in the file itself. */
async function certificatePieces(content: Content, file: Pe): Promise<Piece[]> {
  const [offset = 0, size = 0] = file.directories[directory.certificates] ?? [];
  if (offset === 0 || size === 0 || offset >= content.size) return [];
  const fields: Field[] = [
    {
      name: 'signature',
      kind: 'signature',
      value: await contentId(content, offset, Math.min(size, content.size - offset)),
      offset,
    },
  ];
  return [{ name: 'certificate table', offset, size, fields }];
}
