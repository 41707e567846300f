import type { Content, Field, Format } from '../format.js';
import { contentId } from '../structure/content-id.js';
import { layOut, type Piece } from '../structure/layout.js';
import { tableField } from '../structure/table-field.js';
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
      ...(await headerPieces(content, file)),
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

/** What is not given as fields of the whole, and does not follow from symbols, relocations and signatures. */
async function headerPieces(content: Content, file: Pe): Promise<Piece[]> {
  const offset = file.image ? file.coff - 4 : file.coff;
  const size = file.optional + file.optionalSize - offset;
  const coff = file.coff - offset;
  const optional = file.optional - offset;
  const certificates = optional + (file.wide ? 112 : 96) + 8 * directory.certificates;
  // TimeDateStamp and PointerToSymbolTable, NumberOfSymbols, CheckSum, the place of the certificates.
  const following = [
    [coff + 4, coff + 16],
    ...(file.image ? [[optional + 64, optional + 68] as const] : []),
    ...(file.directories.length > directory.certificates
      ? [[certificates, certificates + 8] as const]
      : []),
  ] as const;
  const headers = await tableField(
    content,
    'all but times, symbols, checksum and certificates',
    { offset, size },
    { row: size, bytes: following },
  );
  // Sizes and places in the file, of relocations and of line numbers.
  const sections = await tableField(content, 'all but places in the file', file.sectionTable, {
    row: 40,
    bytes: [[16, 32]],
  });
  return [
    { name: 'PE headers', offset, size, fields: [headers], derived: true },
    { name: 'section headers', ...file.sectionTable, fields: [sections], derived: true },
  ];
}

const certificatesName = 'certificate table';

/** Characteristics of sections (Microsoft, "PE Format"): code, discardable, executable, writable. */
const [holdsCode, isDiscardable] = [0x20, 0x02000000];
const [isExecutable, isWritable] = [0x20000000, 0x80000000];

/** Names are a stranger's: what a program can use is no information for debuggers, whatever it is called. */
function sectionName({ name, characteristics: flags }: Pe['sections'][number]): string {
  if (name === certificatesName) return `section ${name}`;
  const isUsed =
    (flags & isDiscardable) === 0 || (flags & (holdsCode | isExecutable | isWritable)) !== 0;
  return isUsed && /^\.(?:rela?\.)?(?:z?debug|gnu_debug|stab)/.test(name) ? `${name} (used)` : name;
}

function sectionPieces(file: Pe): Piece[] {
  return file.sections.flatMap((section, index) => {
    const { offset, size, characteristics, relocations } = section;
    const name = sectionName(section);
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
  return [{ name: certificatesName, offset, size, fields, exclusive: true }];
}
