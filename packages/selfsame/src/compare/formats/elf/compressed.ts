import type { Content, Field, FormatAccess } from '../format.js';
import { hexText } from '../reading/text.js';
import { Bytes } from '../structure/bytes.js';
import { inflatedWithRest } from '../structure/inflate.js';
import { sectionFlag, sectionType, type Elf, type Section } from './header.js';

const algorithm = { zlib: 1, zstd: 2 } as const;

export interface Decompressed {
  /** As its header says. */
  readonly size: number;
  readonly body: () => AsyncIterable<Uint8Array>;
  /** What its header says: no level of compression makes that differ. */
  readonly fields: readonly Field[];
}

/**
 * What a section with SHF_COMPRESSED, or GNU's older `.zdebug_*`, holds; undefined: it is not compressed;
 * `unsupported`: with something else than zlib.
 */
export async function decompressed(
  content: Content,
  elf: Elf,
  section: Section,
  access: FormatAccess,
): Promise<Decompressed | 'unsupported' | undefined> {
  const flagged = hasFlag(section.flags, sectionFlag.compressed);
  const old = section.name.startsWith('.zdebug_');
  if ((!flagged && !old) || section.type === sectionType.noBits) return undefined;
  const end = Math.min(section.offset + section.size, content.size);
  const body = (header: number) => (): AsyncIterable<Uint8Array> =>
    inflatedWithRest(content, [Math.min(section.offset + header, end), end], access);
  const header = flagged ? compressionHeaderSize(elf) : 12;
  if (section.offset >= content.size || section.size < header) return undefined;
  const data = await content.read(section.offset, header);
  if (data.length < header) return undefined;
  if (!flagged) {
    const bytes = new Bytes(data, false);
    if (bytes.text(0, 4) !== 'ZLIB') return undefined;
    const size = bytes.u64(4);
    return { size, body: body(header), fields: [sizeField(size, section.offset + 4)] };
  }
  const bytes = new Bytes(data, elf.little);
  if (bytes.u32(0) !== algorithm.zlib) return 'unsupported';
  const [at, bits] = elf.wide ? [8, 8] : [4, 4];
  const size = elf.wide ? bytes.u64(at) : bytes.u32(at);
  const rest = Uint8Array.from(data).fill(0, at, at + bits);
  const value = hexText(rest);
  const fields: readonly Field[] = [
    { name: 'all but ch_size', kind: 'other', value, offset: section.offset },
    sizeField(size, section.offset + at),
  ];
  return { size, body: body(header), fields };
}

function sizeField(size: number, offset: number): Field {
  return { name: 'ch_size', kind: 'other', value: `${size}`, offset };
}

/** Bytes of `Elf32_Chdr` or `Elf64_Chdr`. */
export const compressionHeaderSize = (elf: Elf): number => (elf.wide ? 24 : 12);

/** Flags are 64 bits wide; the ones asked for are in the lower 31. */
export const hasFlag = (flags: number, flag: number): boolean => Math.floor(flags / flag) % 2 === 1;
