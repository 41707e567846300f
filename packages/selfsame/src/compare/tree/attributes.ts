import { nativePath } from '../../util/native.js';
import { FormatError, type Field } from '../formats/format.js';
import { runTool } from '../formats/reading/child.js';
import { boundedText, decodeText, hexText } from '../formats/reading/text.js';
import type { Session } from '../session.js';
import { shownPath } from './entry.js';

/** Extended attributes of what is in a tree; access lists are among them. */
export interface TreeAttributes {
  /** By path, empty for the tree itself, one character for each byte: names and values in hexadecimal, each ended by a NUL, in order of the names. */
  readonly of: ReadonlyMap<string, string>;
  /** Paths of which some could not be read. */
  readonly unread: readonly { readonly path: string; readonly why: string }[];
}

/** Characters of the attributes of one tree that are held. */
const heldCharacters = 64 * 2 ** 20;

/**
 * Those that a file carries with it. Others the system gives by where a file lies or by who made it (labels of SELinux
 * and such, notes of overlays): like times and owners they are compared with `metadata` only.
 */
const carried =
  /^(?:user\.(?!overlay\.)|security\.capability$|system\.(?:posix_acl_access|posix_acl_default|nfs4_acl)$)/;

/**
 * Asks our own program, since Node cannot: once for a whole tree.
 *
 * @param program of `attributeProgram`
 * @throws FormatError where the tree cannot be read
 */
export async function readAttributes(
  session: Session,
  program: string,
  root: string,
): Promise<TreeAttributes> {
  const of = new Map<string, string>();
  const unread: { path: string; why: string }[] = [];
  let held = 0;
  const keep = ({ path, pairs }: Listed): void => {
    const kept = pairs.filter(
      ([name]) => name === '!' || session.options.metadata === true || carried.test(name),
    );
    const failed = kept.find(([, value]) => value.startsWith('!') || !/^[0-9a-f]*$/.test(value));
    if (failed !== undefined) unread.push({ path, why: failed[1].replace(/^!/, '') });
    else if (kept.length > 0) {
      const text = kept
        .sort(([p], [q]) => (p < q ? -1 : 1))
        .map(([name, value]) => `${name}\0${value}\0`)
        .join('');
      held += path.length + text.length;
      if (held > heldCharacters)
        throw new FormatError('too-large', 'the extended attributes in it are too many to be held');
      of.set(path, text);
    }
  };
  const run = {
    tool: { program, package: 'selfsame' },
    args: ['attributes', root],
    input: undefined,
    reasonOf: () => 'unsupported' as const,
  };
  const access = {
    signal: session.signal,
    maximumParts: session.limits.parts,
    spend: (bytes: number) => session.expand(bytes),
    scratchDirectory: () => session.scratch.emptyDirectory(),
  };
  let rest = '';
  let entry: Listed | undefined;
  let name: string | undefined;
  for await (const piece of runTool(run, access)) {
    const texts = (rest + Buffer.from(piece).toString('latin1')).split('\0');
    rest = texts.pop() ?? '';
    for (const text of texts) {
      if (entry === undefined) entry = { path: text, pairs: [] };
      else if (name !== undefined) {
        entry.pairs.push([name, text]);
        name = undefined;
      } else if (text !== '') name = text;
      else {
        keep(entry);
        entry = undefined;
      }
    }
  }
  if (rest !== '' || entry !== undefined)
    throw new FormatError('unsupported', 'selfsame-tree ended in the middle of its answer');
  return { of, unread };
}

interface Listed {
  readonly path: string;
  readonly pairs: [name: string, value: string][];
}

/** The program that reads them. @throws FormatError `tool-missing` where it is not built */
export function attributeProgram(): string {
  try {
    return nativePath('selfsame-tree');
  } catch (cause) {
    const message =
      'extended attributes and access lists were not compared: selfsame-tree is not built (make -C native)';
    throw new FormatError('tool-missing', message, { cause });
  }
}

/** Attributes as they are kept, one field for each. */
export function attributeFields(kept: string): Field[] {
  const texts = kept.split('\0');
  const fields: Field[] = [];
  for (let at = 0; at + 1 < texts.length; at += 2) {
    const [name = '', hex = ''] = [texts[at], texts[at + 1]];
    const value = valueText(name, Buffer.from(hex, 'hex'));
    fields.push({ name: `xattr ${shownPath(name)}`, kind: 'attribute', value });
  }
  return fields;
}

function valueText(name: string, bytes: Buffer): string {
  const list = name.startsWith('system.posix_acl_') ? accessList(bytes) : undefined;
  if (list !== undefined) return list;
  const text = decodeText(bytes);
  return /^[^\p{Cc}\\]+$/u.test(text) ? boundedText(JSON.stringify(text)) : hexText(bytes);
}

/** Tags of entries (Linux, include/uapi/linux/posix_acl.h). */
const tags: ReadonlyMap<number, string> = new Map([
  [0x01, 'user'],
  [0x02, 'user'],
  [0x04, 'group'],
  [0x08, 'group'],
  [0x10, 'mask'],
  [0x20, 'other'],
]);

/** An access list as getfacl writes it, in one line; undefined: it is none (include/uapi/linux/posix_acl_xattr.h, version 2). */
function accessList(bytes: Buffer): string | undefined {
  if (bytes.length % 8 !== 4 || bytes.readUInt32LE(0) !== 2) return undefined;
  const entries: string[] = [];
  for (let at = 4; at < bytes.length; at += 8) {
    const [tag, permissions] = [bytes.readUInt16LE(at), bytes.readUInt16LE(at + 2)];
    const kind = tags.get(tag);
    if (kind === undefined || permissions > 7) return undefined;
    const named = tag === 0x02 || tag === 0x08 ? `${bytes.readUInt32LE(at + 4)}` : '';
    const letters = [...'rwx'].map((letter, index) => (permissions & (4 >> index) ? letter : '-'));
    entries.push(`${kind}:${named}:${letters.join('')}`);
  }
  return entries.join(',');
}
