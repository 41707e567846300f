import type { Content, Field, Format, FormatAccess, Part } from '../format.js';
import { checkStopped, PartCount } from '../reading/limits.js';
import { UniqueNames } from '../reading/text.js';
import { Window } from '../reading/window.js';
import { alignment, findFile, mark, type CbfsFile } from './cbfs-file.js';

/** Bytes that are looked at to find out whether a ROM has files: the largest flash chips. */
const largestRom = 64 * 2 ** 20;

/** ROMs of coreboot with their files (CBFS). See README.md beside this file. */
export const cbfs: Format = {
  name: 'cbfs',
  kind: 'container',
  detect: isCbfs,
  parts: readCbfs,
};

/** A file at the start, the pointer at the end to what old programs read first, or the name and a file anywhere. */
async function isCbfs(head: Uint8Array, content: Content, name: string): Promise<boolean> {
  if (Buffer.from(head.subarray(0, 8)).toString('latin1') === mark) return true;
  const { size } = content;
  if (size < 4096 || size % alignment !== 0 || size > largestRom) return false;
  const end = Buffer.from(await content.read(size - 4, 4));
  const header = size + end.readInt32LE(0);
  if (header >= 0 && header <= size - 32) {
    const found = Buffer.from(await content.read(header, 4));
    // CBFS_HEADER_MAGIC, "ORBC" (cbfs_serialized.h).
    if (found.readUInt32BE(0) === 0x4f524243) return true;
  }
  if (!/\.(?:rom|cbfs)$/i.test(name)) return false;
  return (await findFile(new Window(content), 0, () => undefined)) !== undefined;
}

async function* readCbfs(content: Content, access: FormatAccess): AsyncGenerator<Part> {
  const window = new Window(content);
  const names = new UniqueNames();
  const count = new PartCount(access);
  const check = (): void => checkStopped(access);
  let at = 0;
  let before = 'the start';
  for (;;) {
    count.add();
    const file = await findFile(window, at, check);
    const end = file?.start ?? content.size;
    if (at < end) yield await gap(content, names, before, [at, end], access);
    if (file === undefined) return;
    before = file.name === '' ? 'empty space' : file.name;
    yield await toPart(content, names, file, access);
    at = file.dataStart + file.size;
  }
}

async function toPart(
  content: Content,
  names: UniqueNames,
  { name, fields, dataStart, size }: CbfsFile,
  access: FormatAccess,
): Promise<Part> {
  const place = { size, offset: dataStart, body: undefined };
  if (name !== '') return { name: names.unique(name), type: 'file', fields, ...place };
  // Room that is kept: how much follows from what is around it.
  const isFree = await isErased(content, [dataStart, dataStart + size], access);
  const said = isFree ? 'empty space' : 'bytes in empty space';
  const rest: readonly Field[] = fields;
  return { name: names.unique(said), type: 'section', fields: rest, ...place, derived: isFree };
}

async function gap(
  content: Content,
  names: UniqueNames,
  before: string,
  [from, to]: readonly [from: number, to: number],
  access: FormatAccess,
): Promise<Part> {
  const isFree = await isErased(content, [from, to], access);
  const name = names.unique(`${isFree ? 'free space' : 'bytes'} after ${before}`);
  const place = { size: to - from, offset: from, body: undefined };
  return { name, type: 'section', fields: [], ...place, ...(isFree && { derived: true }) };
}

/** Whether flash memory has it as nothing was ever written there. */
async function isErased(
  content: Content,
  [from, to]: readonly [from: number, to: number],
  access: FormatAccess,
): Promise<boolean> {
  for await (const piece of content.stream(from, to)) {
    checkStopped(access);
    if (piece.some((byte) => byte !== 0xff)) return false;
  }
  return true;
}
