import { FormatError } from '../format.js';
import type { Content, Field, Format } from '../format.js';
import { compressedFormat } from '../reading/compressed.js';
import type { Window } from '../reading/window.js';

/** Files of xz. See README.md beside this file. */
export const xz: Format = compressedFormat({
  name: 'xz',
  magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  tool: { program: 'xz', package: 'xz-utils' },
  // The largest preset needs 65 MiB; what needs much more is refused.
  args: ['-dcq', '--format=xz', '-T1', '--memlimit-decompress=300MiB'],
  // 2: a warning.
  goodStatuses: [0, 2],
  reasonOf: (message) => (/[Mm]emory usage limit/.test(message) ? 'too-large' : undefined),
  fields: readFields,
});

/** The .xz file format 1.1, 2.1.1.2. */
const checks: Readonly<Record<number, string>> = {
  0: 'none',
  1: 'CRC32',
  4: 'CRC64',
  10: 'SHA-256',
};

/** 5.3; 0x21 is LZMA2. */
const filters: Readonly<Record<number, string>> = {
  0x03: 'delta',
  0x04: 'x86',
  0x05: 'PowerPC',
  0x06: 'IA-64',
  0x07: 'ARM',
  0x08: 'ARM-Thumb',
  0x09: 'SPARC',
  0x0a: 'ARM64',
  0x0b: 'RISC-V',
  0x21: 'LZMA2',
};

async function readFields(window: Window, content: Content): Promise<Field[]> {
  const head = await window.exactly(0, 24, 'the header');
  const check = (head[7] ?? 0) & 15;
  const fields: Field[] = [
    { name: 'check', kind: 'compression', value: checks[check] ?? String(check), offset: 7 },
  ];
  const blockHeader = await window.bytes(12, ((head[12] ?? 0) + 1) * 4);
  if (head[12] !== 0) {
    fields.push({
      name: 'filters',
      kind: 'compression',
      value: filterText(blockHeader),
      offset: 12,
    });
    const flags = blockHeader[1] ?? 0;
    // Encoders with several threads write sizes into the headers of blocks (2: 0x40 and 0x80).
    const sizes = (flags & 0xc0) === 0 ? 'not stored' : 'stored';
    fields.push({ name: 'block sizes', kind: 'compression', value: sizes, offset: 13 });
  }
  const blocks = await countBlocks(window, content);
  if (blocks !== undefined) {
    fields.push({ name: 'blocks', kind: 'compression', value: String(blocks) });
  }
  return fields;
}

/** 3.1: the filters of the first block with the size of the dictionary. */
function filterText(header: Buffer): string {
  const flags = header[1] ?? 0;
  let at = 2;
  for (const bit of [0x40, 0x80]) {
    if ((flags & bit) !== 0) at = integer(header, at).end;
  }
  const texts: string[] = [];
  for (let index = 0; index <= (flags & 3); index++) {
    const id = integer(header, at);
    const length = integer(header, id.end);
    const name = filters[id.value] ?? `0x${id.value.toString(16)}`;
    const properties = header.subarray(length.end, length.end + length.value);
    const bits = properties[0] ?? 0;
    texts.push(
      id.value === 0x21 && bits <= 40
        ? `${name} dictionary ${dictionaryBytes(bits)}`
        : `${name} ${properties.toString('hex')}`.trim(),
    );
    at = length.end + properties.length;
  }
  return texts.join(', ');
}

/** 5.3.1. */
function dictionaryBytes(bits: number): number {
  return bits === 40 ? 0xffffffff : (2 | (bits & 1)) * 2 ** (Math.floor(bits / 2) + 11);
}

/** 1.2: seven bits a byte, least significant first; of at most four bytes here, since no more is of use. */
function integer(bytes: Buffer, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let index = 0; index < 9; index++) {
    const byte = bytes[start + index];
    if (byte === undefined) break;
    value += (byte & 127) * 2 ** (7 * index);
    if (byte < 128) return { value, end: start + index + 1 };
  }
  throw new FormatError('damaged', 'the header of its first block is malformed');
}

/** 2.1.2 and 4: blocks of the last stream, whose number follows from size and threads; undefined: not to be found. */
async function countBlocks(window: Window, content: Content): Promise<number | undefined> {
  const footer = await window.bytes(content.size - 12, 12);
  if (content.size % 4 !== 0 || footer.toString('latin1', 10) !== 'YZ') return undefined;
  const indexBytes = (footer.readUInt32LE(4) + 1) * 4;
  const start = content.size - 12 - indexBytes;
  if (start < 12) return undefined;
  const index = await window.bytes(start, 10);
  return index[0] === 0 ? integer(index, 1).value : undefined;
}
