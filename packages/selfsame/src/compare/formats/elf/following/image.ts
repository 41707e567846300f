import { differingSpans } from '../../../ranges/differing-spans.js';
import { sliceContent } from '../../../content/slice-content.js';
import type { Content } from '../../format.js';
import { sectionType, type Elf, type Section } from '../header.js';
import { Moved } from './moved.js';

/** A file and its headers. */
export interface ElfSide {
  readonly content: Content;
  readonly elf: Elf;
}

/** Sections of the same name, which is that of no other. */
export interface SectionPair {
  readonly a: Section;
  readonly b: Section;
  readonly moved: Moved;
}

/** Spans of one section; with more, nothing is said of what points there. */
const maximumSpans = 20_000;
/** Sections that are read to find where things in them went. */
const maximumSection = 64 * 2 ** 20;
/** `SHF_ALLOC`, `SHF_TLS`. */
const [allocated, threadLocal] = [2, 0x400];

/** Sections that both files have, by name. */
export async function pairSections(
  a: ElfSide,
  b: ElfSide,
  differing: ReadonlySet<string>,
  check: () => void,
): Promise<ReadonlyMap<string, SectionPair>> {
  const ofB = byName(b.elf);
  const pairs = new Map<string, SectionPair>();
  for (const [name, section] of byName(a.elf)) {
    const other = ofB.get(name);
    if (section === undefined || other === undefined || other.type !== section.type) continue;
    const isThere = section.type !== sectionType.noBits && differing.has(name);
    const moved = isThere ? await movedIn(a, section, b, other, check) : new Moved([]);
    if (moved !== undefined) pairs.set(name, { a: section, b: other, moved });
  }
  return pairs;
}

/** Undefined: more than one has the name. */
function byName({ sections }: Elf): Map<string, Section | undefined> {
  const named = new Map<string, Section | undefined>();
  for (const section of sections) {
    if (section.index === 0) continue;
    named.set(section.name, named.has(section.name) ? undefined : section);
  }
  return named;
}

async function movedIn(
  a: ElfSide,
  sectionA: Section,
  b: ElfSide,
  sectionB: Section,
  check: () => void,
): Promise<Moved | undefined> {
  if (Math.max(sectionA.size, sectionB.size) > maximumSection) return undefined;
  const [sliceA, sliceB] = [
    sliceContent(a.content, sectionA.offset, sectionA.size),
    sliceContent(b.content, sectionB.offset, sectionB.size),
  ];
  const { spans, more } = await differingSpans(sliceA, sliceB, maximumSpans, check);
  return more > 0 ? undefined : new Moved(spans);
}

/** Addresses of two programs: whether two of them are of the same thing. */
export class AddressPair {
  readonly #pairs: readonly SectionPair[];

  constructor(sections: Iterable<SectionPair>) {
    this.#pairs = [...sections]
      .filter(
        ({ a, b }) =>
          isPlaced(a) && isPlaced(b) && a.address !== 0 && b.address !== 0 && a.size > 0,
      )
      .sort((p, q) => p.a.address - q.a.address);
  }

  same(a: number, b: number): boolean {
    let [low, high] = [0, this.#pairs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#pairs[middle]?.a.address ?? 0) <= a) low = middle + 1;
      else high = middle;
    }
    // The end of one section may be the beginning of the next.
    return [this.#pairs[low - 1], this.#pairs[low - 2]].some((pair) => {
      if (pair === undefined) return false;
      const [offsetA, offsetB] = [a - pair.a.address, b - pair.b.address];
      return (
        offsetA <= pair.a.size &&
        offsetB >= 0 &&
        offsetB <= pair.b.size &&
        pair.moved.same(offsetA, offsetB)
      );
    });
  }
}

function isPlaced({ flags, type }: Section): boolean {
  const has = (flag: number): boolean => Math.floor(flags / flag) % 2 === 1;
  return has(allocated) && !(has(threadLocal) && type === sectionType.noBits);
}
