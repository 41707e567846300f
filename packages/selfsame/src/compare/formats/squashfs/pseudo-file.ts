import { FormatError } from '../format.js';
import type { Field, Part } from '../format.js';
import type { PartCount } from '../reading/limits.js';
import { UniqueNames } from '../reading/text.js';
import { timeField } from '../reading/time.js';
import { Window } from '../reading/window.js';
import type { ScratchFile } from '../reading/spool.js';
import { sliceOf } from '../reading/spool.js';

/** Longest line: an escaped path and a target. */
const maxLineBytes = 64 * 1024;

/**
 * Members of a file system as `unsquashfs -pf` describes it (mksquashfs(1), "Pseudo file definitions"): a line for each,
 * then the content of all files.
 *
 * @throws FormatError `damaged`
 */
export async function* readPseudoFile(file: ScratchFile, count: PartCount): AsyncGenerator<Part> {
  const names = new UniqueNames();
  const dataStart = await findData(file);
  const lines = new Lines(file);
  for (;;) {
    const line = await lines.next();
    if (line.startsWith('#')) return;
    count.add();
    yield toPart(line, names, file, dataStart);
  }
}

class Lines {
  readonly #window: Window;
  at = 0;

  constructor(file: ScratchFile) {
    this.#window = new Window(file.content);
  }

  async next(): Promise<string> {
    const bytes = await this.#window.bytes(this.at, maxLineBytes);
    const end = bytes.indexOf(0x0a);
    if (end === -1) throw new FormatError('damaged', 'unsquashfs described it in another way');
    this.at += end + 1;
    return bytes.toString('utf8', 0, end);
  }
}

/** The first byte behind `# START OF DATA` and the line after it. */
async function findData(file: ScratchFile): Promise<number> {
  const lines = new Lines(file);
  while (!(await lines.next()).startsWith('# START OF DATA'));
  await lines.next();
  return lines.at;
}

const types: Readonly<Record<string, Part['type']>> = {
  D: 'directory',
  R: 'file',
  S: 'symlink',
  L: 'hardlink',
  B: 'device',
  C: 'device',
  I: 'device',
};

/** `NAME TYPE TIME MODE UID GID …`, or `NAME L TARGET`; a space in a name has a backslash before it. */
const form = /^((?:[^\\ ]|\\.)+) ([A-Z])(?: (-?[0-9]+) ([0-7]+) ([0-9]+) ([0-9]+))?(?: (.*))?$/s;

function toPart(line: string, names: UniqueNames, file: ScratchFile, dataStart: number): Part {
  const [, escaped = '', letter = '', time, mode = '', uid = '', gid = '', rest = ''] =
    form.exec(line) ?? [];
  const type = types[letter];
  if (type === undefined)
    throw new FormatError('damaged', 'unsquashfs described it in another way');
  const name = names.unique(unescape(escaped));
  const fields: Field[] =
    time === undefined
      ? []
      : [
          { name: 'mode', kind: 'mode', value: mode.padStart(4, '0') },
          { name: 'uid', kind: 'owner', value: uid },
          { name: 'gid', kind: 'owner', value: gid },
          timeField('mtime', Number(time)),
        ];
  if (type === 'symlink' || type === 'hardlink') {
    fields.push({ name: 'linkname', kind: 'link', value: unescape(rest) });
  } else if (type === 'device') {
    fields.push({ name: 'device', kind: 'other', value: `${letter} ${rest}` });
  }
  if (type !== 'file') return { name, type, fields, size: 0, body: undefined };
  const [size = Number.NaN, offset = Number.NaN] = rest.split(' ').map(Number);
  const start = dataStart + offset;
  if (!(size >= 0 && offset >= 0 && start + size <= file.content.size)) {
    throw new FormatError('damaged', `the content of ${JSON.stringify(name)} is not there`);
  }
  return { name, type, fields, size, body: sliceOf(file, start, size) };
}

function unescape(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}
