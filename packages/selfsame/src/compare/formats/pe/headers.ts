import { FormatError, type Content } from '../format.js';
import { Bytes } from '../structure/bytes.js';

/** Microsoft PE format: sections of an image have at most 96 entries; objects up to 65,279. */
const maximumSections = 65_279;
const maximumStrings = 4 * 2 ** 20;

export interface PeSection {
  readonly name: string;
  readonly address: number;
  readonly virtualSize: number;
  readonly offset: number;
  readonly size: number;
  readonly relocations: { readonly offset: number; readonly size: number };
  readonly characteristics: number;
}

export interface Pe {
  /** Where the COFF header is: behind `PE\0\0` of images, at 0 of objects. */
  readonly coff: number;
  readonly image: boolean;
  readonly machine: number;
  /** Bytes from `coff` on: COFF header, optional header. */
  readonly header: Bytes;
  /** From the start of the file. */
  readonly optional: number;
  readonly optionalSize: number;
  /** PE32+. */
  readonly wide: boolean;
  readonly sectionTable: { readonly offset: number; readonly size: number };
  readonly sections: readonly PeSection[];
  readonly symbols: { readonly offset: number; readonly size: number };
  readonly strings: { readonly offset: number; readonly size: number };
  /** `[address, size]` of each data directory. */
  readonly directories: readonly (readonly [address: number, size: number])[];
}

const objectMachines = new Set([0x14c, 0x8664, 0xaa64, 0x1c4]);

/** Whether it begins like a COFF object, which has no magic number: a known machine, no optional header. */
export function isObject(head: Uint8Array): boolean {
  if (head.length < 20) return false;
  const bytes = new Bytes(head, true);
  const sections = bytes.u16(2);
  return objectMachines.has(bytes.u16(0)) && sections > 0 && sections < 4096 && bytes.u16(16) === 0;
}

/** Offset of `PE\0\0`, or undefined. */
export function peOffset(head: Uint8Array): number | undefined {
  if (head.length < 64 || head[0] !== 0x4d || head[1] !== 0x5a) return undefined;
  return new Bytes(head, true).u32(60);
}

/**
 * The headers of a PE image or COFF object (Microsoft's "PE Format").
 *
 * @throws FormatError `damaged` when there are none
 */
export async function readPe(content: Content): Promise<Pe> {
  const head = await content.read(0, 64);
  const at = peOffset(head);
  const image = at !== undefined;
  const signature = image ? await content.read(at, 4) : new Uint8Array();
  if (image && Buffer.from(signature).toString('latin1') !== 'PE\0\0')
    throw new FormatError('damaged', 'has no PE header');
  const coff = image ? at + 4 : 0;
  const header = new Bytes(await content.read(coff, 20 + 1024), true);
  const optionalSize = header.u16(16);
  const wide = optionalSize >= 2 && header.u16(20) === 0x20b;
  const count = Math.min(header.u16(2), maximumSections);
  const table = { offset: coff + 20 + optionalSize, size: count * 40 };
  const symbols = { offset: header.u32(8), size: header.u32(12) * 18 };
  const strings = await readStrings(content, symbols);
  return {
    coff,
    image,
    machine: header.u16(0),
    header,
    optional: coff + 20,
    optionalSize,
    wide,
    sectionTable: table,
    sections: sectionsOf(new Bytes(await content.read(table.offset, table.size), true), strings),
    symbols: symbols.offset === 0 ? { offset: 0, size: 0 } : symbols,
    strings: { offset: symbols.offset + symbols.size, size: strings.size },
    directories: directoriesOf(header, optionalSize, wide),
  };
}

async function readStrings(
  content: Content,
  symbols: { readonly offset: number; readonly size: number },
): Promise<Bytes> {
  const at = symbols.offset + symbols.size;
  const none = new Bytes(new Uint8Array(), true);
  if (symbols.offset === 0 || at + 4 > content.size) return none;
  const size = new Bytes(await content.read(at, 4), true).u32(0);
  return new Bytes(await content.read(at, Math.min(size, maximumStrings)), true);
}

function sectionsOf(table: Bytes, strings: Bytes): PeSection[] {
  return Array.from({ length: Math.floor(table.size / 40) }, (_, index) => {
    const at = index * 40;
    const short = table.text(at, 8);
    // `/123`: the name is at that place of the string table.
    const long = /^\/(\d{1,7})$/.exec(short);
    const place = Number(long?.[1] ?? Infinity);
    return {
      name: place < strings.size ? strings.text(place, 256) : short,
      virtualSize: table.u32(at + 8),
      address: table.u32(at + 12),
      size: table.u32(at + 16),
      offset: table.u32(at + 20),
      relocations: { offset: table.u32(at + 24), size: table.u16(at + 32) * 10 },
      characteristics: table.u32(at + 36),
    };
  });
}

function directoriesOf(header: Bytes, size: number, wide: boolean): [number, number][] {
  const start = 20 + (wide ? 112 : 96);
  if (start > 20 + size || start > header.size) return [];
  const count = Math.min(header.u32(start - 4), 16, Math.floor((20 + size - start) / 8));
  return Array.from({ length: Math.max(0, count) }, (_, index) => [
    header.u32(start + index * 8),
    header.u32(start + index * 8 + 4),
  ]);
}

/** Where in the file a relative virtual address is. */
export function offsetOf(pe: Pe, address: number): number | undefined {
  const section = pe.sections.find(
    (one) => address >= one.address && address < one.address + Math.max(one.size, 1),
  );
  if (section === undefined || address - section.address >= section.size) return undefined;
  return section.offset + (address - section.address);
}
