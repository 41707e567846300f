import { symbolsField } from './symbol-index.js';
import { tableField } from '../structure/table-field.js';
import { FormatError } from '../format.js';
import type { Content, Field, Format, FormatAccess, Part } from '../format.js';
import { PartCount } from '../reading/limits.js';
import {
  decodeCString,
  decodeText,
  hexText,
  memberName,
  octalText,
  UniqueNames,
} from '../reading/text.js';
import { timeField } from '../reading/time.js';
import { trailingPart } from '../reading/trailing.js';
import { cutOff, Window } from '../reading/window.js';

const magic = '!<arch>\n';
const thinMagic = '!<thin>\n';
const headerBytes = 60;

/** Largest table of long names that is held in memory. */
const maxNamesBytes = 16 * 1024 ** 2;

/** Longest name that is read: any number of members can have the same one. */
const maxNameBytes = 64 * 1024;

/** Archives of ar: System V and GNU, BSD, and thin ones. See README.md beside this file. */
export const ar: Format = {
  name: 'ar',
  kind: 'container',
  detect: (head) => isAr(head),
  parts: readAr,
};

/** True for ar archives of any variant. */
export function isAr(head: Uint8Array): boolean {
  const start = Buffer.from(head.subarray(0, 8)).toString('latin1');
  return start === magic || start === thinMagic;
}

/** One header as it stands (ar(5)). */
interface ArHeader {
  readonly offset: number;
  /** Without trailing spaces. */
  readonly rawName: string;
  readonly fields: Field[];
  readonly size: number;
}

/** The members in order. @throws FormatError */
export async function* readAr(content: Content, access: FormatAccess): AsyncGenerator<Part> {
  const window = new Window(content);
  const count = new PartCount(access);
  const names = new UniqueNames();
  const thin = (await window.bytes(0, 8)).toString('latin1') === thinMagic;
  let longNames: Buffer | undefined;
  let offset = 8;
  while (offset < content.size) {
    count.add();
    if (content.size - offset < headerBytes) break;
    const header = await readHeader(window, offset);
    const data = offset + headerBytes;
    const special = specialName(header.rawName);
    // A thin archive holds only its index and its names.
    const stored = thin && special === undefined ? 0 : header.size;
    const end = data + stored;
    if (end > content.size) throw cutOff(JSON.stringify(header.rawName));
    if (header.rawName === '//') longNames = await readNames(window, data, stored);
    const { name, nameBytes } = await nameOf(window, header, data, stored, longNames);
    const derived = special !== undefined || /^__\.SYMDEF/.test(name);
    const next = end + (end % 2);
    if (next > end) header.fields.push(...(await paddingFields(window, end)));
    if (derived) header.fields.push(await ownField(content, header.rawName, data, stored));
    const common = { name: names.unique(special ?? memberName(name)), fields: header.fields };
    yield {
      ...common,
      type: 'file',
      size: thin && special === undefined ? 0 : stored - nameBytes,
      offset: data + nameBytes,
      body: undefined,
      ...(derived && { derived }),
    };
    offset = next;
  }
  if (offset < content.size) yield await trailingPart(content, offset, access, names);
}

/** What of a member that follows from others does not: an index or the table of names. */
async function ownField(
  content: Content,
  name: string,
  offset: number,
  size: number,
): Promise<Field> {
  if (name === '/') return symbolsField(content, { offset, size }, 4);
  if (name === '/SYM64/') return symbolsField(content, { offset, size }, 8);
  return tableField(content, 'all of it', { offset, size });
}

/** Members that are no files: indexes of symbols (System V, 64 bits), and names too long for a header. */
function specialName(rawName: string): string | undefined {
  if (rawName === '/' || rawName === '/SYM64/') return `${rawName} (symbol index)`;
  return rawName === '//' ? '// (long names)' : undefined;
}

async function readHeader(window: Window, offset: number): Promise<ArHeader> {
  const block = Buffer.from(await window.exactly(offset, headerBytes, 'a header'));
  const text = (at: number, length: number): string =>
    decodeText(block.subarray(at, at + length)).replace(/ +$/, '');
  if (block.toString('latin1', 58, 60) !== '`\n') {
    throw new FormatError('damaged', `the header at ${offset} does not end as one`);
  }
  const sizeText = text(48, 10);
  if (!/^[0-9]{1,10}$/.test(sizeText)) {
    throw new FormatError('damaged', `the header at ${offset} has no size`);
  }
  const fields: Field[] = [];
  const mtime = text(16, 12);
  if (/^-?[0-9]{1,12}$/.test(mtime)) {
    const time = timeField('mtime', Number(mtime), offset + 16);
    fields.push(
      String(Number(mtime)) === mtime ? time : { ...time, value: `${time.value} (${mtime})` },
    );
  } else fields.push({ name: 'mtime', kind: 'time', value: mtime, offset: offset + 16 });
  fields.push(
    { name: 'uid', kind: 'owner', value: text(28, 6), offset: offset + 28 },
    { name: 'gid', kind: 'owner', value: text(34, 6), offset: offset + 34 },
    { name: 'mode', kind: 'mode', value: modeText(text(40, 8)), offset: offset + 40 },
  );
  if (String(Number(sizeText)) !== sizeText) {
    fields.push({ name: 'size form', kind: 'other', value: sizeText, offset: offset + 48 });
  }
  return { offset, rawName: text(0, 16), fields, size: Number(sizeText) };
}

/** `100644` as other archives show it; the text itself where it is no usual octal number. */
function modeText(text: string): string {
  if (!/^[0-7]{1,8}$/.test(text)) return text;
  const shown = octalText(Number.parseInt(text, 8));
  return shown === text || shown === `0${text}` ? text : `${shown} (${text})`;
}

async function readNames(window: Window, offset: number, size: number): Promise<Buffer> {
  if (size > maxNamesBytes)
    throw new FormatError('too-large', 'the table of long names is too large');
  return Buffer.from(await window.exactly(offset, size, 'the table of long names'));
}

/** The member's name, and how many bytes of its data are part of it (BSD). */
async function nameOf(
  window: Window,
  { rawName, fields, offset }: ArHeader,
  data: number,
  stored: number,
  longNames: Buffer | undefined,
): Promise<{ readonly name: string; readonly nameBytes: number }> {
  const bsd = /^#1\/([0-9]{1,5})$/.exec(rawName)?.[1];
  if (bsd !== undefined) {
    const nameBytes = Number(bsd);
    if (nameBytes > Math.min(stored, maxNameBytes)) {
      throw new FormatError('damaged', `the name at ${offset} is longer than its member`);
    }
    const bytes = await window.exactly(data, nameBytes, 'a name');
    fields.push({ name: 'name bytes', kind: 'padding', value: bsd, offset });
    const name = decodeCString(bytes);
    const rest = bytes.subarray(bytes.indexOf(0) === -1 ? nameBytes : bytes.indexOf(0));
    if (rest.some((byte) => byte !== 0)) {
      fields.push({ name: 'name padding', kind: 'padding', value: hexText(rest), offset: data });
    }
    return { name, nameBytes };
  }
  const index = /^\/([0-9]{1,15})(?::[0-9]+)?$/.exec(rawName)?.[1];
  if (index !== undefined) {
    // Which line of the table it is follows from the other names.
    const start = Number(index);
    const end = longNames?.indexOf(0x0a, start) ?? -1;
    if (longNames === undefined || start >= longNames.length || end === -1) {
      throw new FormatError('damaged', `the long name ${rawName} is not in the table`);
    }
    if (end - start > maxNameBytes) throw new FormatError('damaged', 'a long name is too long');
    return { name: decodeText(longNames.subarray(start, end)).replace(/\/$/, ''), nameBytes: 0 };
  }
  // GNU and System V end a name with a slash, BSD and dpkg do not; shown where it is, as a form.
  if (!rawName.endsWith('/') || rawName.length === 1) return { name: rawName, nameBytes: 0 };
  fields.push({ name: 'name form', kind: 'other', value: 'ends in /', offset });
  return { name: rawName.slice(0, -1), nameBytes: 0 };
}

async function paddingFields(window: Window, offset: number): Promise<Field[]> {
  const bytes = await window.bytes(offset, 1);
  if (bytes.length === 0 || bytes[0] === 0x0a) return [];
  return [{ name: 'padding', kind: 'padding', value: hexText(bytes), offset }];
}
