import type { Content, Field } from '../format.js';
import { Bytes, textUntilNul } from '../structure/bytes.js';
import { segmentType, type Elf } from './header.js';

const tags: ReadonlyMap<number, string> = new Map([
  [1, 'DT_NEEDED'],
  [14, 'DT_SONAME'],
  [15, 'DT_RPATH'],
  [29, 'DT_RUNPATH'],
]);
const stringTable = 5;
const maximumEntries = 4096;
const maximumFields = 512;

/** The interpreter, and the libraries and search paths of the dynamic section (System V ABI, chapter 5). */
export async function dynamicFields(content: Content, elf: Elf): Promise<Field[]> {
  const fields: Field[] = [];
  const interpreter = elf.segments.find(({ type }) => type === segmentType.interpreter);
  if (interpreter !== undefined && interpreter.offset < content.size)
    fields.push({
      name: 'PT_INTERP',
      kind: 'name',
      value: await textAt(content, interpreter.offset, interpreter.size),
      offset: interpreter.offset,
    });
  const place = elf.segments.find(({ type }) => type === segmentType.dynamic);
  if (place === undefined || place.offset >= content.size) return fields;
  const entry = elf.wide ? 16 : 8;
  const data = await content.read(place.offset, Math.min(place.size, maximumEntries * entry));
  const bytes = new Bytes(data, elf.little);
  const word = (at: number): number => (elf.wide ? bytes.u64(at) : bytes.u32(at));
  const entries: { readonly tag: number; readonly value: number }[] = [];
  for (let at = 0; at + entry <= bytes.size && word(at) !== 0; at += entry)
    entries.push({ tag: word(at), value: word(at + entry / 2) });
  const address = entries.find(({ tag }) => tag === stringTable)?.value;
  const strings = address === undefined ? undefined : fileOffset(elf, address);
  if (strings === undefined) return fields;
  const counts = new Map<string, number>();
  for (const { tag, value } of entries) {
    const name = tags.get(tag);
    const offset = strings + value;
    if (name === undefined || offset >= content.size || fields.length >= maximumFields) continue;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    fields.push({
      name: count === 1 ? name : `${name}#${count}`,
      kind: 'name',
      value: await textAt(content, offset, 4096),
      offset,
    });
  }
  return fields;
}

/** Where in the file a virtual address is, by the segments that are loaded. */
export function fileOffset(elf: Elf, address: number): number | undefined {
  const segment = elf.segments.find(
    (one) =>
      one.type === segmentType.load && address >= one.address && address < one.address + one.size,
  );
  return segment === undefined ? undefined : segment.offset + (address - segment.address);
}

async function textAt(content: Content, offset: number, longest: number): Promise<string> {
  return textUntilNul(await content.read(offset, Math.min(longest, 4096)));
}
