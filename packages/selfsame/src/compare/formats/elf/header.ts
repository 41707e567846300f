import { FormatError, type Content } from '../format.js';
import { Bytes, textUntilNul } from '../structure/bytes.js';

/** Section types and flags, System V ABI chapter 4 and its GNU extensions. */
export const sectionType = {
  null: 0,
  symbols: 2,
  rela: 4,
  note: 7,
  noBits: 8,
  rel: 9,
  dynamicSymbols: 11,
} as const;
export const sectionFlag = { allocate: 2, execute: 4, compressed: 0x800 } as const;
export const segmentType = { load: 1, dynamic: 2, interpreter: 3, note: 4 } as const;
/** `e_type` of relocatable objects. */
export const relocatable = 1;

/** Headers beyond these counts are not believed. Objects with a section for each function have some 100,000. */
const maximumSections = 100_000;
const maximumSegments = 65_535;
/** Bytes read of any one table. */
const maximumTable = 64 * 2 ** 20;

export interface Section {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly alignment: number;
  readonly entrySize: number;
  /** Where its header stands. */
  readonly headerOffset: number;
}

export interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
  readonly headerOffset: number;
}

export interface Elf {
  readonly wide: boolean;
  readonly little: boolean;
  readonly type: number;
  readonly machine: number;
  readonly flags: number;
  readonly osAbi: number;
  readonly headerSize: number;
  readonly programHeaders: { readonly offset: number; readonly size: number };
  readonly sectionHeaders: { readonly offset: number; readonly size: number };
  readonly sections: readonly Section[];
  readonly segments: readonly Segment[];
}

export function isElf(head: Uint8Array): boolean {
  return (
    head.length >= 52 &&
    head[0] === 0x7f &&
    head[1] === 0x45 &&
    head[2] === 0x4c &&
    head[3] === 0x46 &&
    (head[4] === 1 || head[4] === 2) &&
    (head[5] === 1 || head[5] === 2)
  );
}

/**
 * The headers of an ELF file (System V ABI, chapters 4 and 5). Tables that lie beyond the end of the file are
 * read as far as they go.
 *
 * @throws FormatError `damaged` when there is no ELF header
 */
export async function readElf(content: Content): Promise<Elf> {
  const head = await content.read(0, 64);
  if (!isElf(head)) throw new FormatError('damaged', 'has no ELF header');
  const wide = head[4] === 2;
  const little = head[5] === 1;
  const bytes = new Bytes(head, little);
  const word = (at32: number, at64: number): number => (wide ? bytes.u64(at64) : bytes.u32(at32));
  const half = (at32: number, at64: number): number => bytes.u16(wide ? at64 : at32);
  const sectionTable = word(32, 40);
  const sectionSize = half(46, 58);
  const segmentTable = word(28, 32);
  const segmentSize = half(42, 54);
  const raw = await readTable(content, little, wide, {
    offset: sectionTable,
    entry: sectionSize,
    least: wide ? 64 : 40,
    count: half(48, 60),
  });
  const sections = await named(content, raw, half(50, 62));
  return {
    wide,
    little,
    type: bytes.u16(16),
    machine: bytes.u16(18),
    flags: bytes.u32(wide ? 48 : 36),
    osAbi: bytes.u8(7),
    headerSize: wide ? 64 : 52,
    programHeaders: { offset: segmentTable, size: segmentSize * half(44, 56) },
    sectionHeaders: { offset: sectionTable, size: sectionSize * raw.length },
    sections,
    segments: await readSegments(content, little, wide, {
      offset: segmentTable,
      entry: segmentSize,
      count: Math.min(half(44, 56), maximumSegments),
    }),
  };
}

type RawSection = Omit<Section, 'name'> & { readonly nameAt: number };

async function readTable(
  content: Content,
  little: boolean,
  wide: boolean,
  table: { offset: number; entry: number; least: number; count: number },
): Promise<RawSection[]> {
  const { offset, entry, least } = table;
  if (offset === 0 || entry < least || offset >= content.size) return [];
  let count = table.count;
  if (count === 0) {
    // More than 65,279: the number is in the first header's sh_size.
    const first = await content.read(offset, least);
    if (first.length < least) return [];
    const bytes = new Bytes(first, little);
    count = wide ? bytes.u64(32) : bytes.u32(20);
  }
  count = Math.min(
    count,
    maximumSections,
    Math.floor(Math.min(content.size - offset, maximumTable) / entry),
  );
  const bytes = new Bytes(await content.read(offset, count * entry), little);
  return Array.from({ length: Math.min(count, Math.floor(bytes.size / entry)) }, (_, index) => {
    const at = index * entry;
    const word = (at32: number, at64: number): number =>
      wide ? bytes.u64(at + at64) : bytes.u32(at + at32);
    return {
      index,
      nameAt: bytes.u32(at),
      type: bytes.u32(at + 4),
      flags: word(8, 8),
      address: word(12, 16),
      offset: word(16, 24),
      size: word(20, 32),
      link: bytes.u32(at + (wide ? 40 : 24)),
      info: bytes.u32(at + (wide ? 44 : 28)),
      alignment: word(32, 48),
      entrySize: word(36, 56),
      headerOffset: offset + at,
    };
  });
}

async function named(
  content: Content,
  sections: readonly RawSection[],
  shstrndx: number,
): Promise<Section[]> {
  // SHN_XINDEX: the index is in the first header's sh_link.
  const table = sections[shstrndx === 0xffff ? (sections[0]?.link ?? 0) : shstrndx];
  const names =
    table === undefined || table.offset >= content.size || table.type === sectionType.noBits
      ? new Uint8Array()
      : await content.read(table.offset, Math.min(table.size, maximumTable));
  return sections.map(({ nameAt, ...section }) => ({
    ...section,
    name: nameAt < names.length ? textUntilNul(names.subarray(nameAt, nameAt + 256)) : '',
  }));
}

async function readSegments(
  content: Content,
  little: boolean,
  wide: boolean,
  { offset, entry, count }: { offset: number; entry: number; count: number },
): Promise<Segment[]> {
  if (offset === 0 || entry < (wide ? 56 : 32) || offset >= content.size) return [];
  const data = await content.read(offset, Math.min(count * entry, maximumTable));
  const bytes = new Bytes(data, little);
  return Array.from({ length: Math.floor(bytes.size / entry) }, (_, index) => {
    const at = index * entry;
    const word = (at32: number, at64: number): number =>
      wide ? bytes.u64(at + at64) : bytes.u32(at + at32);
    return {
      type: bytes.u32(at),
      flags: bytes.u32(at + (wide ? 4 : 24)),
      offset: word(4, 8),
      address: word(8, 16),
      size: word(16, 32),
      headerOffset: offset + at,
    };
  });
}
