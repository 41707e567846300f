import type { Content, Format } from '../format.js';
import { layOut } from '../structure/layout.js';
import { hasFlag } from './compressed.js';
import { readFunctions } from './functions.js';
import { isElf, readElf, sectionFlag, type Section, type Elf } from './header.js';

/**
 * Executable sections of ELF files, cut at their functions. Reads the symbols of the file around the section, so that
 * only files whose code differs pay for it.
 */
export const elfFunctions: Format = {
  name: 'elf-functions',
  kind: 'structure',
  async detect(_head, content) {
    const around = await sectionAround(content);
    if (around === undefined) return false;
    const functions = await readFunctions(around.whole, around.elf);
    return (functions.get(around.section.index)?.length ?? 0) > 1;
  },
  async *parts(content, access) {
    const around = await sectionAround(content);
    if (around === undefined) return;
    const functions = await readFunctions(around.whole, around.elf);
    const pieces = functions.get(around.section.index) ?? [];
    yield* layOut(
      pieces.map((piece) => ({ ...piece, offset: piece.offset - around.section.offset })),
      content,
      access.maximumParts,
    );
  },
};

interface Around {
  readonly whole: Content;
  readonly elf: Elf;
  readonly section: Section;
}

/** The executable section of an ELF file that the content is. */
async function sectionAround(content: Content): Promise<Around | undefined> {
  if (content.within === undefined) return undefined;
  const { whole, offset } = content.within;
  if (!isElf(await whole.read(0, 64))) return undefined;
  const elf = await readElf(whole);
  const section = elf.sections.find(
    (one) =>
      one.offset === offset && one.size === content.size && hasFlag(one.flags, sectionFlag.execute),
  );
  return section === undefined ? undefined : { whole, elf, section };
}
