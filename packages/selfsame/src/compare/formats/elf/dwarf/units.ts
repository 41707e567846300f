import { FormatError, type Field } from '../../format.js';
import { Bytes, maximumText, textUntilNul } from '../../structure/bytes.js';
import { readForm, type FormValue, type UnitShape } from './forms.js';
import type { DebugBytes, DebugSections } from './source.js';

/** Units looked at, of one object: enough to know what they have in common. */
const maximumUnits = 256;
/** Bytes of a unit in which the entry of the unit itself must lie. */
const longestEntry = 8192;
const abbreviationWindow = 65_536;
const maximumAttributes = 256;

/** Attributes that say something of the build, DWARF 5 §7.5.4. */
const attributes: ReadonlyMap<number, { readonly name: string; readonly kind: Field['kind'] }> =
  new Map([
    [0x03, { name: 'DW_AT_name', kind: 'name' }],
    [0x1b, { name: 'DW_AT_comp_dir', kind: 'name' }],
    [0x25, { name: 'DW_AT_producer', kind: 'version' }],
    [0x76, { name: 'DW_AT_dwo_name', kind: 'name' }],
    [0x2130, { name: 'DW_AT_GNU_dwo_name', kind: 'name' }],
  ]);
const stringOffsetsBase = 0x72;
/** Unit types with the header of a compile unit, of which skeletons have 8 more bytes. */
const unitType = { compile: 1, partial: 3, skeleton: 4 } as const;

/**
 * `DW_AT_name`, `DW_AT_comp_dir` and `DW_AT_producer` of the compile units in `.debug_info` (DWARF 2 to 5 §7.5), each
 * value once, in the order in which they come; `DW_AT_name#2` and so on. What cannot be read ends the list: the bytes
 * are compared in any case.
 */
export async function unitFields(sections: DebugSections): Promise<Field[]> {
  const { info, abbreviations } = sections;
  if (info === undefined || abbreviations === undefined) return [];
  const seen = new Map<string, Set<string>>();
  const fields: Field[] = [];
  try {
    let at = 0;
    for (let count = 0; count < maximumUnits && at < info.size; count++) {
      const window = await info.read(at, longestEntry);
      const little = sections.little;
      const unit = readUnitHeader(new Bytes(window, little));
      for (const field of await fieldsOfUnit(sections, info, abbreviations, at, window, unit)) {
        const values = seen.get(field.name) ?? new Set();
        seen.set(field.name, values);
        if (values.has(field.value)) continue;
        values.add(field.value);
        fields.push(values.size === 1 ? field : { ...field, name: `${field.name}#${values.size}` });
      }
      at += unit.size;
    }
  } catch (error) {
    if (!(error instanceof FormatError) || error.reason === 'too-large') throw error;
  }
  return fields;
}

interface UnitHeader extends UnitShape {
  /** Of the whole unit. */
  readonly size: number;
  readonly type: number;
  /** Where its entries begin, from the start of the unit. */
  readonly entries: number;
  readonly abbreviationsAt: number;
  /** Where that number stands. */
  readonly abbreviationsField: number;
}

function readUnitHeader(bytes: Bytes): UnitHeader {
  const wide = bytes.u32(0) === 0xffffffff;
  const offsetSize = wide ? 8 : 4;
  const length = wide ? bytes.u64(4) : bytes.u32(0);
  const start = wide ? 12 : 4;
  const version = bytes.u16(start);
  if (version < 2 || version > 5)
    throw new FormatError('unsupported', `has DWARF version ${version}`);
  const modern = version >= 5;
  const type = modern ? bytes.u8(start + 2) : unitType.compile;
  const abbreviationsField = start + (modern ? 4 : 2);
  const abbreviationsAt = wide ? bytes.u64(abbreviationsField) : bytes.u32(abbreviationsField);
  const after = abbreviationsField + offsetSize;
  return {
    version,
    type,
    offsetSize,
    addressSize: bytes.u8(modern ? start + 3 : after),
    size: start + length,
    entries: modern ? after + (type === unitType.skeleton ? 8 : 0) : after + 1,
    abbreviationsAt,
    abbreviationsField,
  };
}

async function fieldsOfUnit(
  sections: DebugSections,
  info: DebugBytes,
  abbreviations: DebugBytes,
  unitAt: number,
  window: Uint8Array,
  unit: UnitHeader,
): Promise<Field[]> {
  if (!Object.values(unitType).some((type) => type === unit.type)) return [];
  const bytes = new Bytes(window, sections.little);
  const table = new Bytes(
    await abbreviations.read(
      info.relocated.get(unitAt + unit.abbreviationsField) ?? unit.abbreviationsAt,
      abbreviationWindow,
    ),
    sections.little,
  );
  const { value: code, next } = bytes.uleb(unit.entries);
  if (code === 0) return [];
  let at = next;
  let base: number | undefined;
  const found: { readonly attribute: number; readonly value: FormValue }[] = [];
  for (const { attribute, form } of attributesOf(table, code)) {
    const read = readForm(bytes, at, form, unit);
    if (attributes.has(attribute)) found.push({ attribute, value: read.value });
    if (attribute === stringOffsetsBase && read.value.type === 'number')
      base = info.relocated.get(unitAt + read.value.at) ?? read.value.value;
    at = read.next;
  }
  const fields: Field[] = [];
  for (const { attribute, value } of found) {
    const known = attributes.get(attribute);
    const text = await textOf(sections, info, unitAt, window, unit, value, base);
    if (known !== undefined && text !== undefined) fields.push({ ...known, ...text });
  }
  return fields;
}

/** Attributes of the declaration with a code, DWARF 5 §7.5.3. */
function attributesOf(table: Bytes, wanted: number): { attribute: number; form: number }[] {
  let at = 0;
  while (at < table.size) {
    const code = table.uleb(at);
    if (code.value === 0) break;
    // The tag, and whether it has children.
    at = table.uleb(code.next).next + 1;
    const found: { attribute: number; form: number }[] = [];
    for (;;) {
      const attribute = table.uleb(at);
      const form = table.uleb(attribute.next);
      at = form.next;
      if (form.value === 0x21) at = table.uleb(at).next;
      if (attribute.value === 0 && form.value === 0) break;
      if (found.length < maximumAttributes)
        found.push({ attribute: attribute.value, form: form.value });
    }
    if (code.value === wanted) return found;
  }
  throw new FormatError('damaged', `has no abbreviation ${wanted}`);
}

async function textOf(
  sections: DebugSections,
  info: DebugBytes,
  unitAt: number,
  window: Uint8Array,
  unit: UnitHeader,
  value: FormValue,
  base: number | undefined,
): Promise<{ value: string; offset?: number } | undefined> {
  const from = async (place: DebugBytes | undefined, at: number) => {
    if (place === undefined || at >= place.size) return undefined;
    const text = textUntilNul(await place.read(at, maximumText));
    return place.offset === undefined
      ? { value: text }
      : { value: text, offset: place.offset + at };
  };
  switch (value.type) {
    case 'inline':
      return {
        value: textUntilNul(window.subarray(value.at, value.at + maximumText)),
        ...(info.offset !== undefined && { offset: info.offset + unitAt + value.at }),
      };
    case 'string':
      return from(sections.strings, info.relocated.get(unitAt + value.at) ?? value.offset);
    case 'line-string':
      return from(sections.lineStrings, info.relocated.get(unitAt + value.at) ?? value.offset);
    case 'index': {
      // GNU's split DWARF has no base: indices count from the start of the section.
      const at = (base ?? 0) + value.index * unit.offsetSize;
      const table = sections.stringOffsets;
      if (table === undefined || at >= table.size) return undefined;
      const entry = new Bytes(await table.read(at, 8), sections.little);
      const offset =
        table.relocated.get(at) ?? (unit.offsetSize === 8 ? entry.u64(0) : entry.u32(0));
      return from(sections.strings, offset);
    }
    default:
      return undefined;
  }
}
