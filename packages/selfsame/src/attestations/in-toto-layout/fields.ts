import { FieldReader, type FieldPath, type JsonValue } from '@selfsame/verify';

const MAX_STRINGS = 100_000;

/** Refuses what breaks the format of a layout (in-toto specification 1.0 §4.3), with the code the trust core has for links. */
export const read: FieldReader = new FieldReader('METABLOCK_INVALID');

/** A list of texts. */
export function parseStrings(value: JsonValue | undefined, path: FieldPath): readonly string[] {
  return read.array(value, path, MAX_STRINGS).map((item, at) => read.string(item, [...path, at]));
}
