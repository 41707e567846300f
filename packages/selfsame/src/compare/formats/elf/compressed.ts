import type { Content, FormatAccess } from '../format.js';
import { Bytes } from '../structure/bytes.js';
import { inflated } from '../structure/inflate.js';
import { sectionFlag, sectionType, type Elf, type Section } from './header.js';

const algorithm = { zlib: 1, zstd: 2 } as const;

export interface Decompressed {
  /** As its header says. */
  readonly size: number;
  readonly body: () => AsyncIterable<Uint8Array>;
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
    inflated(content.stream(Math.min(section.offset + header, end), end), access);
  const header = flagged ? compressionHeaderSize(elf) : 12;
  if (section.offset >= content.size || section.size < header) return undefined;
  const data = await content.read(section.offset, header);
  if (data.length < header) return undefined;
  if (!flagged) {
    const bytes = new Bytes(data, false);
    return bytes.text(0, 4) === 'ZLIB' ? { size: bytes.u64(4), body: body(header) } : undefined;
  }
  const bytes = new Bytes(data, elf.little);
  if (bytes.u32(0) !== algorithm.zlib) return 'unsupported';
  return { size: elf.wide ? bytes.u64(8) : bytes.u32(4), body: body(header) };
}

/** Bytes of `Elf32_Chdr` or `Elf64_Chdr`. */
export const compressionHeaderSize = (elf: Elf): number => (elf.wide ? 24 : 12);

/** Flags are 64 bits wide; the ones asked for are in the lower 31. */
export const hasFlag = (flags: number, flag: number): boolean => Math.floor(flags / flag) % 2 === 1;
