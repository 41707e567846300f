import {
  FormatError,
  type Content,
  type Field,
  type Format,
  type FormatAccess,
  type Part,
} from '../format.js';
import { PartCount } from '../reading/limits.js';
import { UniqueNames } from '../reading/text.js';
import { Window } from '../reading/window.js';

/** `struct cbfs_payload_segment`: seven numbers, big-endian (cbfs_serialized.h). */
const segmentBytes = 28;
const types: Readonly<Record<number, string>> = {
  0x434f4445: 'CODE',
  0x44415441: 'DATA',
  0x42535320: 'BSS',
  0x50415241: 'PARAMS',
  0x454e5452: 'ENTRY',
};
/** More segments than any payload has. */
const mostSegments = 64;

/** What coreboot starts: kernels with their initial file systems as segments (SELF). See README.md beside this file. */
export const cbfsPayload: Format = {
  name: 'coreboot-payload',
  kind: 'container',
  detect: (head, content) => isPayload(head, content),
  parts: readPayload,
};

/** The first segment is of a known kind, and its data lies inside. */
function isPayload(head: Uint8Array, content: Content): boolean {
  if (head.length < segmentBytes) return false;
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const [type, compression] = [bytes.readUInt32BE(0), bytes.readUInt32BE(4)];
  const end = bytes.readUInt32BE(8) + bytes.readUInt32BE(20);
  return type in types && compression <= 2 && end <= content.size;
}

async function* readPayload(content: Content, access: FormatAccess): AsyncGenerator<Part> {
  const window = new Window(content);
  const names = new UniqueNames();
  const count = new PartCount(access);
  let at = 0;
  let tableEnd = 0;
  const segments: {
    readonly index: number;
    readonly from: number;
    readonly to: number;
    readonly fields: Field[];
    readonly name: string;
  }[] = [];
  for (let index = 0; tableEnd === 0; index += 1) {
    count.add();
    if (index >= mostSegments) throw new FormatError('damaged', 'its segments do not end');
    const bytes = Buffer.from(await window.exactly(at, segmentBytes, 'a segment'));
    const name = types[bytes.readUInt32BE(0)];
    if (name === undefined)
      throw new FormatError('damaged', `segment ${index} is of no known kind`);
    const [from, size] = [bytes.readUInt32BE(8), bytes.readUInt32BE(20)];
    const hasData = name !== 'BSS' && name !== 'ENTRY';
    if (hasData && from + size > content.size)
      throw new FormatError('damaged', `segment ${index} ends outside`);
    const fields = segmentFields(bytes, at, hasData);
    segments.push({
      ...{ index, fields, name },
      ...(hasData ? { from, to: from + size } : { from: 0, to: 0 }),
    });
    at += segmentBytes;
    if (name === 'ENTRY') tableEnd = at;
  }
  let end = tableEnd;
  let before = 'the segments';
  for (const { index, name, from, to, fields } of [...segments].sort(
    (p, q) => p.from - q.from || p.index - q.index,
  )) {
    const label = `segment ${index} ${name}`;
    if (from === to) {
      yield { name: names.unique(label), type: 'section', fields, size: 0, body: undefined };
      continue;
    }
    if (from < end) throw new FormatError('damaged', `segment ${index} lies over others`);
    if (from > end) yield section(names.unique(`gap after ${before}`), end, from, []);
    yield section(names.unique(label), from, to, fields);
    [end, before] = [to, label];
  }
  if (end < content.size) yield section(names.unique(`gap after ${before}`), end, content.size, []);
}

/** Where a segment's data stands follows from how long those before it are; where it has none the number says more. */
function segmentFields(bytes: Buffer, at: number, hasData: boolean): Field[] {
  const number = (name: string, kind: Field['kind'], from: number): Field => {
    return { name, kind, value: String(bytes.readUInt32BE(from)), offset: at + from };
  };
  const load = `0x${bytes.readBigUInt64BE(12).toString(16)}`;
  return [
    number('compression', 'compression', 4),
    number('offset', hasData ? 'size' : 'other', 8),
    { name: 'load_addr', kind: 'other', value: load, offset: at + 12 },
    ...(hasData ? [] : [number('len', 'other', 20)]),
    number('mem_len', 'size', 24),
  ];
}

function section(name: string, from: number, to: number, fields: readonly Field[]): Part {
  return { name, type: 'section', fields, size: to - from, offset: from, body: undefined };
}
