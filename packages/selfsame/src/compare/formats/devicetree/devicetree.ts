import type { Content, Field, Format, FormatAccess, Part } from '../format.js';
import { hexText, UniqueNames } from '../reading/text.js';
import { timeField } from '../reading/time.js';
import { trailingPart } from '../reading/trailing.js';
import { Window } from '../reading/window.js';
import { headerBytes, isDevicetree, readHeader, reservationsEnd } from './header.js';
import { isHash, readTree, type Property } from './tree.js';

/** Flattened device trees, and FIT images, which are device trees with images in them. See README.md. */
export const devicetree: Format = {
  name: 'devicetree',
  kind: 'container',
  detect: isDevicetree,
  fields: readFields,
  parts: readParts,
};

/** Values of the header, and those properties that say when the tree was made, and sums of others. */
async function readFields(content: Content, access: FormatAccess): Promise<readonly Field[]> {
  const window = new Window(content);
  const header = await readHeader(window);
  const fields = [...header.fields];
  const names = new UniqueNames();
  for await (const item of readTree(window, header, access)) {
    if (item.type !== 'property' || !isSaid(item)) continue;
    const { path, offset, size } = item;
    const bytes = Buffer.from(await window.bytes(offset, size));
    const name = names.unique(path);
    fields.push(
      isHash(path)
        ? { name, kind: 'checksum', value: hexText(bytes), offset }
        : timeField(name, bytes.readUInt32BE(0), offset),
    );
  }
  return fields;
}

/** Bytes of a sum that are read. */
const longestSum = 1024;

/** Whether it is a field of the whole, and so no part with bytes. */
function isSaid({ path, size }: Property): boolean {
  return (path === '/timestamp' && size === 4) || (isHash(path) && size <= longestSum);
}

interface Stretch {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

async function* readParts(content: Content, access: FormatAccess): AsyncGenerator<Part> {
  const window = new Window(content);
  const header = await readHeader(window);
  const names = new UniqueNames();
  const external: Stretch[] = [];
  let structureEnd = header.structure;
  for await (const item of readTree(window, header, access)) {
    if (item.type === 'end') structureEnd = item.offset;
    else if (item.type === 'external') {
      const from = item.isAbsolute ? item.offset : Math.ceil(header.size / 4) * 4 + item.offset;
      external.push({ name: `${item.path} (external)`, from, to: from + item.size });
    } else if (item.type === 'node') {
      const { path, fields } = item;
      yield { name: names.unique(path), type: 'directory', fields, size: 0, body: undefined };
    } else {
      const { path, fields, offset, size } = item;
      const part = { name: names.unique(path), type: 'file' as const, fields, body: undefined };
      yield isSaid(item) ? { ...part, size: 0 } : { ...part, offset, size };
    }
  }
  const { size } = header;
  const blocks: Stretch[] = [
    { name: 'header', from: 0, to: headerBytes },
    {
      ...{ name: 'memory reservations', from: header.reservations },
      to: await reservationsEnd(window, header, access),
    },
    { name: 'structure', from: header.structure, to: structureEnd },
    { name: 'strings', from: header.strings, to: header.strings + header.stringsSize },
  ];
  const shown = new Set(['memory reservations', 'strings']);
  for (const { name, from, to } of withGaps(blocks, 0, size))
    if (shown.has(name) || name.startsWith('gap after '))
      yield section(names.unique(name), from, to);
  const inside = external.filter(({ from, to }) => from >= size && to <= content.size);
  const last = Math.max(size, ...inside.map(({ to }) => to));
  for (const { name, from, to } of withGaps(inside, size, last))
    yield section(names.unique(name), from, to);
  if (last < content.size) yield await trailingPart(content, last, access, names);
}

/** Stretches in order, each cut where one before it ends, with what stands between them, up to `end`. */
function withGaps(stretches: readonly Stretch[], start: number, end: number): Stretch[] {
  const all: Stretch[] = [];
  let at = start;
  let before = 'the tree';
  const gap = (to: number): void => {
    if (to > at) all.push({ name: `gap after ${before}`, from: at, to });
  };
  for (const { name, from, to } of [...stretches].sort((p, q) => p.from - q.from)) {
    gap(Math.min(from, end));
    const [first, last] = [Math.max(from, at), Math.min(to, end)];
    if (first < last || from === to) all.push({ name, from: first, to: Math.max(first, last) });
    at = Math.max(at, last);
    before = name;
  }
  gap(end);
  return all;
}

function section(name: string, from: number, to: number): Part {
  return { name, type: 'section', fields: [], size: to - from, offset: from, body: undefined };
}
