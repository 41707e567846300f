import { crc32 } from 'node:zlib';
import { FormatError } from '../format.js';
import type { Content, Format, FormatAccess, Part } from '../format.js';
import { inflateStated } from '../reading/inflate.js';
import { checkStopped, PartCount } from '../reading/limits.js';
import { memberName, UniqueNames } from '../reading/text.js';
import { trailingPart } from '../reading/trailing.js';
import { Window } from '../reading/window.js';
import { readSigningBlock, signingBlockName } from './apk-signing-block.js';
import { findDirectory, hasZipEnd, signatures } from './zip-directory.js';
import type { ZipDirectory } from './zip-directory.js';
import { methods, readCentral } from './zip-entry.js';
import type { CentralEntry } from './zip-entry.js';
import { gapFields, readLocal } from './zip-local.js';
import type { LocalEntry } from './zip-local.js';

/** Archives of zip, whatever they are called: jar, whl, apk, docx, xpi, epub. See README.md beside this file. */
export const zip: Format = {
  name: 'zip',
  kind: 'container',
  detect: isZip,
  fields: async (content) => (await findDirectory(content)).fields,
  parts: readZip,
};

/** Names of programs that are archives with something before them: Python's zipapps, self-extracting archives. */
const prefixedNames = /\.(?:zip|jar|pyz|exe|sfx|crx|whl)$/i;

function isZip(head: Uint8Array, content: Content, name: string): boolean | Promise<boolean> {
  const start = Buffer.from(head.subarray(0, 4)).toString('latin1');
  if (start === 'PK\u0003\u0004' || start === 'PK\u0005\u0006') return true;
  return start.startsWith('#!') || prefixedNames.test(name) ? hasZipEnd(content) : false;
}

async function* readZip(content: Content, access: FormatAccess): AsyncGenerator<Part> {
  const directory = await findDirectory(content);
  const window = new Window(content);
  const names = new UniqueNames();
  const signing = await readSigningBlock(window, directory.start);
  const dataEnd = signing?.offset ?? directory.start;
  const starts = await localStarts(window, directory, access);
  const first = starts[0] ?? dataEnd;
  if (first > dataEnd) throw new FormatError('damaged', 'its entries are behind its directory');
  if (first > 0) yield section(names.unique('prefix'), 0, first);
  // Another window, since headers of both kinds are read in turn.
  const locals = new Window(content);
  let at = directory.start;
  for (let index = 0; index < starts.length; index++) {
    checkStopped(access);
    const entry = await readCentral(window, at, directory.end);
    at += entry.length;
    const offset = entry.localOffset + directory.base;
    const limit = Math.min(nextStart(starts, offset) ?? dataEnd, dataEnd);
    const local = await readLocal(locals, entry, offset, limit);
    const name = names.unique(shownName(entry.name));
    yield toPart(content, name, entry, local, access);
    if (local.end < limit) {
      const gap = section(names.unique(`gap after ${name}`), local.end, limit);
      const short = gap.size <= 64 * 1024 ? await locals.bytes(local.end, gap.size) : undefined;
      yield short === undefined ? gap : { ...gap, fields: gapFields(short, local.end) };
    }
  }
  if (signing !== undefined) yield signing;
  if (at < directory.end)
    yield section(names.unique('rest of the central directory'), at, directory.end);
  if (directory.archiveEnd < content.size) {
    yield await trailingPart(content, directory.archiveEnd, access, names);
  }
}

/** A member is none of what is told beside members by its name alone. */
function shownName(name: string): string {
  return memberName(name === signingBlockName ? `./${name}` : name);
}

/** Where all entries begin, sorted, from a first walk through the directory. */
async function localStarts(
  window: Window,
  { start, end, base, statedEntries }: ZipDirectory,
  access: FormatAccess,
): Promise<number[]> {
  const count = new PartCount(access);
  const starts: number[] = [];
  for (let at = start; at + 4 <= end;) {
    const mark = (await window.exactly(at, 4, 'the central directory')).readUInt32LE(0);
    if (mark !== signatures.central) break;
    count.add();
    const entry = await readCentral(window, at, end);
    starts.push(entry.localOffset + base);
    at += entry.length;
  }
  // Archives of more than 65 535 entries without zip64 count on from zero.
  if (starts.length !== statedEntries && starts.length % 65_536 !== statedEntries) {
    throw new FormatError(
      'damaged',
      `its directory has ${starts.length} entries and says that there are ${statedEntries}`,
    );
  }
  return starts.sort((a, b) => a - b);
}

/** The first start behind `offset`; `offset` itself where two entries begin there, which is refused as overlap. */
function nextStart(starts: readonly number[], offset: number): number | undefined {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return starts[low + 1];
}

function section(name: string, from: number, to: number): Part {
  return { name, type: 'section', fields: [], size: to - from, offset: from, body: undefined };
}

function toPart(
  content: Content,
  name: string,
  entry: CentralEntry,
  local: LocalEntry,
  access: FormatAccess,
): Part {
  const fieldNames = new UniqueNames();
  const fields = [...entry.fields, ...local.fields].map((field) => ({
    ...field,
    name: fieldNames.unique(field.name),
  }));
  const part = { name, type: typeOf(entry), fields, size: entry.size };
  if (entry.encrypted) return { ...part, body: refuse('encrypted', 'it is encrypted') };
  if (entry.method === 0) {
    if (entry.size !== entry.compressedSize) {
      return { ...part, body: refuse('damaged', 'its two sizes differ though it is stored') };
    }
    return { ...part, offset: local.dataStart, body: undefined };
  }
  if (entry.method !== 8) {
    const method = methods[entry.method] ?? `number ${entry.method}`;
    return { ...part, body: refuse('unsupported', `its method of compression is ${method}`) };
  }
  const { dataStart: offset } = local;
  return {
    ...part,
    body: inflateEntry(content, entry, local, access),
    encoded: () => ({ offset, size: entry.compressedSize }),
  };
}

const typeMask = 0o170000;

function typeOf({ name, mode }: CentralEntry): Part['type'] {
  if ((mode & typeMask) === 0o120000) return 'symlink';
  if (name.endsWith('/') || (mode & typeMask) === 0o040000) return 'directory';
  return 'file';
}

async function* refuse(reason: FormatError['reason'], message: string): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  throw new FormatError(reason, message);
}

async function* inflateEntry(
  content: Content,
  entry: CentralEntry,
  { dataStart, dataEnd }: LocalEntry,
  access: FormatAccess,
): AsyncGenerator<Uint8Array> {
  const result = { consumed: 0 };
  let sum = 0;
  let length = 0;
  const stated = [dataStart, dataEnd, entry.size] as const;
  for await (const chunk of inflateStated(content, stated, access, result)) {
    length += chunk.length;
    if (length > entry.size) throw new FormatError('damaged', 'it is longer than it says');
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (length !== entry.size || sum !== entry.crc) {
    throw new FormatError('damaged', 'its length or checksum is wrong');
  }
  if (result.consumed !== entry.compressedSize) {
    throw new FormatError('damaged', 'there is something behind its deflated data');
  }
}
