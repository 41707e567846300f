import type { Content } from '../format.js';
import { hasFlag } from './compressed.js';
import { sectionFlag, sectionType, segmentType, type Elf, type Section } from './header.js';
import { moduleSignatureName } from './module-signature.js';
import { isIdentifier } from './notes.js';

/** Names of what tools for debugging use, and of relocations of it. */
const debugName = /^\.(?:rela?\.)?(?:z?debug|gnu_debug|stab)/;

/**
 * What a section is called, unless it is called as something that it is not: its name is a stranger's, and readers and
 * those who ignore things go by it.
 */
export async function honestName(content: Content, elf: Elf, section: Section): Promise<string> {
  const { name } = section;
  if (name === moduleSignatureName) return `section ${name}`;
  if ((await isIdentifier(content, section, elf.little)) === false) return `${name} (other)`;
  return debugName.test(name) && isUsed(elf, section) ? `${name} (used)` : name;
}

/** Whether a program has any of it in memory, or a linker changes with it what a program has. */
function isUsed(elf: Elf, { type, flags, offset, size, info }: Section): boolean {
  if (hasFlag(flags, sectionFlag.allocate) || hasFlag(flags, sectionFlag.execute)) return true;
  if (type === sectionType.rela || type === sectionType.rel) {
    const target = elf.sections[info];
    if (target === undefined || !debugName.test(target.name)) return true;
  }
  return elf.segments.some(
    (one) =>
      one.type === segmentType.load && one.offset < offset + size && offset < one.offset + one.size,
  );
}
