import { FormatError } from '../format.js';
import type { Content, Field, Format, FormatAccess, Part } from '../format.js';
import { checkStopped, PartCount } from '../reading/limits.js';
import { asFile, sliceOf } from '../reading/spool.js';
import { boundedText, UniqueNames } from '../reading/text.js';
import { timeField } from '../reading/time.js';
import { Window } from '../reading/window.js';
import { runDebugfs, tool } from './debugfs.js';
import type { DebugfsOutput } from './debugfs.js';
import {
  copiedFields,
  isExt,
  superblockBytes,
  superblockFields,
  superblockOffset,
} from './ext-superblock.js';

/** File systems of ext2, ext3 and ext4. See README.md beside this file. */
export const ext: Format = {
  name: 'ext',
  kind: 'container',
  leavesOut: true,
  tools: [tool],
  detect: isExt,
  fields: async (content) => {
    const window = new Window(content);
    const read = await window.exactly(superblockOffset, superblockBytes, 'the superblock');
    const block = Buffer.from(read);
    return [...superblockFields(block), ...(await copiedFields(window, block))];
  },
  parts: readExt,
};

/** A name in a directory, as `ls -p` of debugfs has it. */
interface Entry {
  readonly path: string;
  readonly inode: string;
  readonly mode: number;
  readonly uid: string;
  readonly gid: string;
  readonly size: number;
}

async function* readExt(content: Content, access: FormatAccess): AsyncGenerator<Part> {
  const image = await asFile(content, access);
  const outputs: DebugfsOutput[] = [];
  const run = async (commands: readonly string[]): Promise<DebugfsOutput> => {
    const output = await runDebugfs(image.path, commands, access);
    outputs.push(output);
    return output;
  };
  try {
    const entries = await listAll(run, access);
    const states = await run(
      entries.flatMap(({ inode }) => [`stat <${inode}>`, `ea_list <${inode}>`]),
    );
    const contents = await run(entries.filter(isFile).map(({ inode }) => `cat <${inode}>`));
    const names = new UniqueNames();
    for (const entry of entries) {
      const fields = [
        ...(await readState(states, entry)),
        ...(await readAttributes(states, entry, access)),
      ];
      let body: Part['body'];
      if (isFile(entry)) {
        await contents.expect(`cat <${entry.inode}>`);
        body = sliceOf(contents.file, contents.skip(entry.size), entry.size);
      }
      const size = isFile(entry) ? entry.size : 0;
      yield { name: names.unique(entry.path), type: typeOf(entry), fields, size, body };
    }
  } finally {
    for (const { file } of outputs) await file.remove();
    await image.remove();
  }
}

/** Everything from the root on, directories of one depth at a time and each of them once. */
async function listAll(
  run: (commands: readonly string[]) => Promise<DebugfsOutput>,
  access: FormatAccess,
): Promise<Entry[]> {
  const count = new PartCount(access);
  const entries: Entry[] = [];
  const seen = new Set(['2']);
  let level: { readonly path: string; readonly inode: string }[] = [{ path: '', inode: '2' }];
  while (level.length > 0) {
    const output = await run(level.map(({ inode }) => `ls -p <${inode}>`));
    const next: typeof level = [];
    for (const { path, inode } of level) {
      await output.expect(`ls -p <${inode}>`);
      let any = false;
      for (let line = await output.line(); line !== undefined; line = await output.line()) {
        const entry = parseEntry(line, path);
        if (entry === undefined) continue;
        any = true;
        // Empty slots of a directory have inode 0.
        if (entry.path === '' || entry.inode === '0') continue;
        count.add();
        entries.push(entry);
        if (typeOf(entry) !== 'directory' || seen.has(entry.inode)) continue;
        seen.add(entry.inode);
        next.push(entry);
      }
      if (!any) throw new FormatError('damaged', 'debugfs cannot read its directories');
    }
    level = next;
  }
  return entries;
}

/** `/12/100644/0/0/name/3/`; of directories without a size. Undefined: another line; without a path: `.` or `..`. */
function parseEntry(line: string, parent: string): Entry | undefined {
  const match = /^\/([0-9]{1,10})\/([0-7]{1,6})\/([0-9]+)\/([0-9]+)\/(.*)\/([0-9]{0,15})\/$/s.exec(
    line,
  );
  if (match === null) return undefined;
  const [, inode = '', mode = '', uid = '', gid = '', name = '', size = ''] = match;
  const path = name === '.' || name === '..' ? '' : `${parent}/${name}`;
  return { path, inode, mode: Number.parseInt(mode, 8), uid, gid, size: Number(size) };
}

function isFile(entry: Entry): boolean {
  return typeOf(entry) === 'file';
}

function typeOf({ mode }: Entry): Part['type'] {
  const types = { 0o10: 'file', 0o4: 'directory', 0o12: 'symlink' } as const;
  const type = mode >>> 12;
  return type in types ? types[type as keyof typeof types] : 'device';
}

/** What `stat` says beyond the directory: times, flags, generation. */
async function readState(states: DebugfsOutput, entry: Entry): Promise<Field[]> {
  const fields: Field[] = [
    { name: 'mode', kind: 'mode', value: entry.mode.toString(8) },
    { name: 'uid', kind: 'owner', value: entry.uid },
    { name: 'gid', kind: 'owner', value: entry.gid },
    { name: 'inode', kind: 'inode', value: entry.inode },
  ];
  await states.expect(`stat <${entry.inode}>`);
  for (let line = await states.line(); line !== undefined; line = await states.line()) {
    const time = /^ ?(ctime|atime|mtime|crtime): 0x([0-9a-f]{8})(?::([0-9a-f]{8}))?/.exec(line);
    if (time !== null) fields.push(timeOf(time[1] ?? '', time[2] ?? '', time[3] ?? '0'));
    for (const [name, kind, form] of statForms) {
      const value = form.exec(line)?.[1];
      if (value !== undefined) fields.push({ name, kind, value });
    }
  }
  return fields;
}

/** Characters of the attributes of one inode: those of one block come to 64 KiB, in hexadecimal with spaces. */
const mostCharacters = 512 * 1024;

/** Extended attributes, as `ea_list` prints them: `  NAME (LENGTH) = VALUE`, text in quotation marks or hexadecimal. */
async function readAttributes(
  states: DebugfsOutput,
  { inode }: Entry,
  access: FormatAccess,
): Promise<Field[]> {
  const names = new UniqueNames();
  const fields: Field[] = [];
  let characters = 0;
  await states.expect(`ea_list <${inode}>`);
  for (let line = await states.line(); line !== undefined; line = await states.line()) {
    checkStopped(access);
    if (line === '' || line === 'Extended attributes:') continue;
    characters += line.length;
    if (characters > mostCharacters)
      throw new FormatError('too-large', 'an inode has too many extended attributes');
    const [, name, value] = /^ {2}(\S{1,255}) \([0-9]+\) = (.*)$/s.exec(line) ?? [];
    // What is printed in another way counts as it is.
    const field = name === undefined ? 'xattr' : `xattr ${name}`;
    const text = boundedText((value ?? line).trimEnd());
    fields.push({ name: names.unique(field), kind: 'attribute', value: text });
  }
  return fields;
}

const statForms = [
  ['flags', 'flags', /^Inode: .* Flags: (0x[0-9a-f]+)/],
  ['generation', 'id', /^Generation: ([0-9]+)/],
  ['links', 'inode', /^Links: ([0-9]+)/],
  ['linkname', 'link', /^Fast link dest: "(.*)"$/],
  ['device', 'other', /^Device major\/minor number: (\S+)/],
] as const;

/** The low 32 bits of the seconds, then 30 bits of nanoseconds over 2 more of the seconds (inodes.rst, "Inode Timestamps"). */
function timeOf(name: string, low: string, extra: string): Field {
  const bits = Number.parseInt(extra, 16);
  const seconds = (Number.parseInt(low, 16) | 0) + (bits & 3) * 2 ** 32;
  const nanoseconds = bits >>> 2;
  const fraction = nanoseconds === 0 ? '' : String(nanoseconds).padStart(9, '0');
  return timeField(name, seconds, undefined, fraction);
}
