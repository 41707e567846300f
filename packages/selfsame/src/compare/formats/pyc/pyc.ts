import { FormatError, type Field, type Format } from '../format.js';
import { timeField } from '../reading/time.js';
import { Bytes, hex } from '../structure/bytes.js';
import { layOut } from '../structure/layout.js';
import { codeFields } from './marshal.js';

/** First magic numbers (CPython's Lib/importlib/_bootstrap_external.py) with a size, and with flags, in the header. */
const withSize = 3190;
const withFlags = 3390;
/** Those of Python 2 lie above, of Python 3 from 3000 on. */
const firstOfThree = 3000;
const firstOfTwo = 20_121;
const lastOfTwo = 62_211;

/** Modules compiled by CPython. */
export const pyc: Format = {
  name: 'pyc',
  kind: 'structure',
  detect(head, _content, name) {
    if (head.length < 8 || head[2] !== 0x0d || head[3] !== 0x0a) return false;
    const magic = new Bytes(head, true).u16(0);
    const known =
      (magic >= firstOfThree && magic < 4500) || (magic >= firstOfTwo && magic <= lastOfTwo);
    if (!known) return false;
    const body = head[headerSize(magic)];
    // A code object, with or without the mark of a reference.
    return /\.py[co]$/.test(name) || body === 0xe3 || body === 0x63;
  },
  async fields(content) {
    const data = await content.read(0, 16);
    if (data.length < 4) throw new FormatError('damaged', 'has no header');
    return [
      ...headerFields(new Bytes(data, true)),
      ...(await codeFields(content, headerSize(new Bytes(data, true).u16(0)))),
    ];
  },
  async *parts(content, access) {
    const data = await content.read(0, 2);
    if (data.length < 2) throw new FormatError('damaged', 'has no header');
    const size = headerSize(new Bytes(data, true).u16(0));
    yield* layOut(
      [
        { name: 'header', offset: 0, size, derived: true },
        { name: 'code', offset: size, size: Math.max(0, content.size - size) },
      ],
      content,
      access.maximumParts,
    );
  },
};

function headerSize(magic: number): number {
  if (magic >= firstOfTwo || magic < withSize) return 8;
  return magic < withFlags ? 12 : 16;
}

/** PEP 3147 and 552. */
function headerFields(bytes: Bytes): Field[] {
  const magic = bytes.u16(0);
  const fields: Field[] = [{ name: 'magic', kind: 'version', value: `${magic}`, offset: 0 }];
  const size = headerSize(magic);
  if (bytes.size < size) throw new FormatError('damaged', 'ends within its header');
  const source = (at: number): Field[] => [
    timeField('mtime', bytes.u32(at), at),
    ...(size > 8
      ? [
          {
            name: 'source size',
            kind: 'size' as const,
            value: `${bytes.u32(at + 4)}`,
            offset: at + 4,
          },
        ]
      : []),
  ];
  if (size < 16) return [...fields, ...source(4)];
  const flags = bytes.u32(4);
  fields.push({ name: 'flags', kind: 'flags', value: `0x${flags.toString(16)}`, offset: 4 });
  if ((flags & 1) === 0) return [...fields, ...source(8)];
  return [
    ...fields,
    { name: 'source hash', kind: 'checksum', value: hex(bytes.slice(8, 8)), offset: 8 },
  ];
}
