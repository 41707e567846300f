import { crc32 } from 'node:zlib';
import {
  FormatError,
  type Content,
  type Field,
  type Format,
  type FormatAccess,
} from '../format.js';
import { checkStopped } from '../reading/limits.js';
import { Bytes, textUntilNul } from '../structure/bytes.js';
import { inflated, prefixOf } from '../structure/inflate.js';
import { layOut, type Piece } from '../structure/layout.js';

/** PNG specification (ISO/IEC 15948) 5.2. */
const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const longestText = 65_536;

interface Chunk {
  readonly type: string;
  /** Of its data. */
  readonly offset: number;
  readonly size: number;
}

/** PNG images (and APNG): chunks, with the pixels decompressed. */
export const png: Format = {
  name: 'png',
  kind: 'structure',
  detect: (head) => signature.every((byte, index) => head[index] === byte),
  async *parts(content, access) {
    const chunks = await readChunks(content, access);
    const pixels = chunks.filter(({ type }) => type === 'IDAT');
    const pieces: Piece[] = [{ name: 'signature', offset: 0, size: signature.length }];
    const expanded = { left: 4 * 2 ** 20 };
    for (const chunk of chunks) {
      const { type, offset, size } = chunk;
      const isPixels = type === 'IDAT';
      const fields = isPixels
        ? await wrongSum(content, chunk)
        : await chunkFields(content, chunk, access, expanded);
      pieces.push({
        name: isPixels ? 'IDAT (compressed)' : type,
        offset: offset - 8,
        size: size + 12,
        fields,
        derived: isPixels,
      });
    }
    yield* layOut(pieces, content, access.maximumParts - 1);
    if (pixels.length > 0)
      yield {
        name: 'IDAT',
        type: 'section',
        fields: [],
        size: 0,
        body: pixelBytes(content, pixels, access),
        encoded: () => extent(pixels),
      };
  },
};

/** Length, type, data, CRC; until they end or do not fit. */
async function readChunks(content: Content, access: FormatAccess): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for (let at = signature.length; at + 12 <= content.size;) {
    checkStopped(access);
    const bytes = new Bytes(await content.read(at, 8), false);
    const size = bytes.u32(0);
    const type = Buffer.from(bytes.slice(4, 4)).toString('latin1');
    if (!/^[A-Za-z]{4}$/.test(type) || at + 12 + size > content.size) break;
    if (chunks.length >= access.maximumParts)
      throw new FormatError('too-large', `has more than ${access.maximumParts} chunks`);
    chunks.push({ type, offset: at + 8, size });
    at += 12 + size;
    if (type === 'IEND') break;
  }
  return chunks;
}

/** From the first of some chunks to the end of the last one. */
function extent(chunks: readonly Chunk[]): { offset: number; size: number } | undefined {
  const [first, last] = [chunks[0], chunks.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const offset = first.offset - 8;
  return { offset, size: last.offset + last.size + 4 - offset };
}

/** The data of chunks one after the other, but for so many bytes at their start. */
async function* together(
  content: Content,
  chunks: readonly Chunk[],
  but = 0,
): AsyncGenerator<Uint8Array> {
  let left = but;
  for (const { offset, size } of chunks) {
    if (left < size) yield* content.stream(offset + left, offset + size);
    left = Math.max(0, left - size);
  }
}

/** Pixels as they were before they were compressed, and what stands behind them, which no decoder looks at. */
async function* pixelBytes(
  content: Content,
  chunks: readonly Chunk[],
  access: FormatAccess,
): AsyncGenerator<Uint8Array> {
  const stream = { consumed: 0 };
  yield* inflated(together(content, chunks), access, false, stream);
  yield* together(content, chunks, stream.consumed);
}

/** A checksum that is right follows from the rest of its chunk; one that is not makes decoders refuse the image. */
async function wrongSum(content: Content, { offset, size }: Chunk): Promise<Field[]> {
  let sum = 0;
  for await (const piece of content.stream(offset - 4, offset + size)) sum = crc32(piece, sum);
  const end = offset + size;
  const said = new Bytes(await content.read(end, 4), false).u32(0);
  if (said === sum) return [];
  return [{ name: 'wrong CRC', kind: 'other', value: `0x${said.toString(16)}`, offset: end }];
}

/** Times and texts, as the specification names the chunks. */
async function chunkFields(
  content: Content,
  { type, offset, size }: Chunk,
  access: FormatAccess,
  expanded: { left: number },
): Promise<Field[]> {
  if (type === 'tIME' && size === 7) {
    const bytes = new Bytes(await content.read(offset, 7), false);
    const [month, day, hour, minute, second] = [2, 3, 4, 5, 6].map((at) => bytes.u8(at));
    const seconds = Date.UTC(bytes.u16(0), (month ?? 1) - 1, day, hour, minute, second) / 1000;
    const pad = (value = 0): string => String(value).padStart(2, '0');
    const date = `${String(bytes.u16(0)).padStart(4, '0')}-${pad(month)}-${pad(day)}`;
    const value = `${date}T${pad(hour)}:${pad(minute)}:${pad(second)}Z`;
    return [
      { name: 'tIME', kind: 'time', value, offset, ...(Number.isFinite(seconds) && { seconds }) },
    ];
  }
  if (type !== 'tEXt' && type !== 'zTXt' && type !== 'iTXt') return [];
  const data = await content.read(offset, Math.min(size, longestText));
  const end = data.indexOf(0);
  if (end < 1 || end > 79) return [];
  const keyword = Buffer.from(data.subarray(0, end)).toString('latin1');
  // zTXt: a byte for the method. iTXt: whether compressed, the method, language and translated keyword, each ended by NUL.
  const packed = type === 'zTXt' || (type === 'iTXt' && data[end + 1] === 1);
  const start = type === 'tEXt' ? end + 1 : type === 'zTXt' ? end + 2 : afterNuls(data, end + 3, 2);
  if (start === undefined) return [];
  const text = packed ? await expand(data.subarray(start), access, expanded) : data.subarray(start);
  const shown = type === 'iTXt' ? textUntilNul(text) : Buffer.from(text).toString('latin1');
  const field = { name: keyword, value: shown.slice(0, 4096), offset: offset + start };
  const time = /time|date/i.test(keyword) ? Date.parse(shown) : Number.NaN;
  if (Number.isNaN(time)) {
    const kind = keyword === 'Software' ? 'version' : 'text';
    return [{ ...field, kind }];
  }
  return [{ ...field, kind: 'time', seconds: Math.floor(time / 1000) }];
}

async function expand(
  data: Uint8Array,
  access: FormatAccess,
  expanded: { left: number },
): Promise<Uint8Array> {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield data;
  }
  const text = await prefixOf(
    inflated(source(), access, true),
    Math.min(longestText, expanded.left),
  );
  expanded.left -= text.length;
  return text;
}

/** Where what follows `count` more NULs begins. */
function afterNuls(data: Uint8Array, from: number, count: number): number | undefined {
  let at = from;
  for (let index = 0; index < count; index++) {
    const end = data.indexOf(0, at);
    if (end === -1) return undefined;
    at = end + 1;
  }
  return at;
}
