import { isTarHeader } from '../../../inputs/unpack/tar-header.js';
import { FormatError } from '../format.js';
import type { Content, Field, Format, FormatAccess, Part } from '../format.js';
import { PartCount } from '../reading/limits.js';
import { decodeCString, decodeText, hexText, memberName, UniqueNames } from '../reading/text.js';
import { isZero, trailingPart } from '../reading/trailing.js';
import { cutOff, Window } from '../reading/window.js';
import { blockBytes, headerFields, splitHeader } from './tar-fields.js';
import type { TarHeader } from './tar-fields.js';
import { maxMetaBytes, paxFields, paxNumber, paxValue, splitPax } from './tar-pax.js';
import type { PaxRecord } from './tar-pax.js';
import {
  checkSparseMap,
  expandSparse,
  isPaxSparse,
  oldSparseMap,
  paxSparseMap,
  sparseField,
} from './tar-sparse.js';

/** Archives of tar: v7, ustar, pax and GNU. See README.md beside this file. */
export const tar: Format = {
  name: 'tar',
  kind: 'container',
  detect: (head) => isTarHeader(bufferOf(head).subarray(0, blockBytes)),
  parts: readTar,
};

const zeroBlock = Buffer.alloc(blockBytes);

/** Longest name and target that are read, bytes: an extended header may have much more of either. */
const maxNameBytes = 64 * 1024;

/** What extended headers say of the entry after them. */
interface Pending {
  readonly records: PaxRecord[];
  readonly fields: Field[];
  longName: string | undefined;
  longLink: string | undefined;
  /** Of the longer of these two. */
  textBytes: number;
  /** Bytes that are held. */
  bytes: number;
}

const nothingPending = (): Pending => ({
  records: [],
  fields: [],
  longName: undefined,
  longLink: undefined,
  textBytes: 0,
  bytes: 0,
});

async function* readTar(content: Content, access: FormatAccess): AsyncGenerator<Part> {
  const window = new Window(content);
  const names = new UniqueNames();
  const count = new PartCount(access);
  let pending = nothingPending();
  let globals: readonly PaxRecord[] = [];
  let offset = 0;
  for (;;) {
    count.add();
    const block = await window.bytes(offset, blockBytes);
    if (block.length < blockBytes || block.equals(zeroBlock)) break;
    if (!isTarHeader(block) && !(block[0] === 0 && hasChecksum(block))) {
      throw new FormatError('damaged', `the header at ${offset} has a wrong checksum`);
    }
    const header = splitHeader(Buffer.from(block), offset); // A copy: the window moves on.
    if ('xgLK'.includes(header.type)) {
      const { meta, padding } = await readMeta(window, header);
      if (header.type === 'g') {
        globals = splitPax(meta, offset + blockBytes, access).filter(({ key }) =>
          overriding.has(key),
        );
        yield globalPart(header, splitPax(meta, offset + blockBytes, access), meta, padding, names);
      } else addMeta(pending, header, meta, padding, access);
      offset = endOf(header.offset + blockBytes, meta.length);
      continue;
    }
    const { part, end } = await readEntry(window, header, pending, globals, names, access);
    pending = nothingPending();
    yield part;
    offset = end;
  }
  if (pending.bytes > 0 || pending.fields.length > 0) {
    throw new FormatError('damaged', 'it ends after an extended header');
  }
  if (offset < content.size) yield await trailingPart(content, offset, access, names);
}

/** Keys of global headers that decide what an entry is. */
const overriding: ReadonlySet<string> = new Set(['path', 'linkpath', 'size']);

/** A header without a name: GNU tar makes none, others may. */
function hasChecksum(block: Buffer): boolean {
  const named = Buffer.from(block);
  // The test for archives wants a first byte; one more there is one more in the sum.
  named[0] = 1;
  const stored = /^[ \0]*([0-7]{1,8})/.exec(block.toString('latin1', 148, 156))?.[1];
  if (stored === undefined) return false;
  const sum = (Number.parseInt(stored, 8) + 1).toString(8).padStart(7, '0');
  named.write(`${sum}\0`, 148, 'latin1');
  return isTarHeader(named);
}

async function readEntry(
  window: Window,
  header: TarHeader,
  pending: Pending,
  globals: readonly PaxRecord[],
  names: UniqueNames,
  access: FormatAccess,
): Promise<{ readonly part: Part; readonly end: number }> {
  const { records } = pending;
  const value = (key: string): Buffer | undefined =>
    paxValue(records, key) ?? paxValue(globals, key);
  const pathRecord = value('GNU.sparse.name') ?? value('path');
  const longer = Math.max(pathRecord?.length ?? 0, value('linkpath')?.length ?? 0);
  if (Math.max(longer, pending.textBytes) > maxNameBytes)
    throw new FormatError('too-large', `it has a name of more than ${maxNameBytes} bytes`);
  const path = pathRecord === undefined ? undefined : decodeText(pathRecord);
  const name = path ?? pending.longName ?? header.name;
  const type = typeOf(header.type, name);
  const stated = paxNumber(records, 'size') ?? paxNumber(globals, 'size') ?? header.size;
  const hasBody = type === 'file' || type === 'other' || header.type === 'D';
  const stored = hasBody ? bodyBytes(stated, name) : 0;
  const fields = entryFields(header, pending);
  if (!hasBody && stated !== 0n) {
    const value = stated === undefined ? 'no number' : String(stated);
    fields.push({ name: 'size', kind: 'size', value, offset: header.offset + 124 });
  }
  let dataOffset = header.offset + blockBytes;
  let body: Part['body'];
  let size = stored;
  if (header.type === 'S' || (type === 'file' && isPaxSparse(records))) {
    const map =
      header.type === 'S'
        ? await oldSparseMap(window, header, access)
        : await paxSparseMap(window, records, dataOffset);
    dataOffset += map.extraHeaderBytes;
    const data = dataOffset + map.mapBytes;
    checkSparseMap(map, stored - map.mapBytes);
    body = expandSparse(window.content, map, data, access);
    size = map.realSize;
    fields.push(sparseField(map));
  }
  const dataEnd = dataOffset + stored;
  if (dataEnd > window.content.size) throw cutOff(JSON.stringify(memberName(name)));
  const end = endOf(dataOffset, stored);
  fields.push(...paddingFields(await window.bytes(dataEnd, end - dataEnd), 'padding', dataEnd));
  const unique = uniqueFields(fields);
  const part: Part = { name: names.unique(memberName(name)), type, fields: unique, size, body };
  return { part: body !== undefined || !hasBody ? part : { ...part, offset: dataOffset }, end };
}

/** The header's fields, with what extended headers say instead where they say it. */
function entryFields(header: TarHeader, pending: Pending): Field[] {
  const own = headerFields(header);
  const extended = paxFields(pending.records);
  const fields: Field[] = [];
  for (const field of own) {
    const key = field.name === 'linkname' ? 'linkpath' : field.name;
    const over = extended.find(({ name }) => name === key);
    if (over === undefined) fields.push(field);
    else if (!agree(field, over)) fields.push({ ...field, name: `header ${field.name}` });
  }
  if (pending.longLink !== undefined) {
    const index = fields.findIndex(({ name }) => name === 'linkname');
    const long: Field = { name: 'linkname', kind: 'link', value: pending.longLink };
    if (index === -1) fields.push(long);
    else fields[index] = long;
  }
  fields.push(...extended);
  // What an extended header's own header repeats of the entry's says nothing new.
  for (const field of pending.fields) {
    const plain = field.name.slice(field.name.indexOf(' header ') + ' header '.length);
    const same = own.find(({ name }) => name === plain);
    if (same?.value !== field.value) fields.push(field);
  }
  return fields;
}

/** True where a header can only repeat, in fewer digits, what the extended header says. */
function agree(field: Field, over: Field): boolean {
  if (field.kind === 'time') return Math.floor(over.seconds ?? Number.NaN) === field.seconds;
  return field.kind === 'link' ? over.value.startsWith(field.value) : over.value === field.value;
}

function uniqueFields(fields: readonly Field[]): Field[] {
  const names = new UniqueNames();
  return fields.map((field) => ({ ...field, name: names.unique(field.name) }));
}

/** What an extended header holds, and the bytes behind it up to the next header. */
interface Meta {
  readonly meta: Buffer;
  readonly padding: Buffer;
}

async function readMeta(window: Window, header: TarHeader): Promise<Meta> {
  const size = bodyBytes(header.size, 'an extended header');
  if (size > maxMetaBytes) throw new FormatError('too-large', 'an extended header is too large');
  const start = header.offset + blockBytes;
  const whole = await window.bytes(start, endOf(0, size));
  if (whole.length < size) throw cutOff('an extended header');
  const isText = header.type === 'L' || header.type === 'K';
  const textEnd = isText ? whole.subarray(0, size).indexOf(0) : -1;
  const used = textEnd === -1 ? size : textEnd;
  return {
    meta: Buffer.from(whole.subarray(0, size)),
    padding: Buffer.from(whole.subarray(used)),
  };
}

/** A field for padding that is not zero. */
function paddingFields(padding: Buffer, name: string, offset: number): Field[] {
  if (isZero(padding)) return [];
  return [{ name, kind: 'padding', value: hexText(padding), offset }];
}

const metaNames = { x: 'pax header', L: 'long name header', K: 'long link header' } as const;

function addMeta(
  pending: Pending,
  header: TarHeader,
  meta: Buffer,
  padding: Buffer,
  access: FormatAccess,
): void {
  pending.bytes += meta.length + blockBytes;
  if (pending.bytes > maxMetaBytes) {
    throw new FormatError('too-large', 'the extended headers of one entry are too large');
  }
  const type = header.type === 'L' || header.type === 'K' ? header.type : 'x';
  if (type === 'x') {
    pending.records.push(...splitPax(meta, header.offset + blockBytes, access));
  } else {
    pending.textBytes = Math.max(pending.textBytes, meta.length);
    if (type === 'L') pending.longName = decodeCString(meta);
    else pending.longLink = decodeCString(meta);
  }
  const before = `${metaNames[type]} `;
  pending.fields.push(
    { name: `${before}name`, kind: 'name', value: header.name, offset: header.offset },
    ...headerFields(header, before).filter(({ name }) => name !== `${before}typeflag`),
    ...paddingFields(padding, `${before}padding`, header.offset + blockBytes + meta.length),
  );
}

function globalPart(
  header: TarHeader,
  records: readonly PaxRecord[],
  meta: Buffer,
  padding: Buffer,
  names: UniqueNames,
): Part {
  const before = 'global header ';
  const fields = [
    ...paxFields(records),
    { name: `${before}name`, kind: 'name' as const, value: header.name, offset: header.offset },
    ...headerFields(header, before),
    ...paddingFields(padding, 'padding', header.offset + blockBytes + meta.length),
  ];
  return {
    name: names.unique('pax_global_header'),
    type: 'other',
    fields: uniqueFields(fields),
    size: meta.length,
    offset: header.offset + blockBytes,
    body: undefined,
  };
}

function typeOf(type: string, name: string): Part['type'] {
  if (type === '\0') return name.endsWith('/') ? 'directory' : 'file';
  if (type === '0' || type === '7' || type === 'S') return 'file';
  if (type === '1') return 'hardlink';
  if (type === '2') return 'symlink';
  if (type === '3' || type === '4' || type === '6') return 'device';
  // D: a directory with a list of its names as content.
  if (type === '5' || type === 'D') return 'directory';
  return 'other';
}

function bodyBytes(size: bigint | undefined, name: string): number {
  if (size === undefined || size < 0n || size > BigInt(Number.MAX_SAFE_INTEGER) / 2n) {
    throw new FormatError('damaged', `the size of ${JSON.stringify(memberName(name))} is none`);
  }
  return Number(size);
}

function endOf(start: number, size: number): number {
  return start + Math.ceil(size / blockBytes) * blockBytes;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
