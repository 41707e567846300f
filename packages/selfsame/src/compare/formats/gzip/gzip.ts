import { crc32 } from 'node:zlib';
import { FormatError } from '../format.js';
import type { Content, Format, FormatAccess, Part } from '../format.js';
import { inflateRaw } from '../reading/inflate.js';
import { unknownSize } from '../reading/compressed.js';
import { PartCount } from '../reading/limits.js';
import { UniqueNames } from '../reading/text.js';
import { trailingPart } from '../reading/trailing.js';
import { Window } from '../reading/window.js';
import { isGzip, readGzipHeader } from './gzip-header.js';

/** Files of gzip, of one or more members. See README.md beside this file. */
export const gzip: Format = {
  name: 'gzip',
  kind: 'compressed',
  detect: isGzip,
  fields: async (content) => (await readGzipHeader(new Window(content), 0)).fields,
  parts: readGzip,
};

async function* readGzip(content: Content, access: FormatAccess): AsyncGenerator<Part> {
  const { length } = await readGzipHeader(new Window(content), 0);
  const end = { at: content.size };
  yield {
    name: 'content',
    type: 'file',
    fields: [],
    size: unknownSize,
    body: inflateMembers(content, access, end),
    encoded: () => ({ offset: length, size: end.at - length }),
  };
  if (end.at < content.size) {
    yield await trailingPart(content, end.at, access, new UniqueNames());
  }
}

/** The content of all members, one after the other, as gzip -d gives it; `end` becomes where the last one ends. */
async function* inflateMembers(
  content: Content,
  access: FormatAccess,
  end: { at: number },
): AsyncGenerator<Uint8Array> {
  const window = new Window(content);
  const count = new PartCount(access);
  let at = 0;
  for (let member = 1; ; member++) {
    count.add();
    const header = await readGzipHeader(window, at);
    const start = at + header.length;
    const result = { consumed: 0 };
    let sum = 0;
    let length = 0;
    for await (const chunk of inflateRaw(content, start, content.size, access, result)) {
      sum = crc32(chunk, sum);
      length += chunk.length;
      yield chunk;
    }
    const trailer = await window.exactly(start + result.consumed, 8, 'a gzip trailer');
    if (trailer.readUInt32LE(0) !== sum || trailer.readUInt32LE(4) !== length % 2 ** 32) {
      throw new FormatError('damaged', `the checksum of gzip member ${member} is wrong`);
    }
    at = start + result.consumed + 8;
    end.at = at;
    const next = await window.bytes(at, 18);
    if (!isGzip(next)) return;
  }
}
