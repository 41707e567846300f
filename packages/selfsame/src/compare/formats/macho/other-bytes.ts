import type { Field } from '../format.js';

/**
 * Load commands in which is zero what fields of their own tell, so that the rest can be one value: all of it says how
 * the file is loaded, and follows from nothing else in it.
 *
 * @param commands as they stand, behind the header; not changed
 * @param fields of the whole, at their offsets in the file
 */
export function withoutFields(
  commands: Uint8Array,
  fields: readonly Field[],
  headerSize: number,
): Uint8Array {
  const rest = Uint8Array.from(commands);
  for (const field of fields) {
    const at = (field.offset ?? 0) - headerSize;
    if (at >= 0) rest.fill(0, at, at + toldBytes(field, rest.subarray(at)));
  }
  return rest;
}

/** As many bytes as a field tells all of. Text that is not told as it stands, or not to its end, stays. */
function toldBytes({ name, kind, value }: Field, from: Uint8Array): number {
  if (kind === 'name') {
    const text = Buffer.from(value);
    return text.equals(from.subarray(0, text.length)) ? text.length : 0;
  }
  if (kind === 'id') return 16;
  return name === 'LC_SOURCE_VERSION' ? 8 : 4;
}
