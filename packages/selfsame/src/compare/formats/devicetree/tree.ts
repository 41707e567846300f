import { FormatError, type Field, type FormatAccess } from '../format.js';
import { PartCount } from '../reading/limits.js';
import { decodeText, hexText, memberName } from '../reading/text.js';
import { isZero } from '../reading/trailing.js';
import type { Window } from '../reading/window.js';
import type { Header } from './header.js';

export interface Property {
  readonly type: 'property';
  /** With the path of its node before it. */
  readonly path: string;
  /** Of its value, in the content. */
  readonly offset: number;
  readonly size: number;
  readonly fields: readonly Field[];
}

/** What stands in a tree, in order. */
export type Item =
  | Property
  | { readonly type: 'node'; readonly path: string; readonly fields: readonly Field[] }
  /** Data of a FIT image that stands behind the tree (U-Boot, doc/usage/fit/source_file_format). */
  | {
      readonly type: 'external';
      readonly path: string;
      readonly offset: number;
      readonly size: number;
      /** Its offset counts from the start of the tree, not from its end. */
      readonly isAbsolute: boolean;
    }
  | { readonly type: 'end'; readonly offset: number };

/** Tokens of the structure block (Devicetree Specification 0.4, 5.4.1). */
const tokens = { begin: 1, end: 2, property: 3, nop: 4, last: 9 } as const;
/** Bytes of names: the specification allows 31, U-Boot and others write longer ones. */
const longestName = 1024;
/** Nodes in nodes. Real trees have about ten. */
const deepest = 64;
/** Bytes of a strings block that are held: those of Linux have some 10 KiB. */
const longestStrings = 2 ** 20;

interface Open {
  readonly path: string;
  /** Numbers by the properties that say where external data is. */
  readonly external: Map<string, number>;
}

/** Sums of an image or configuration in a FIT image: `/images/kernel-1/hash-1/value`. */
export function isHash(path: string): boolean {
  return /\/hash(?:[-@][^/]*)?\/value$/.test(path);
}

/**
 * Nodes and properties of a tree, nodes before what is in them.
 *
 * @throws FormatError `damaged`, `too-large`
 */
export async function* readTree(
  window: Window,
  header: Header,
  access: FormatAccess,
): AsyncGenerator<Item> {
  const { structure, structureSize, strings, stringsSize } = header;
  if (stringsSize > longestStrings) throw new FormatError('too-large', 'its names are too long');
  const names = Buffer.from(await window.exactly(strings, stringsSize, 'the names'));
  const end = structure + structureSize;
  const count = new PartCount(access);
  const open: Open[] = [];
  let nops = 0;
  let at = structure;
  const extra = (padding: Buffer, offset: number): Field[] => {
    const fields: Field[] = [];
    if (!isZero(padding))
      fields.push({ name: 'padding', kind: 'padding', value: hexText(padding), offset });
    if (nops > 0) fields.push({ name: 'FDT_NOP before', kind: 'other', value: `${nops}` });
    nops = 0;
    return fields;
  };
  for (;;) {
    count.add();
    if (at + 4 > end) throw new FormatError('damaged', 'its nodes do not end');
    const token = (await window.exactly(at, 4, 'a node')).readUInt32BE(0);
    at += 4;
    const node = open.at(-1);
    if (token === tokens.nop) nops += 1;
    else if (token === tokens.begin) {
      if (open.length >= deepest) throw new FormatError('too-large', 'its nodes are too deep');
      const read = await window.bytes(at, Math.min(longestName, end - at));
      const length = read.indexOf(0);
      if (length === -1) throw new FormatError('damaged', 'the name of a node does not end');
      const name = decodeText(read.subarray(0, length));
      const next = Math.min(end, at + Math.ceil((length + 1) / 4) * 4);
      const path = node === undefined ? `${name}/` : memberName(`${node.path}${name}/`);
      const padding = read.subarray(length, next - at);
      yield { type: 'node', path, fields: extra(padding, at + length) };
      open.push({ path, external: new Map() });
      at = next;
    } else if (token === tokens.property && node !== undefined) {
      const size = (await window.exactly(at, 4, 'a property')).readUInt32BE(0);
      const nameAt = (await window.exactly(at + 4, 4, 'a property')).readUInt32BE(0);
      const offset = at + 8;
      const next = offset + Math.ceil(size / 4) * 4;
      if (next > end) throw new FormatError('damaged', 'a property ends outside of the nodes');
      const padding = Buffer.from(await window.bytes(offset + size, next - offset - size));
      const fields = [...extra(padding, offset + size), ...nameFields(names, nameAt, at + 4)];
      const name = nameOf(names, nameAt);
      yield { type: 'property', path: memberName(node.path + name), offset, size, fields };
      if (/^data-(?:position|offset|size)$/.test(name) && size === 4)
        node.external.set(name, (await window.exactly(offset, 4, 'a property')).readUInt32BE(0));
      at = next;
    } else if (token === tokens.end && node !== undefined) {
      open.pop();
      const position = node.external.get('data-position');
      const offset = position ?? node.external.get('data-offset');
      const size = node.external.get('data-size');
      const path = `${node.path}data`;
      if (offset !== undefined && size !== undefined)
        yield { type: 'external', path, offset, size, isAbsolute: position !== undefined };
    } else if (token === tokens.last && node === undefined && nops === 0) {
      yield { type: 'end', offset: at };
      return;
    } else throw new FormatError('damaged', `there is no token at ${at - 4}`);
  }
}

function nameOf(names: Buffer, at: number): string {
  const end = at < names.length ? names.indexOf(0, at) : -1;
  if (end === -1) throw new FormatError('damaged', 'the name of a property does not end');
  return decodeText(names.subarray(at, Math.min(end, at + longestName)));
}

/** Where a name is not the first of its text: nothing else would show which is meant. */
function nameFields(names: Buffer, at: number, offset: number): Field[] {
  const text = names.subarray(at, names.indexOf(0, at) + 1);
  const isUsual = at === names.indexOf(text);
  return isUsual ? [] : [{ name: 'name offset', kind: 'other', value: `${at}`, offset }];
}
