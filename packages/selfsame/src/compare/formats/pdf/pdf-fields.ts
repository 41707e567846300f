import type { Field } from '../format.js';

/** Values of the document information dictionary (ISO 32000-1, table 317), pdfTeX's banner. */
const strings: readonly (readonly [string, Field['kind']])[] = [
  ['CreationDate', 'time'],
  ['ModDate', 'time'],
  ['Producer', 'version'],
  ['Creator', 'version'],
  ['PTEX.Fullbanner', 'version'],
  ['Title', 'text'],
  ['Author', 'text'],
];

/** Elements and attributes of XMP packets (ISO 16684-1). */
const xmp: readonly (readonly [string, Field['kind']])[] = [
  ['xmp:CreateDate', 'time'],
  ['xmp:ModifyDate', 'time'],
  ['xmp:MetadataDate', 'time'],
  ['xmp:CreatorTool', 'version'],
  ['pdf:Producer', 'version'],
  ['xmpMM:DocumentID', 'id'],
  ['xmpMM:InstanceID', 'id'],
  ['xapMM:DocumentID', 'id'],
  ['xapMM:InstanceID', 'id'],
];

const longest = 4096;

/**
 * Times, ids and tools that a dictionary or trailer names.
 *
 * @param text one character for each byte
 * @param offset of the text in the file; undefined: it was compressed
 */
export function dictionaryFields(text: string, offset: number | undefined): Field[] {
  const fields: Field[] = [];
  for (const [name, kind] of strings) {
    const key = text.indexOf(`/${name}`);
    if (key === -1) continue;
    const at = key + name.length + 1;
    const match = /^\s*(?:\(((?:[^()\\]|\\[\s\S]){0,4096})\)|<([0-9A-Fa-f\s]{0,8192})>)/.exec(
      text.slice(at, at + 2 * longest + 16),
    );
    if (match === null) continue;
    const value =
      match[1] ?? Buffer.from((match[2] ?? '').replace(/\s/g, ''), 'hex').toString('latin1');
    fields.push(field(name, kind, value, offset === undefined ? undefined : offset + at));
  }
  const id = /\/ID\s*\[\s*<([0-9A-Fa-f]{0,128})>\s*<([0-9A-Fa-f]{0,128})>/.exec(text);
  if (id !== null)
    fields.push({
      name: '/ID',
      kind: 'id',
      value: `${id[1] ?? ''} ${id[2] ?? ''}`,
      ...(offset !== undefined && { offset: offset + id.index }),
    });
  return fields;
}

/** Times, ids and tools that an XMP packet names. */
export function xmpFields(text: string, offset: number | undefined): Field[] {
  return xmp.flatMap(([name, kind]) => {
    const at = text.indexOf(name);
    if (at === -1) return [];
    const rest = text.slice(at + name.length, at + name.length + longest);
    const match = /^(?:[^>"'<=]{0,64}>([^<]*)<|\s*=\s*["']([^"']*)["'])/.exec(rest);
    if (match === null) return [];
    const place = offset === undefined ? undefined : offset + at;
    return [field(name, kind, match[1] ?? match[2] ?? '', place)];
  });
}

function field(
  name: string,
  kind: Field['kind'],
  value: string,
  offset: number | undefined,
): Field {
  const seconds = kind === 'time' ? pdfTime(value) : undefined;
  return {
    name,
    kind,
    value: value.slice(0, longest),
    ...(seconds !== undefined && { seconds }),
    ...(offset !== undefined && { offset }),
  };
}

/** `D:20261121182417+01'00'` (ISO 32000-1, 7.9.4), or a time as ISO 8601 has it; without a zone it is taken as UTC. */
function pdfTime(value: string): number | undefined {
  const match = /^D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:Z|([+-])(\d\d)'?(\d\d)?)?/.exec(
    value,
  );
  if (match === null) {
    const time = Date.parse(value);
    return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
  }
  const part = (index: number, otherwise: number): number => Number(match[index] ?? otherwise);
  const utc = Date.UTC(part(1, 0), part(2, 1) - 1, part(3, 1), part(4, 0), part(5, 0), part(6, 0));
  const zone = (part(8, 0) * 60 + part(9, 0)) * 60 * (match[7] === '-' ? -1 : 1);
  return utc / 1000 - zone;
}
