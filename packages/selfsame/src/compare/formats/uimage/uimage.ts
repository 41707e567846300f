import { type Content, type Field, type Format, type FormatAccess, type Part } from '../format.js';
import { PartCount } from '../reading/limits.js';
import { decodeText, hexText, UniqueNames } from '../reading/text.js';
import { timeField } from '../reading/time.js';
import { isZero, trailingPart } from '../reading/trailing.js';
import { cutOff, Window } from '../reading/window.js';

/** `struct legacy_img_hdr` (U-Boot, include/image.h), all of it big-endian. */
const headerBytes = 64;
const magic = 0x27051956;
/** IH_TYPE_MULTI: a list of sizes, then as many images. */
const multi = 4;

/** U-Boot's legacy images (mkimage). See README.md beside this file. */
export const uimage: Format = {
  name: 'uimage',
  kind: 'container',
  detect: (head) => head.length >= headerBytes && bufferOf(head).readUInt32BE(0) === magic,
  fields: async (content) => {
    const read = await new Window(content).exactly(0, headerBytes, 'the header');
    return headerFields(read);
  },
  parts: readUimage,
};

const numbers = [
  ['ih_hcrc', 'checksum', 4, 4],
  ['ih_size', 'size', 12, 4],
  ['ih_load', 'other', 16, 4],
  ['ih_ep', 'other', 20, 4],
  ['ih_dcrc', 'checksum', 24, 4],
  ['ih_os', 'version', 28, 1],
  ['ih_arch', 'version', 29, 1],
  ['ih_type', 'version', 30, 1],
  ['ih_comp', 'compression', 31, 1],
] as const;

function headerFields(header: Buffer): Field[] {
  const name = header.subarray(32, headerBytes);
  const end = name.indexOf(0);
  const behind = end === -1 ? Buffer.alloc(0) : name.subarray(end);
  return [
    timeField('ih_time', header.readUInt32BE(8), 8),
    ...numbers.map(([field, kind, at, length]): Field => {
      const number = header.readUIntBE(at, length);
      const value = kind === 'other' ? `0x${number.toString(16).padStart(8, '0')}` : `${number}`;
      return { name: field, kind, value, offset: at };
    }),
    {
      ...{ name: 'ih_name', kind: 'text', offset: 32 },
      value: decodeText(end === -1 ? name : name.subarray(0, end)),
    },
    ...(isZero(behind)
      ? []
      : [
          {
            name: 'ih_name, rest',
            kind: 'padding' as const,
            value: hexText(behind),
            offset: 32 + end,
          },
        ]),
  ];
}

async function* readUimage(content: Content, access: FormatAccess): AsyncGenerator<Part> {
  const window = new Window(content);
  const header = Buffer.from(await window.exactly(0, headerBytes, 'the header'));
  const end = headerBytes + header.readUInt32BE(12);
  if (end > content.size) throw cutOff('the image');
  const names = new UniqueNames();
  if (header[30] === multi) yield* readImages(window, end, names, access);
  else yield section(names.unique('image'), headerBytes, end);
  if (end < content.size) yield await trailingPart(content, end, access, names);
}

/** Images of a multi-file image: their sizes up to a 0, then each from a multiple of 4 on. */
async function* readImages(
  window: Window,
  end: number,
  names: UniqueNames,
  access: FormatAccess,
): AsyncGenerator<Part> {
  const count = new PartCount(access);
  const sizes: number[] = [];
  let at = headerBytes;
  for (;;) {
    count.add();
    if (at + 4 > end) throw cutOff('its list of images');
    const size = (await window.exactly(at, 4, 'its list of images')).readUInt32BE(0);
    at += 4;
    if (size === 0) break;
    sizes.push(size);
  }
  for (const [index, size] of sizes.entries()) {
    if (at + size > end) throw cutOff(`image ${index}`);
    yield section(names.unique(`image ${index}`), at, at + size);
    const next = Math.min(end, at + Math.ceil(size / 4) * 4);
    const padding = await window.exactly(at + size, next - at - size, 'padding');
    if (!isZero(padding)) yield section(names.unique(`gap after image ${index}`), at + size, next);
    at = next;
  }
  if (at < end) yield section(names.unique('rest of the image'), at, end);
}

function section(name: string, from: number, to: number): Part {
  return { name, type: 'section', fields: [], size: to - from, offset: from, body: undefined };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
