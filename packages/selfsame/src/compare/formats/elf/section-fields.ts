import type { Content, Field, FormatAccess } from '../format.js';
import { Bytes, hex } from '../structure/bytes.js';
import { openDebugSections } from './dwarf/debug-sections.js';
import { unitFields } from './dwarf/units.js';
import { goFields } from './go-buildinfo.js';
import { sectionType, type Elf, type Section } from './header.js';
import { noteFields } from './notes.js';

const longestComment = 65_536;
const maximumComments = 64;

/** From its header: what does not follow from how long other sections are. */
export function sectionAttributes(
  elf: Elf,
  { type, flags, alignment, headerOffset }: Section,
): Field[] {
  return [
    { name: 'sh_type', kind: 'flags', value: `0x${type.toString(16)}`, offset: headerOffset + 4 },
    { name: 'sh_flags', kind: 'flags', value: `0x${flags.toString(16)}`, offset: headerOffset + 8 },
    {
      name: 'sh_addralign',
      kind: 'flags',
      value: `${alignment}`,
      offset: headerOffset + (elf.wide ? 48 : 32),
    },
  ];
}

/** Any number of sections can be called so: the first is read, and the others around it. */
function firstDebugInfo(elf: Elf): Section | undefined {
  if (!firstOf.has(elf))
    firstOf.set(
      elf,
      elf.sections.find(({ name }) => name === '.debug_info' || name === '.zdebug_info'),
    );
  return firstOf.get(elf);
}

const firstOf = new WeakMap<Elf, Section | undefined>();

/** What a section says. */
export async function sectionFields(
  content: Content,
  elf: Elf,
  section: Section,
  access: FormatAccess,
): Promise<Field[]> {
  if (section.type === sectionType.note) return noteFields(content, section, elf.little);
  switch (section.name) {
    case '.comment':
      return commentFields(content, section);
    case '.gnu_debuglink':
      return debugLinkFields(content, elf, section);
    case '.gnu_debugaltlink':
      return alternateLinkFields(content, section);
    case '.go.buildinfo':
      return goFields(content, section);
    case '.debug_info':
    case '.zdebug_info':
      return firstDebugInfo(elf) === section
        ? unitFields(await openDebugSections(content, elf, access))
        : [];
    default:
      return [];
  }
}

const held = (content: Content, { offset, size }: Section): Promise<Uint8Array> =>
  offset >= content.size
    ? Promise.resolve(new Uint8Array())
    : content.read(offset, Math.min(size, longestComment));

/** Compilers and linkers, each with its version, ended by NUL. */
async function commentFields(content: Content, section: Section): Promise<Field[]> {
  const data = await held(content, section);
  const fields: Field[] = [];
  for (let at = 0; at < data.length && fields.length < maximumComments;) {
    const end = data.indexOf(0, at);
    const next = end === -1 ? data.length : end;
    if (next > at)
      fields.push({
        name: fields.length === 0 ? 'toolchain' : `toolchain#${fields.length + 1}`,
        kind: 'version',
        value: Buffer.from(data.subarray(at, next)).toString('utf8').slice(0, 4096),
        offset: section.offset + at,
      });
    at = next + 1;
  }
  return fields;
}

/** Name of the file with debug information, then its CRC-32 at the next multiple of 4 (GDB manual, "Separate Debug Files"). */
async function debugLinkFields(content: Content, elf: Elf, section: Section): Promise<Field[]> {
  const bytes = new Bytes(await held(content, section), elf.little);
  const end = bytes.data.indexOf(0);
  const at = Math.ceil((end + 1) / 4) * 4;
  if (end === -1 || at + 4 > bytes.size) return [];
  return [
    { name: 'debug file', kind: 'name', value: bytes.text(0), offset: section.offset },
    {
      name: 'CRC-32',
      kind: 'checksum',
      value: bytes.u32(at).toString(16).padStart(8, '0'),
      offset: section.offset + at,
    },
  ];
}

/** Name of the file with what several have in common (dwz), then its build-id. */
async function alternateLinkFields(content: Content, section: Section): Promise<Field[]> {
  const data = await held(content, section);
  const end = data.indexOf(0);
  if (end === -1) return [];
  return [
    {
      name: 'debug file',
      kind: 'name',
      value: Buffer.from(data.subarray(0, end)).toString('utf8').slice(0, 4096),
      offset: section.offset,
    },
    {
      name: 'build-id',
      kind: 'id',
      value: hex(data.subarray(end + 1, end + 65)),
      offset: section.offset + end + 1,
    },
  ];
}
