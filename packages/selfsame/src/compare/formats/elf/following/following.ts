import type { Content, FollowingPart, FormatAccess } from '../../format.js';
import { checkStopped } from '../../reading/limits.js';
import { prefixOf } from '../../structure/inflate.js';
import { decompressed, hasFlag } from '../compressed.js';
import { readElf, sectionFlag, sectionType, type Section } from '../header.js';
import { isExplained } from './explain.js';
import { AddressPair, pairSections, type ElfSide, type SectionPair } from './image.js';
import { referencesIn, stringTables, unitTables } from './references.js';
import { StringPair } from './strings.js';
import { UnitPair } from './units.js';

/** Bytes of any one section that are looked at. */
const maximumBytes = 32 * 2 ** 20;

/** Sections that tell of code, and differ in what nobody can read when it does. */
const describing =
  /^\.(?:z?debug_(?!str$|line_str$)|eh_frame|gcc_except_table|rela?(?:\.|$)|symtab|strtab|gnu\.hash|hash|got|ARM\.ex)/;

/**
 * Sections that differ only in offsets, addresses and distances that say the same of both files: each number that
 * differs is looked up in both. And those that describe code where that itself differs, which is likely all there is.
 */
export async function followingSections(
  a: Content,
  b: Content,
  differing: readonly string[],
  access: FormatAccess,
): Promise<ReadonlyMap<string, FollowingPart>> {
  const [sideA, sideB]: readonly [ElfSide, ElfSide] = [
    { content: a, elf: await readElf(a) },
    { content: b, elf: await readElf(b) },
  ];
  const found = new Map<string, FollowingPart>();
  if (sideA.elf.machine !== sideB.elf.machine || sideA.elf.little !== sideB.elf.little)
    return found;
  const check = (): void => checkStopped(access);
  const names = new Set(differing);
  const pairs = await pairSections(sideA, sideB, names, check);
  const strings = new Map<string, StringPair>();
  const read = (pair: SectionPair) =>
    Promise.all([bytesOf(sideA, pair.a, access), bytesOf(sideB, pair.b, access)]);
  for (const name of stringTables) {
    const pair = pairs.get(name);
    if (pair === undefined || !names.has(name)) continue;
    const [bytesA, bytesB] = await read(pair);
    if (bytesA !== undefined && bytesB !== undefined)
      strings.set(name, new StringPair(bytesA, bytesB));
  }
  const units = new Map<string, UnitPair>();
  for (const name of unitTables) {
    const pair = pairs.get(name);
    if (pair === undefined || !names.has(name) || pair.a.size === pair.b.size) continue;
    const [bytesA, bytesB] = await read(pair);
    if (bytesA !== undefined && bytesB !== undefined)
      units.set(name, new UnitPair(bytesA, bytesB, sideA.elf.little));
  }
  const addresses = new AddressPair(pairs.values());
  for (const name of differing) {
    check();
    const pair = pairs.get(name);
    if (pair === undefined || pair.a.type === sectionType.noBits) continue;
    const references = referencesIn(sideA.elf, pair, { strings, units, addresses, pairs });
    if (references.length === 0) continue;
    const [bytesA, bytesB] = await read(pair);
    if (bytesA === undefined || bytesB === undefined) continue;
    if (isExplained(bytesA, bytesB, sideA.elf.little, references))
      found.set(name, { why: 'offsets and addresses of what differs elsewhere', seen: true });
  }
  const isCode = (name: string): boolean => {
    const pair = pairs.get(name);
    return pair !== undefined && hasFlag(pair.a.flags, sectionFlag.execute) && !found.has(name);
  };
  if (differing.some(isCode))
    for (const name of differing)
      if (describing.test(name) && !found.has(name))
        found.set(name, { why: 'describes code that differs', seen: false });
  return found;
}

/** Undefined: more than the bound, or packed in a way that nobody here reads. */
async function bytesOf(
  { content, elf }: ElfSide,
  section: Section,
  access: FormatAccess,
): Promise<Uint8Array | undefined> {
  const packed = await decompressed(content, elf, section, access);
  if (packed === 'unsupported') return undefined;
  if (packed !== undefined) {
    if (packed.size > maximumBytes) return undefined;
    const bytes = await prefixOf(packed.body(), maximumBytes);
    return bytes.length === packed.size ? bytes : undefined;
  }
  if (section.size > maximumBytes || section.offset >= content.size) return undefined;
  const bytes = await content.read(section.offset, section.size);
  return bytes.length === section.size ? bytes : undefined;
}
