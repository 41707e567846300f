import type { Difference, FieldDifference } from './types.js';

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

/** Findings about build ids beside other sections that differ are consequences of those. */
export function withConsequences(difference: Difference): Difference {
  const { children } = difference;
  if (children.every(({ name }) => digestSections.has(name))) return difference;
  return {
    ...difference,
    children: children.map((child) =>
      digestSections.has(child.name)
        ? { ...child, findings: child.findings.map((one) => ({ ...one, consequence: true })) }
        : child,
    ),
  };
}
