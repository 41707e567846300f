import { FormatError, type Content, type Field, type Format } from '../format.js';
import { Bytes } from '../structure/bytes.js';
import { layOut, type Piece } from '../structure/layout.js';
import { tableField } from '../structure/table-field.js';

/** "Database File Format" of SQLite, section 1.3. */
const magic = 'SQLite format 3\0';

const headerValues: readonly (readonly [string, number, 1 | 2 | 4, Field['kind']])[] = [
  ['page size', 16, 2, 'other'],
  ['write version', 18, 1, 'version'],
  ['read version', 19, 1, 'version'],
  ['file change counter', 24, 4, 'other'],
  ['pages', 28, 4, 'size'],
  ['first freelist page', 32, 4, 'other'],
  ['freelist pages', 36, 4, 'size'],
  ['schema cookie', 40, 4, 'other'],
  ['schema format', 44, 4, 'version'],
  ['text encoding', 56, 4, 'other'],
  ['user version', 60, 4, 'version'],
  ['application id', 68, 4, 'id'],
  ['version-valid-for', 92, 4, 'other'],
  ['SQLite version', 96, 4, 'version'],
];

/** Databases of SQLite 3: header values and pages. */
export const sqlite: Format = {
  name: 'sqlite',
  kind: 'structure',
  detect: (head) => Buffer.from(head.subarray(0, 16)).toString('latin1') === magic,
  async fields(content) {
    const bytes = await header(content);
    return headerValues.map(([name, offset, size, kind]) => {
      const number =
        size === 1 ? bytes.u8(offset) : size === 2 ? bytes.u16(offset) : bytes.u32(offset);
      const value = name === 'SQLite version' ? versionText(number) : `${number}`;
      return { name, kind, value, offset };
    });
  },
  async *parts(content, access) {
    const bytes = await header(content);
    // 1 stands for 65,536.
    const size = bytes.u16(16) === 1 ? 65_536 : bytes.u16(16);
    if (size < 512) throw new FormatError('damaged', `has pages of ${size} bytes`);
    // With too many pages, as many together as make them few enough.
    const room = Math.max(1, access.maximumParts - 4);
    const step = size * Math.max(1, Math.ceil(content.size / size / room));
    const whole = { offset: 0, size: 100 };
    const fields = [await tableField(content, 'all of it', whole)];
    const pieces: Piece[] = [
      { name: 'header', ...whole, fields, derived: true },
      { name: 'page 1', offset: 100, size: Math.max(0, step - 100) },
    ];
    for (let at = step; at < content.size; at += step)
      pieces.push({ name: `page ${at / size + 1}`, offset: at, size: step });
    yield* layOut(pieces, content, access.maximumParts);
  },
};

async function header(content: Content): Promise<Bytes> {
  const data = await content.read(0, 100);
  if (data.length < 100) throw new FormatError('damaged', 'ends within its header');
  return new Bytes(data, false);
}

/** `3045001` is 3.45.1. */
function versionText(number: number): string {
  return `${Math.floor(number / 1_000_000)}.${Math.floor(number / 1000) % 1000}.${number % 1000}`;
}
