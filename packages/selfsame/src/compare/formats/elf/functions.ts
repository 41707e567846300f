import type { Content } from '../format.js';
import { Bytes } from '../structure/bytes.js';
import type { Piece } from '../structure/layout.js';
import { hasFlag } from './compressed.js';
import { relocatable, sectionFlag, sectionType, type Elf, type Section } from './header.js';

/** With more functions than this, code is not split: reading names and comparing parts would cost more than it tells. */
export const maximumFunctions = 20_000;

const symbolType = { function: 2, indirectFunction: 10 } as const;
const maximumTable = 32 * 2 ** 20;
/** `EM_ARM`: the lowest bit of a function's address says Thumb. */
const arm = 40;

interface FunctionStart {
  readonly offset: number;
  readonly nameAt: number;
  readonly global: boolean;
}

/**
 * The functions of executable sections, by section index, as the symbol table (`.symtab`, else `.dynsym`) has them:
 * `.text:main`. What stands before the first is `.text:start`; alignment belongs to the function before it. Empty where
 * there are no symbols, or too many.
 */
export async function readFunctions(
  content: Content,
  elf: Elf,
): Promise<ReadonlyMap<number, readonly Piece[]>> {
  const table =
    elf.sections.find(({ type }) => type === sectionType.symbols) ??
    elf.sections.find(({ type }) => type === sectionType.dynamicSymbols);
  const names = elf.sections[table?.link ?? 0];
  if (table === undefined || names === undefined) return new Map();
  if (table.size > maximumTable || names.size > maximumTable) return new Map();
  if (table.offset >= content.size || names.offset >= content.size) return new Map();
  const starts = functionStarts(
    elf,
    new Bytes(await content.read(table.offset, table.size), elf.little),
  );
  const count = [...starts.values()].reduce((sum, list) => sum + list.length, 0);
  if (count === 0 || count > maximumFunctions) return new Map();
  const text = new Bytes(await content.read(names.offset, names.size), elf.little);
  return new Map(
    [...starts].flatMap(([index, list]) => {
      const section = elf.sections[index];
      return section === undefined ? [] : [[index, piecesOf(section, list, text)] as const];
    }),
  );
}

function functionStarts(elf: Elf, table: Bytes): Map<number, FunctionStart[]> {
  const entry = elf.wide ? 24 : 16;
  const starts = new Map<number, FunctionStart[]>();
  let count = 0;
  for (let at = 0; at + entry <= table.size && count <= maximumFunctions; at += entry) {
    const info = table.u8(at + (elf.wide ? 4 : 12));
    const type = info & 15;
    if (type !== symbolType.function && type !== symbolType.indirectFunction) continue;
    const index = table.u16(at + (elf.wide ? 6 : 14));
    const section = elf.sections[index];
    if (section === undefined || index === 0) continue;
    if (!hasFlag(section.flags, sectionFlag.execute) || section.type === sectionType.noBits)
      continue;
    const value = elf.wide ? table.u64(at + 8) : table.u32(at + 4);
    const address = elf.machine === arm ? value - (value % 2) : value;
    const inside = elf.type === relocatable ? address : address - section.address;
    if (!(inside >= 0 && inside < section.size)) continue;
    const list = starts.get(index) ?? [];
    count += 1;
    list.push({
      offset: section.offset + inside,
      nameAt: table.u32(at),
      global: info >> 4 === 1,
    });
    starts.set(index, list);
  }
  return starts;
}

/** Where several begin at one place, the global one names it, or the first by name. */
function piecesOf(section: Section, starts: readonly FunctionStart[], text: Bytes): Piece[] {
  const named = starts
    .map((start) => ({
      ...start,
      name: start.nameAt < text.size ? text.text(start.nameAt, 240) : '',
    }))
    .sort(
      (a, b) =>
        a.offset - b.offset ||
        Number(b.global) - Number(a.global) ||
        (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
    );
  const first = named.filter((start, index) => start.offset !== named[index - 1]?.offset);
  const begin = first[0]?.offset ?? section.offset;
  const pieces: Piece[] = first.map((start, index) => ({
    name: `${section.name}:${start.name}`,
    offset: start.offset,
    size: (first[index + 1]?.offset ?? section.offset + section.size) - start.offset,
  }));
  if (begin > section.offset)
    pieces.unshift({
      name: `${section.name}:start`,
      offset: section.offset,
      size: begin - section.offset,
    });
  return pieces;
}
