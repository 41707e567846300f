import { constants, inflateRawSync } from 'node:zlib';
import { isGzip, readGzipHeader } from '../gzip/gzip-header.js';
import type { Content, Format, FormatAccess, Part } from '../format.js';
import { inflateRaw } from '../reading/inflate.js';
import { PartCount } from '../reading/limits.js';
import { UniqueNames } from '../reading/text.js';
import { trailingPart } from '../reading/trailing.js';
import { cutOff, Window } from '../reading/window.js';

/**
 * Packages of Alpine (apk-package(5), version 2): compressed archives behind one another, of signatures, of control
 * files, and of the data.
 */
export const alpine: Format = {
  name: 'alpine-apk',
  kind: 'container',
  detect: (head) => isGzip(head) && /^(?:\.SIGN\.|\.PKGINFO)/.test(firstName(head)),
  parts: readMembers,
};

/** The name of the first member of a compressed tar archive with the simplest header, from what is there of it. */
function firstName(head: Uint8Array): string {
  if (head[3] !== 0) return '';
  try {
    const start = inflateRawSync(head.subarray(10), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: 4 * 1024 ** 2,
    });
    return start.toString('latin1', 0, 100);
  } catch {
    return '';
  }
}

/** Each member as it is, so that it is read as a compressed archive; its end is found by unpacking it. */
async function* readMembers(content: Content, access: FormatAccess): AsyncGenerator<Part> {
  const window = new Window(content);
  const count = new PartCount(access);
  const names = new UniqueNames();
  let offset = 0;
  while (isGzip(await window.bytes(offset, 18))) {
    count.add();
    const header = await readGzipHeader(window, offset);
    const start = offset + header.length;
    const result = { consumed: 0 };
    let first = '';
    for await (const chunk of inflateRaw(content, start, content.size, access, result)) {
      if (first === '') first = Buffer.from(chunk.subarray(0, 100)).toString('latin1');
    }
    const end = start + result.consumed + 8;
    if (end > content.size) throw cutOff('a gzip trailer');
    yield {
      name: names.unique(nameOf(first)),
      type: 'section',
      fields: [],
      size: end - offset,
      offset,
      body: undefined,
    };
    offset = end;
  }
  if (offset < content.size) yield await trailingPart(content, offset, access, names);
}

function nameOf(first: string): string {
  if (first.startsWith('.SIGN.')) return 'signature.tar.gz';
  return first.startsWith('.PKGINFO') ? 'control.tar.gz' : 'data.tar.gz';
}
