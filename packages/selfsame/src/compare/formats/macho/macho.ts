import { FormatError, type Content, type Format } from '../format.js';
import { Bytes, hex } from '../structure/bytes.js';
import { layOut, type Piece } from '../structure/layout.js';
import { tableField } from '../structure/table-field.js';
import { machoKind, readMachO } from './commands.js';

/** Classes of Java have the same magic number, and then a version of at least 45. */
const maximumSlices = 42;

/** Programs, libraries and objects of macOS and its relatives, for one processor. */
export const macho: Format = {
  name: 'macho',
  kind: 'structure',
  detect: (head) => head.length >= 28 && machoKind(head) !== undefined,
  fields: async (content, access) => (await readMachO(content, access)).fields,
  async *parts(content, access) {
    const { headerSize, commandsSize, otherBytes, pieces } = await readMachO(content, access);
    const header = { offset: 0, size: headerSize };
    const field = await tableField(content, 'all of it', header);
    yield* layOut(
      [
        { name: 'header', ...header, fields: [field], derived: true },
        {
          name: 'load commands',
          offset: headerSize,
          size: commandsSize,
          fields: [otherBytes],
          derived: true,
        },
        ...pieces.filter(({ size }) => size > 0),
      ],
      content,
      access.maximumParts,
    );
  },
};

/** Universal files: a Mach-O file for each of several processors (mach-o/fat.h). */
export const machoUniversal: Format = {
  name: 'macho-universal',
  kind: 'structure',
  detect(head) {
    if (head.length < 28) return false;
    const magic = hex(head.subarray(0, 4));
    const count = new Bytes(head, false).u32(4);
    return (magic === 'cafebabe' || magic === 'cafebabf') && count > 0 && count <= maximumSlices;
  },
  async *parts(content, access) {
    const { end, slices } = await readSlices(content);
    const header = { offset: 0, size: end };
    const field = await tableField(content, 'all of it', header);
    yield* layOut(
      [{ name: 'header', ...header, fields: [field], derived: true }, ...slices],
      content,
      access.maximumParts,
    );
  },
};

const processors: Readonly<Record<number, string>> = {
  7: 'i386',
  0x01000007: 'x86_64',
  12: 'arm',
  0x0100000c: 'arm64',
  0x0200000c: 'arm64_32',
  18: 'ppc',
  0x01000012: 'ppc64',
};

async function readSlices(content: Content): Promise<{ end: number; slices: Piece[] }> {
  const bytes = new Bytes(await content.read(0, 8 + maximumSlices * 32), false);
  const wide = bytes.u32(0) === 0xcafebabf;
  const entry = wide ? 32 : 20;
  const count = bytes.u32(4);
  if (count > maximumSlices) throw new FormatError('damaged', `has ${count} slices`);
  const slices = Array.from({ length: count }, (_, index): Piece => {
    const at = 8 + index * entry;
    const [type, subtype] = [bytes.u32(at), bytes.u32(at + 4) & 0xffffff];
    const name = processors[type] ?? `cpu 0x${type.toString(16)}`;
    return {
      name: type === 0x0100000c && subtype === 2 ? 'arm64e' : name,
      offset: wide ? bytes.u64(at + 8) : bytes.u32(at + 8),
      size: wide ? bytes.u64(at + 16) : bytes.u32(at + 12),
    };
  });
  return { end: 8 + count * entry, slices };
}
