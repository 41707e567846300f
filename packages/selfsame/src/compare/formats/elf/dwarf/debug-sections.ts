import type { Content, FormatAccess } from '../../format.js';
import { Bytes } from '../../structure/bytes.js';
import { prefixOf } from '../../structure/inflate.js';
import { decompressed } from '../compressed.js';
import { relocatable, sectionType, type Elf, type Section } from '../header.js';
import type { DebugBytes, DebugSections } from './source.js';

/** Decompressed bytes that are held of any one debug section, to read what compile units say. */
const heldBytes = 8 * 2 ** 20;
const maximumRelocations = 200_000;

/** The debug sections of an object, the first of each name. Decompresses no more than `heldBytes` of each. */
export async function openDebugSections(
  content: Content,
  elf: Elf,
  access: FormatAccess,
): Promise<DebugSections> {
  const open = (name: string): Promise<DebugBytes | undefined> => {
    const section = elf.sections.find(
      (one) => one.name === `.debug_${name}` || one.name === `.zdebug_${name}`,
    );
    return section === undefined || section.type === sectionType.noBits
      ? Promise.resolve(undefined)
      : openSection(content, elf, section, access);
  };
  return {
    little: elf.little,
    info: await open('info'),
    abbreviations: await open('abbrev'),
    strings: await open('str'),
    lineStrings: await open('line_str'),
    stringOffsets: await open('str_offsets'),
  };
}

async function openSection(
  content: Content,
  elf: Elf,
  section: Section,
  access: FormatAccess,
): Promise<DebugBytes | undefined> {
  const relocated = await relocations(content, elf, section);
  const packed = await decompressed(content, elf, section, access);
  if (packed === 'unsupported') return undefined;
  if (packed !== undefined) {
    const data = await prefixOf(packed.body(), heldBytes);
    return {
      size: data.length,
      offset: undefined,
      relocated,
      read: (at, length) => Promise.resolve(data.subarray(at, at + length)),
    };
  }
  const size = Math.max(0, Math.min(section.size, content.size - section.offset));
  return {
    size,
    offset: section.offset,
    relocated,
    read: (at, length) =>
      at >= size
        ? Promise.resolve(new Uint8Array())
        : content.read(section.offset + at, Math.min(length, size - at)),
  };
}

/** Addends of the relocations of a section with a table of its own for them: its strings' offsets are there. */
async function relocations(
  content: Content,
  elf: Elf,
  section: Section,
): Promise<ReadonlyMap<number, number>> {
  const values = new Map<number, number>();
  if (elf.type !== relocatable) return values;
  const table = elf.sections.find(
    ({ type, info }) => type === sectionType.rela && info === section.index,
  );
  if (table === undefined || table.offset >= content.size) return values;
  const entry = elf.wide ? 24 : 12;
  const size = Math.min(table.size, maximumRelocations * entry);
  const bytes = new Bytes(await content.read(table.offset, size), elf.little);
  for (let at = 0; at + entry <= bytes.size; at += entry)
    values.set(
      elf.wide ? bytes.u64(at) : bytes.u32(at),
      elf.wide ? bytes.u64(at + 16) : bytes.u32(at + 8),
    );
  return values;
}
