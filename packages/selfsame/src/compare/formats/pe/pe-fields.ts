import type { Content, Field } from '../format.js';
import { timeField } from '../reading/time.js';
import { Bytes, hex } from '../structure/bytes.js';
import { contentId } from '../structure/content-id.js';
import { offsetOf, type Pe } from './headers.js';

/** Places of data directories in the optional header. */
export const directory = {
  exports: 0,
  resources: 2,
  certificates: 4,
  debug: 6,
  cli: 14,
} as const;

const maximumDebugEntries = 32;
/** Types of debug directory entries. */
const debugType = { codeView: 2, reproducible: 16 } as const;

/** COFF and optional header: what does not follow from sizes and addresses. */
export function headerFields(pe: Pe): Field[] {
  const number = (name: string, at: number, size: 1 | 2 | 4 | 8, kind: Field['kind']): Field => {
    const { header } = pe;
    const value =
      size === 1
        ? header.u8(at)
        : size === 2
          ? header.u16(at)
          : size === 4
            ? header.u32(at)
            : header.u64(at);
    return { name, kind, value: `0x${value.toString(16)}`, offset: pe.coff + at };
  };
  const fields: Field[] = [
    number('Machine', 0, 2, 'other'),
    timeField('TimeDateStamp', pe.header.u32(4), pe.coff + 4),
    number('Characteristics', 18, 2, 'flags'),
  ];
  const start = 20 + (pe.wide ? 24 : 28);
  if (pe.optionalSize < (pe.wide ? 112 : 96) || start + 88 > pe.header.size) return fields;
  fields.push(
    number('Magic', 20, 2, 'other'),
    number('MajorLinkerVersion', 22, 1, 'version'),
    number('MinorLinkerVersion', 23, 1, 'version'),
    number('ImageBase', start, pe.wide ? 8 : 4, 'other'),
  );
  // From here on the two kinds have the same order.
  const base = 20 + 32;
  const named: readonly (readonly [string, number, 2 | 4, Field['kind']])[] = [
    ['SectionAlignment', base, 4, 'other'],
    ['FileAlignment', base + 4, 4, 'other'],
    ['OperatingSystemVersion', base + 8, 4, 'version'],
    ['ImageVersion', base + 12, 4, 'version'],
    ['SubsystemVersion', base + 16, 4, 'version'],
    ['CheckSum', base + 32, 4, 'checksum'],
    ['Subsystem', base + 36, 2, 'other'],
    ['DllCharacteristics', base + 38, 2, 'flags'],
  ];
  for (const [name, at, size, kind] of named) fields.push(number(name, at, size, kind));
  const wordSize = pe.wide ? 8 : 4;
  ['StackReserve', 'StackCommit', 'HeapReserve', 'HeapCommit'].forEach((name, index) => {
    fields.push(number(`SizeOf${name}`, base + 40 + index * wordSize, wordSize, 'other'));
  });
  return fields;
}

/** Times, ids and paths in exports, resources, debug directory and .NET metadata. */
export async function directoryFields(content: Content, pe: Pe): Promise<Field[]> {
  const fields: Field[] = [];
  const tables = [
    ['exports', directory.exports],
    ['resources', directory.resources],
  ] as const;
  for (const [name, index] of tables) {
    const at = placeOf(pe, index);
    const data = at === undefined ? undefined : await content.read(at, 8);
    if (at === undefined || data?.length !== 8) continue;
    const seconds = new Bytes(data, true).u32(4);
    fields.push(timeField(`TimeDateStamp of ${name}`, seconds, at + 4));
  }
  return [...fields, ...(await debugFields(content, pe)), ...(await cliFields(content, pe))];
}

function placeOf(pe: Pe, index: number): number | undefined {
  const [address = 0, size = 0] = pe.directories[index] ?? [];
  return address === 0 || size === 0 ? undefined : offsetOf(pe, address);
}

async function debugFields(content: Content, pe: Pe): Promise<Field[]> {
  const at = placeOf(pe, directory.debug);
  if (at === undefined) return [];
  const size = pe.directories[directory.debug]?.[1] ?? 0;
  const table = new Bytes(await content.read(at, Math.min(size, maximumDebugEntries * 28)), true);
  const fields: Field[] = [];
  for (let index = 0; (index + 1) * 28 <= table.size; index++) {
    const entry = index * 28;
    const suffix = index === 0 ? '' : `#${index + 1}`;
    const type = table.u32(entry + 12);
    fields.push(
      timeField(`TimeDateStamp of debug entry${suffix}`, table.u32(entry + 4), at + entry + 4),
    );
    const place = table.u32(entry + 24);
    const length = Math.min(table.u32(entry + 16), 4096);
    if (type === debugType.codeView) {
      const bytes = new Bytes(await content.read(place, length), true);
      if (bytes.size < 25 || bytes.text(0, 4) !== 'RSDS') continue;
      fields.push(
        { name: `PDB GUID${suffix}`, kind: 'id', value: guid(bytes, 4), offset: place + 4 },
        { name: `PDB age${suffix}`, kind: 'other', value: `${bytes.u32(20)}`, offset: place + 20 },
        { name: `PDB path${suffix}`, kind: 'name', value: bytes.text(24), offset: place + 24 },
      );
    } else if (type === debugType.reproducible && length > 0)
      fields.push({
        name: `reproducible build hash${suffix}`,
        kind: 'id',
        value: await contentId(content, place, length),
        offset: place,
      });
  }
  return fields;
}

/** The module version id of .NET assemblies: the first GUID of the metadata (ECMA-335 II.24.2). */
async function cliFields(content: Content, pe: Pe): Promise<Field[]> {
  const at = placeOf(pe, directory.cli);
  const header = at === undefined ? undefined : await content.read(at, 16);
  if (header?.length !== 16) return [];
  const root = offsetOf(pe, new Bytes(header, true).u32(8));
  if (root === undefined) return [];
  const bytes = new Bytes(await content.read(root, 4096), true);
  if (bytes.size < 20 || bytes.text(0, 4) !== 'BSJB') return [];
  const versionSize = bytes.u32(12);
  if (versionSize > 255) return [];
  let next = 16 + versionSize + 4;
  for (let left = Math.min(bytes.u16(next - 2), 16); left > 0 && next + 12 <= bytes.size; left--) {
    const name = bytes.text(next + 8, 32);
    if (name === '#GUID') {
      const place = root + bytes.u32(next);
      const data = await content.read(place, 16);
      if (data.length < 16) return [];
      return [{ name: 'MVID', kind: 'id', value: guid(new Bytes(data, true), 0), offset: place }];
    }
    next += 8 + Math.ceil((name.length + 1) / 4) * 4;
  }
  return [];
}

/** As Windows writes it: three little-endian numbers, then bytes. */
function guid(bytes: Bytes, at: number): string {
  const number = (place: number, size: 2 | 4): string =>
    (size === 2 ? bytes.u16(place) : bytes.u32(place)).toString(16).padStart(size * 2, '0');
  const rest = hex(bytes.slice(at + 8, 8));
  const groups = [
    number(at, 4),
    number(at + 4, 2),
    number(at + 6, 2),
    rest.slice(0, 4),
    rest.slice(4),
  ];
  return groups.join('-').toUpperCase();
}
