import {
  FormatError,
  type Content,
  type Field,
  type Format,
  type FormatAccess,
} from '../format.js';
import { checkStopped } from '../reading/limits.js';
import { Bytes, maximumText } from '../structure/bytes.js';
import { layOut, type Piece } from '../structure/layout.js';

const magic = 0xcafebabe;
/** Of JDK 1.1. Universal Mach-O files begin with the same bytes, and then the number of their slices. */
const firstMajor = 45;
const largest = 32 * 2 ** 20;

/** Classes of Java (JVM specification, chapter 4). */
export const javaClass: Format = {
  name: 'java-class',
  kind: 'structure',
  detect: (head) => {
    if (head.length < 10) return false;
    const bytes = new Bytes(head, false);
    return bytes.u32(0) === magic && bytes.u16(6) >= firstMajor && bytes.u16(6) < 256;
  },
  async fields(content) {
    const { bytes } = await readAll(content);
    const major = bytes.u16(6);
    return [
      { name: 'minor version', kind: 'version', value: `${bytes.u16(4)}`, offset: 4 },
      {
        name: 'major version',
        kind: 'version',
        value: major > 48 ? `${major} (Java ${major - 44})` : `${major}`,
        offset: 6,
      },
    ];
  },
  async *parts(content, access) {
    yield* layOut(piecesOf(await readAll(content), access), content, access.maximumParts);
  },
};

interface ClassFile {
  readonly bytes: Bytes;
  /** Where each constant stands, by its number; 0: none. */
  readonly constants: readonly number[];
  /** Behind the constant pool. */
  readonly after: number;
}

/** Bytes behind the tag of a constant, table 4.4-A; `Utf8` has its length before it. */
const constantSizes: Readonly<Record<number, number>> = {
  3: 4,
  4: 4,
  5: 8,
  6: 8,
  7: 2,
  8: 2,
  9: 4,
  10: 4,
  11: 4,
  12: 4,
  15: 3,
  16: 2,
  17: 4,
  18: 4,
  19: 2,
  20: 2,
};
const tag = { utf8: 1, long: 5, double: 6, class: 7 } as const;

async function readAll(content: Content): Promise<ClassFile> {
  if (content.size > largest)
    throw new FormatError('unsupported', `is a class of more than ${largest} bytes`);
  const bytes = new Bytes(await content.read(0, content.size), false);
  const count = bytes.u16(8);
  const constants: number[] = [0];
  let at = 10;
  while (constants.length < count) {
    const kind = bytes.u8(at);
    const size = kind === tag.utf8 ? 2 + bytes.u16(at + 1) : constantSizes[kind];
    if (size === undefined) throw new FormatError('damaged', `has a constant of kind ${kind}`);
    constants.push(at);
    // The number behind is not used.
    if (kind === tag.long || kind === tag.double) constants.push(0);
    at += 1 + size;
  }
  return { bytes, constants, after: at };
}

function utf8(file: ClassFile, index: number): string {
  const at = file.constants[index] ?? 0;
  if (at === 0 || file.bytes.u8(at) !== tag.utf8) return `#${index}`;
  const size = Math.min(file.bytes.u16(at + 1), maximumText);
  return Buffer.from(file.bytes.slice(at + 3, size)).toString('utf8');
}

function piecesOf(file: ClassFile, access: FormatAccess): Piece[] {
  const { bytes, after } = file;
  const interfaces = bytes.u16(after + 6);
  const pieces: Piece[] = [
    { name: 'header', offset: 0, size: 8, derived: true },
    { name: 'constant pool', offset: 8, size: after - 8 },
    { name: 'class', offset: after, size: 8 + interfaces * 2 },
  ];
  let at = after + 8 + interfaces * 2;
  for (const kind of ['field', 'method']) {
    const count = bytes.u16(at);
    pieces.push({ name: `number of ${kind}s`, offset: at, size: 2, derived: true });
    at += 2;
    for (let index = 0; index < count; index++) {
      checkStopped(access);
      const end = afterAttributes(bytes, at + 6);
      const name = `${kind} ${utf8(file, bytes.u16(at + 2))}${utf8(file, bytes.u16(at + 4))}`;
      pieces.push({ name, offset: at, size: end - at });
      at = end;
    }
  }
  const count = bytes.u16(at);
  pieces.push({ name: 'number of attributes', offset: at, size: 2, derived: true });
  at += 2;
  for (let index = 0; index < count; index++) {
    const name = utf8(file, bytes.u16(at));
    const size = 6 + bytes.u32(at + 2);
    bytes.slice(at, size);
    pieces.push({
      name: `attribute ${name}`,
      offset: at,
      size,
      fields: sourceFile(file, name, at),
    });
    at += size;
  }
  return pieces;
}

function afterAttributes(bytes: Bytes, at: number): number {
  let next = at + 2;
  for (let left = bytes.u16(at); left > 0; left--) next += 6 + bytes.u32(next + 2);
  return next;
}

function sourceFile(file: ClassFile, name: string, at: number): Field[] {
  if (name !== 'SourceFile') return [];
  const index = file.bytes.u16(at + 6);
  const offset = (file.constants[index] ?? 0) + 3;
  return [{ name: 'SourceFile', kind: 'name', value: utf8(file, index), offset }];
}
