import type { FieldDifference } from './types.js';

/** Sections whose bytes are a digest of the others. */
const digestSections: ReadonlySet<string> = new Set(['.note.gnu.build-id', 'LC_UUID']);

/**
 * Fields that differ because other things of the same part do: checksums of what differs, sizes of contents that
 * do. A checksum that alone differs is no consequence: then nobody knows of what.
 */
export function followingFields(
  fields: readonly FieldDifference[],
  contentDiffers: boolean,
): ReadonlySet<FieldDifference> {
  const othersDiffer =
    contentDiffers || fields.some(({ kind }) => kind !== 'checksum' && kind !== 'size');
  return new Set(
    fields.filter(
      ({ kind }) => (kind === 'checksum' && othersDiffer) || (kind === 'size' && contentDiffers),
    ),
  );
}

/** Whether the bytes of a part are a digest of what is around it. */
export const isDigestSection = (name: string): boolean => digestSections.has(name);
