import { hasFlag } from '../compressed.js';
import { relocatable, sectionFlag, sectionType, type Elf } from '../header.js';
import type { Reference } from './explain.js';
import type { AddressPair, SectionPair } from './image.js';
import type { StringPair } from './strings.js';
import type { UnitPair } from './units.js';

/** Sections of strings that others point into. */
export const stringTables = ['.debug_str', '.debug_line_str', '.strtab', '.dynstr'] as const;

/** Sections made of units, to whose beginnings others point. */
export const unitTables = ['.debug_line', '.debug_info'] as const;

/** Sections in which those of debug information have offsets, DWARF 4 and 5 §7.5.5. */
const debugTables = [
  '.debug_info',
  '.debug_line',
  '.debug_abbrev',
  '.debug_loc',
  '.debug_loclists',
  '.debug_ranges',
  '.debug_rnglists',
  '.debug_str_offsets',
];

/** What the two files have to point at. */
export interface Targets {
  /** Of tables that differ. */
  readonly strings: ReadonlyMap<string, StringPair>;
  /** Of sections made of units that differ. */
  readonly units: ReadonlyMap<string, UnitPair>;
  readonly addresses: AddressPair;
  readonly pairs: ReadonlyMap<string, SectionPair>;
}

/** `EM_386`, `EM_X86_64`: machines in whose code an address is a number of its own. */
const [i386, x86] = [3, 62];
/** `ET_EXEC`: addresses are fixed, and those of 32 bits stand in the code. */
const fixedAddresses = 2;

/** Kinds of numbers that stand in a section. */
export function referencesIn(
  elf: Elf,
  pair: SectionPair,
  { strings, units, addresses, pairs }: Targets,
): Reference[] {
  const { name, type, flags } = pair.a;
  const word = elf.wide ? 8 : 4;
  const absolute = (size: 4 | 8, alignment: 1 | 4 | 8): Reference => ({
    ...{ size, alignment },
    same: (a, b) => addresses.same(a, b),
  });
  const distance = (from: number): Reference => ({
    ...{ size: 4, alignment: 1 },
    same: (a, b, at) =>
      addresses.same(pair.a.address + at + from + (a | 0), pair.b.address + at + from + (b | 0)),
  });
  const stringsOf = (table: string, size: 4 | 8, alignment: 1 | 4 | 8): Reference[] => {
    const known = strings.get(table);
    return known === undefined ? [] : [{ size, alignment, same: (a, b) => known.same(a, b) }];
  };
  if (/^\.(?:z?debug_(?:str|line_str)|strtab|dynstr)$/.test(name)) return [];
  const within = (section: string, size: 4 | 8, alignment: 1 | 4 | 8): Reference[] => {
    const target = pairs.get(section);
    return target === undefined || target.a.size === target.b.size
      ? []
      : [{ size, alignment, same: (a, b) => target.moved.sameByte(a, b) }];
  };
  if (/^\.z?debug_/.test(name))
    return [
      ...stringsOf('.debug_str', 4, 1),
      ...stringsOf('.debug_line_str', 4, 1),
      ...(elf.type === relocatable ? [] : [absolute(word, 1)]),
      ...[...units.values()].map((pair) => unitOf(pair, 4, 1)),
      ...debugTables.flatMap((table) => within(table, 4, 1)),
    ];
  if (/^\.rela\.debug_/.test(name))
    return [
      ...stringsOf('.debug_str', word, word),
      ...stringsOf('.debug_line_str', word, word),
      ...[name.slice('.rela'.length), ...debugTables].flatMap((table) => within(table, word, word)),
    ];
  if (elf.type === relocatable)
    return type === sectionType.symbols ? stringsOf('.strtab', 4, 4) : [];
  if (type === sectionType.symbols || type === sectionType.dynamicSymbols)
    return [
      ...stringsOf(type === sectionType.symbols ? '.strtab' : '.dynstr', 4, 4),
      absolute(word, word),
    ];
  if (name.startsWith('.gnu.version')) return stringsOf('.dynstr', 4, 4);
  if (name === '.dynamic')
    return [absolute(word, word), ...stringsOf('.dynstr', word, word), sizes(word, pairs)];
  if (hasFlag(flags, sectionFlag.execute)) {
    if (elf.machine !== x86 && elf.machine !== i386) return [];
    // Behind the distance the instruction may have a constant of 1, 2 or 4 bytes.
    return [
      ...[4, 5, 8, 6].map(distance),
      ...(elf.type === fixedAddresses || elf.machine === i386 ? [absolute(4, 1)] : []),
      ...(elf.wide ? [absolute(8, 1)] : []),
    ];
  }
  const unwinding = name === '.eh_frame' || name === '.gcc_except_table';
  return unwinding ? [distance(0), absolute(word, word)] : [absolute(word, word)];
}

function unitOf(pair: UnitPair, size: 4 | 8, alignment: 1 | 4 | 8): Reference {
  return { size, alignment, same: (a, b) => pair.same(a, b) };
}

/** Entries of `.dynamic` that say how long a section is. */
function sizes(word: 4 | 8, pairs: ReadonlyMap<string, SectionPair>): Reference {
  const all = [...pairs.values()];
  return {
    ...{ size: word, alignment: word },
    same: (sizeA, sizeB) => all.some(({ a, b }) => a.size === sizeA && b.size === sizeB),
  };
}
