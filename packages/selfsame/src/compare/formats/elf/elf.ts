import type { Content, Field, Format, FormatAccess } from '../format.js';
import { checkStopped } from '../reading/limits.js';
import { layOut, uniqueNames, type Piece } from '../structure/layout.js';
import { tableField } from '../structure/table-field.js';
import { compressionHeaderSize, decompressed } from './compressed.js';
import { dynamicFields } from './dynamic.js';
import { followingSections } from './following/following.js';
import { isElf, readElf, sectionType, segmentType, type Elf, type Section } from './header.js';
import { moduleSignature } from './module-signature.js';
import { fileTypeName, machineName, segmentName } from './names.js';
import { honestName } from './honest-names.js';
import { noteFields } from './notes.js';
import { sectionAttributes, sectionFields } from './section-fields.js';

/** Sections that follow from others: hash tables of symbols, and search tables of unwinding and debug information. */
const derivedSections = new Set([
  '.gnu.hash',
  '.hash',
  '.eh_frame_hdr',
  '.debug_aranges',
  '.gdb_index',
]);

const maximumSegmentFields = 256;

/** Programs, libraries, objects, kernel modules, core files; of any machine, 32 and 64 bits, both byte orders. */
export const elf: Format = {
  name: 'elf',
  kind: 'structure',
  detect: isElf,
  async fields(content) {
    const file = await readElf(content);
    return [...headerFields(file), ...(await dynamicFields(content, file))];
  },
  async *parts(content, access) {
    const file = await readElf(content);
    const signature = await signatureOf(content, file);
    const pieces: Piece[] = [
      ...(await headerPieces(content, file)),
      ...(file.sections.length > 0
        ? await sectionPieces(content, file, access)
        : await segmentPieces(content, file)),
      ...(signature === undefined ? [] : [signature]),
    ];
    yield* layOut(pieces, content, access.maximumParts);
  },
  follows: followingSections,
};

/** Undefined too where it would have bytes that are loaded, which nothing but their segment may speak of. */
async function signatureOf(content: Content, file: Elf): Promise<Piece | undefined> {
  const signature = await moduleSignature(content);
  const isBehind = file.segments.every(
    ({ offset, size }) => size === 0 || offset + size <= (signature?.offset ?? 0),
  );
  return isBehind ? signature : undefined;
}

function headerFields(file: Elf): Field[] {
  const value = (name: string, kind: Field['kind'], text: string, offset: number): Field => ({
    name,
    kind,
    value: text,
    offset,
  });
  return [
    value('class', 'other', file.wide ? '64 bits' : '32 bits', 4),
    value('data', 'other', file.little ? 'little-endian' : 'big-endian', 5),
    value('OS ABI', 'other', `${file.osAbi}`, 7),
    value('e_type', 'other', fileTypeName(file.type), 16),
    value('e_machine', 'other', machineName(file.machine), 18),
    value('e_flags', 'flags', `0x${file.flags.toString(16)}`, file.wide ? 48 : 36),
  ];
}

/** The tables of where things are. What in them does not follow from the rest is given as fields. */
async function headerPieces(content: Content, file: Elf): Promise<Piece[]> {
  const { wide, headerSize, programHeaders, sectionHeaders } = file;
  const header = await tableField(
    content,
    'all but e_shoff',
    { offset: 0, size: headerSize },
    { row: headerSize, bytes: [wide ? [40, 48] : [32, 36]] },
  );
  const segments = await tableField(content, 'all segments', programHeaders);
  const sections = await tableField(
    content,
    'all but sh_name, sh_offset and sh_size',
    sectionHeaders,
    wide
      ? {
          row: 64,
          bytes: [
            [0, 4],
            [24, 40],
          ],
        }
      : {
          row: 40,
          bytes: [
            [0, 4],
            [16, 24],
          ],
        },
  );
  return [
    { name: 'ELF header', offset: 0, size: headerSize, fields: [header], derived: true },
    {
      name: 'program headers',
      ...programHeaders,
      fields: [...segmentFlags(file), segments],
      derived: true,
    },
    { name: 'section headers', ...sectionHeaders, fields: [sections], derived: true },
  ].filter(({ size }) => size > 0);
}

/** Whether the stack is executable, and so on. */
function segmentFlags(file: Elf): Field[] {
  const unique = uniqueNames();
  return file.segments.slice(0, maximumSegmentFields).map((segment) => ({
    name: `p_flags of ${unique(segmentName(segment.type))}`,
    kind: 'flags',
    value: `0x${segment.flags.toString(16)}`,
    offset: segment.headerOffset + (file.wide ? 4 : 24),
  }));
}

async function sectionPieces(content: Content, file: Elf, access: FormatAccess): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (const section of file.sections) {
    if (section.index === 0 || section.type === sectionType.null) continue;
    if (section.type === sectionType.noBits || section.offset > content.size) continue;
    checkStopped(access);
    const fields = await sectionFields(content, file, section, access);
    pieces.push(...(await sectionPiece(content, file, section, access, fields)));
  }
  return pieces;
}

async function sectionPiece(
  content: Content,
  file: Elf,
  section: Section,
  access: FormatAccess,
  fields: readonly Field[],
): Promise<Piece[]> {
  const { offset, size } = section;
  const name = await honestName(content, file, section);
  const packed = await decompressed(content, file, section, access);
  const firstFields = (): Field[] => sectionAttributes(file, section);
  if (packed === 'unsupported') {
    // A whole zstd frame follows the header: its own reader goes on with it.
    const header = Math.min(compressionHeaderSize(file), size);
    return [
      { name: `${name} (header)`, offset, size: header, derived: true },
      { name: `${name}.zst`, offset: offset + header, size: size - header, fields, firstFields },
    ];
  }
  const derived = derivedSections.has(name);
  // Programs are loaded with these: they do not go with information for debuggers.
  const own = [
    ...fields,
    ...(derived ? [await wholeField(content, section, access)] : []),
    ...(packed?.fields ?? []),
  ];
  const piece = { name, offset, size, derived, firstFields };
  return own.length === 0 && packed === undefined
    ? [piece]
    : [{ ...piece, fields: own, ...(packed && { decoded: packed }) }];
}

/** Any number of sections can be called so and have the same bytes: each costs what it has. */
function wholeField(content: Content, section: Section, access: FormatAccess): Promise<Field> {
  access.spend(Math.max(0, Math.min(section.size, content.size - section.offset)));
  return tableField(content, 'all of it', section);
}

/** Of files whose section headers were removed. What is loaded takes what nothing smaller in it does. */
async function segmentPieces(content: Content, file: Elf): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (const { type, offset, size } of file.segments) {
    if (size === 0 || offset > content.size) continue;
    const name = segmentName(type);
    const fields =
      type === segmentType.note ? await noteFields(content, { offset, size }, file.little) : [];
    if (type === segmentType.load) pieces.push({ name, offset, size, fields, filler: true });
    else if (
      type === segmentType.note ||
      type === segmentType.interpreter ||
      type === segmentType.dynamic
    )
      pieces.push({ name, offset, size, fields });
  }
  return pieces;
}
