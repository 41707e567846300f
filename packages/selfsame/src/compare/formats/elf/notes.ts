import type { Content, Field } from '../format.js';
import { sectionType, type Section } from './header.js';
import { Bytes, hex, maximumText, textUntilNul } from '../structure/bytes.js';

/** Notes longer than this are left as bytes. */
const longestNotes = 65_536;
const maximumNotes = 64;
/** Go's have some 83 characters. */
const longestId = 128;

/**
 * What the notes in a section or segment say: build-ids, ABI, package metadata (System V ABI chapter 5; GNU and Go
 * names from binutils and the Go linker). Others give nothing: their bytes are compared.
 */
export async function noteFields(
  content: Content,
  place: { readonly offset: number; readonly size: number },
  little: boolean,
): Promise<Field[]> {
  if (place.size > longestNotes || place.offset + place.size > content.size) return [];
  const bytes = new Bytes(await content.read(place.offset, place.size), little);
  const fields: Field[] = [];
  let at = 0;
  for (let count = 0; count < maximumNotes && at + 12 <= bytes.size; count++) {
    const nameSize = bytes.u32(at);
    const size = bytes.u32(at + 4);
    const type = bytes.u32(at + 8);
    const start = at + 12 + Math.ceil(nameSize / 4) * 4;
    if (start + size > bytes.size) break;
    const owner = textUntilNul(bytes.slice(at + 12, nameSize));
    const field = noteField(owner, type, new Bytes(bytes.slice(start, size), little));
    if (field !== undefined) fields.push({ ...field, offset: place.offset + start });
    at = start + Math.ceil(size / 4) * 4;
  }
  return fields;
}

/** Notes with identifiers of programs, by the name of their section. */
const identifiers: ReadonlyMap<string, readonly [owner: string, type: number]> = new Map([
  ['.note.gnu.build-id', ['GNU', 3]],
  ['.note.go.buildid', ['Go', 4]],
]);

/** Whether a section that is called as one with an identifier holds that and nothing else; undefined: it is not called so. */
export async function isIdentifier(
  content: Content,
  { name, type, offset, size }: Section,
  little: boolean,
): Promise<boolean | undefined> {
  const known = identifiers.get(name);
  if (known === undefined) return undefined;
  const [owner, noteType] = known;
  if (type !== sectionType.note || size < 16 || size > 16 + longestId) return false;
  if (offset + size > content.size) return false;
  const bytes = new Bytes(await content.read(offset, size), little);
  const filled = Buffer.from(bytes.slice(16, size - 16));
  const length = bytes.u32(4);
  return (
    bytes.u32(0) === 4 &&
    Math.ceil(length / 4) * 4 === filled.length &&
    filled.subarray(length).every((byte) => byte === 0) &&
    bytes.u32(8) === noteType &&
    bytes.text(12, 4) === owner
  );
}

function noteField(owner: string, type: number, body: Bytes): Field | undefined {
  if (owner === 'GNU' && type === 3 && body.size <= 64)
    return { name: 'build-id', kind: 'id', value: hex(body.data) };
  if (owner === 'GNU' && type === 1 && body.size >= 16) {
    const systems = ['Linux', 'Hurd', 'Solaris', 'FreeBSD', 'NetBSD', 'Syllable', 'NaCl'];
    const system = systems[body.u32(0)] ?? `${body.u32(0)}`;
    return {
      name: 'ABI',
      kind: 'version',
      value: `${system} ${body.u32(4)}.${body.u32(8)}.${body.u32(12)}`,
    };
  }
  if (owner === 'GNU' && type === 4)
    return { name: 'gold version', kind: 'version', value: body.text(0) };
  if (owner === 'Go' && type === 4) return { name: 'Go build ID', kind: 'id', value: body.text(0) };
  if (owner === 'FDO' && type === 0xcafe1a7e)
    return { name: 'package', kind: 'text', value: body.text(0, maximumText) };
  return undefined;
}
