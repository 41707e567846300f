import type { Content, Field, Format, FormatAccess, Part } from '../format.js';
import { checkStopped, PartCount } from '../reading/limits.js';
import { hexText, memberName, UniqueNames } from '../reading/text.js';
import { firstNonZero, trailingPart, zerosField } from '../reading/trailing.js';
import { cutOff, Window } from '../reading/window.js';
import { align, isCpioHeader, readCpioHeader } from './cpio-header.js';
import type { CpioHeader } from './cpio-header.js';

/** Archives of cpio in text (newc, crc, odc), also several behind one another, as in an initrd. See README.md. */
export const cpio: Format = {
  name: 'cpio',
  kind: 'container',
  detect: isCpioHeader,
  parts: readCpio,
};

const trailer = 'TRAILER!!!';

async function* readCpio(content: Content, access: FormatAccess): AsyncGenerator<Part> {
  const window = new Window(content);
  const names = new UniqueNames();
  const count = new PartCount(access);
  let segment = 1;
  let offset = 0;
  while (offset < content.size) {
    count.add();
    const header = await readCpioHeader(window, offset);
    const dataEnd = header.dataStart + header.size;
    if (dataEnd > content.size) throw cutOff(JSON.stringify(memberName(header.name)));
    offset = Math.min(align(dataEnd, header.alignment), content.size);
    const padding = await window.bytes(dataEnd, offset - dataEnd);
    yield toPart(names.unique(memberName(header.name)), header, paddingFields(padding, dataEnd));
    if (header.name !== trailer) continue;
    // The kernel unpacks one archive after the other, with zeros between them, and any of them may be compressed.
    const next = await firstNonZero(content, offset, access);
    if (next === undefined) break;
    if (next > offset) yield zeros(names.unique(`zeros after segment ${segment}`), offset, next);
    segment += 1;
    offset = next;
    if (isCpioHeader(await window.bytes(next, 110))) continue;
    yield {
      name: names.unique(`segment ${segment}`),
      type: 'section',
      fields: [],
      size: content.size - next,
      offset: next,
      body: undefined,
    };
    return;
  }
  checkStopped(access);
  if (offset < content.size) yield await trailingPart(content, offset, access, names);
}

function toPart(name: string, header: CpioHeader, padding: readonly Field[]): Part {
  return {
    name,
    type: typeOf(header),
    fields: [...header.fields, ...padding],
    size: header.size,
    offset: header.dataStart,
    body: undefined,
    // Data and padding that it should not have follow from nothing.
    ...(header.name === trailer && header.size + padding.length === 0 && { derived: true }),
  };
}

function typeOf({ mode }: CpioHeader): Part['type'] {
  const types = { 0o10: 'file', 0o4: 'directory', 0o12: 'symlink' } as const;
  const type = mode >>> 12;
  if (type in types) return types[type as keyof typeof types];
  return [0o2, 0o6, 0o1, 0o14].includes(type) ? 'device' : 'other';
}

function paddingFields(padding: Buffer, offset: number): Field[] {
  if (padding.every((byte) => byte === 0)) return [];
  return [{ name: 'padding', kind: 'padding', value: hexText(padding), offset }];
}

function zeros(name: string, from: number, to: number): Part {
  return {
    name,
    type: 'section',
    fields: [zerosField(from, to)],
    size: to - from,
    offset: from,
    body: undefined,
    derived: true,
  };
}
