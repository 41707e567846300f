import {
  FormatError,
  type Content,
  type Field,
  type Format,
  type FormatAccess,
} from '../format.js';
import { checkStopped } from '../reading/limits.js';
import { Bytes, hex } from '../structure/bytes.js';
import { layOut, uniqueNames, type Piece } from '../structure/layout.js';

/** WebAssembly core specification 5.5.2; 0 are custom sections, which have names. */
const names: readonly string[] = [
  'custom',
  'type',
  'import',
  'function',
  'table',
  'memory',
  'global',
  'export',
  'start',
  'element',
  'code',
  'data',
  'data count',
  'tag',
];

const longestCustom = 65_536;
const maximumSections = 65_536;
const maximumFunctions = 20_000;

interface Section {
  readonly name: string;
  readonly id: number;
  /** Of its header. */
  readonly start: number;
  /** Of what it holds; of custom sections, behind the name. */
  readonly offset: number;
  readonly end: number;
}

/** WebAssembly modules: sections, functions, and what tools say of themselves. */
export const wasm: Format = {
  name: 'wasm',
  kind: 'structure',
  detect: (head) =>
    head.length >= 8 && Buffer.from(head.subarray(0, 4)).toString('latin1') === '\0asm',
  async *parts(content, access) {
    const pieces: Piece[] = [{ name: 'header', offset: 0, size: 8 }];
    for (const section of await readSections(content, access)) {
      const { name, start, end } = section;
      const bodies = section.id === 10 ? await functions(content, section, access) : [];
      pieces.push({
        name,
        offset: start,
        size: (bodies[0]?.offset ?? end) - start,
        fields: section.id === 0 ? await customFields(content, section) : [],
      });
      pieces.push(...bodies);
    }
    yield* layOut(pieces, content, access.maximumParts);
  },
};

async function readSections(content: Content, access: FormatAccess): Promise<Section[]> {
  const sections: Section[] = [];
  for (let at = 8; at < content.size && sections.length < maximumSections;) {
    checkStopped(access);
    const bytes = new Bytes(await content.read(at, 300), true);
    const id = bytes.u8(0);
    const { value: size, next } = bytes.uleb(1);
    const end = at + next + size;
    if (id >= names.length || end > content.size)
      throw new FormatError('damaged', `has no section at ${at}`);
    let offset = at + next;
    let name = names[id] ?? '';
    if (id === 0) {
      const length = bytes.uleb(next);
      const text = bytes.data.subarray(length.next, length.next + Math.min(length.value, 256));
      name = `custom ${Buffer.from(text).toString('utf8')}`;
      offset = Math.min(end, at + length.next + length.value);
    }
    sections.push({ name, id, start: at, offset, end });
    at = end;
  }
  return sections;
}

/** Bodies of functions by their number among those defined here; none where there are too many or they do not fit. */
async function functions(
  content: Content,
  { offset, end }: Section,
  access: FormatAccess,
): Promise<Piece[]> {
  const window = 64 * 1024;
  let base = offset;
  let bytes = new Bytes(await content.read(base, window), true);
  const number = async (at: number): Promise<{ value: number; next: number }> => {
    if (at - base + 10 > bytes.size && base + bytes.size < content.size) {
      base = at;
      bytes = new Bytes(await content.read(base, window), true);
    }
    const { value, next } = bytes.uleb(at - base);
    return { value, next: base + next };
  };
  const count = await number(offset);
  if (count.value > Math.min(maximumFunctions, access.maximumParts / 2)) return [];
  const pieces: Piece[] = [];
  let at = count.next;
  for (let index = 0; index < count.value; index++) {
    checkStopped(access);
    if (at >= end) return [];
    const { value, next } = await number(at);
    pieces.push({ name: `code:${index}`, offset: at, size: next + value - at });
    at = next + value;
  }
  return at === end ? pieces : [];
}

/** `producers` (WebAssembly tool conventions), `build_id`, addresses of source maps and debug information. */
async function customFields(content: Content, { name, offset, end }: Section): Promise<Field[]> {
  const size = end - offset;
  if (size > longestCustom) return [];
  const bytes = new Bytes(await content.read(offset, size), true);
  const text = (at: number): { value: string; next: number } => {
    const length = bytes.uleb(at);
    const value = Buffer.from(bytes.slice(length.next, length.value)).toString('utf8');
    return { value: value.slice(0, 4096), next: length.next + length.value };
  };
  try {
    if (name === 'custom build_id') {
      const length = bytes.uleb(0);
      const value = hex(bytes.slice(length.next, Math.min(length.value, 64)));
      return [{ name: 'build_id', kind: 'id', value, offset: offset + length.next }];
    }
    if (name === 'custom sourceMappingURL' || name === 'custom external_debug_info')
      return [{ name: name.slice(7), kind: 'name', value: text(0).value, offset }];
    if (name === 'custom producers') return producers(bytes, text, offset);
  } catch (error) {
    // A custom section may hold anything: its bytes are compared.
    if (!(error instanceof FormatError)) throw error;
  }
  return [];
}

function producers(
  bytes: Bytes,
  text: (at: number) => { value: string; next: number },
  offset: number,
): Field[] {
  const fields: Field[] = [];
  const unique = uniqueNames();
  let { value: left, next: at } = bytes.uleb(0);
  for (; left > 0 && fields.length < 256; left--) {
    const field = text(at);
    const values = bytes.uleb(field.next);
    at = values.next;
    for (let index = 0; index < Math.min(values.value, 256); index++) {
      const tool = text(at);
      const version = text(tool.next);
      fields.push({
        name: unique(`${field.value} ${tool.value}`),
        kind: 'version',
        value: version.value,
        offset: offset + tool.next,
      });
      at = version.next;
    }
  }
  return fields;
}
