import type { Field } from './formats/format.js';
import type { FieldDifference } from './types.js';

/** Fields that differ, by name: those of A in their order, then those that only B has. */
export function differingFields(a: readonly Field[], b: readonly Field[]): FieldDifference[] {
  const left = new Map<string, Field[]>();
  for (const field of b) {
    const same = left.get(field.name);
    if (same === undefined) left.set(field.name, [field]);
    else same.push(field);
  }
  const differing: FieldDifference[] = [];
  for (const field of a) {
    const other = left.get(field.name)?.shift();
    if (other?.value !== field.value) differing.push(fieldDifference(field, other));
  }
  for (const rest of left.values()) {
    for (const field of rest) differing.push(fieldDifference(undefined, field));
  }
  return differing;
}

function fieldDifference(a: Field | undefined, b: Field | undefined): FieldDifference {
  return {
    name: (a ?? b)?.name ?? '',
    kind: (a ?? b)?.kind ?? 'other',
    a: a?.value,
    b: b?.value,
    ...(a?.seconds !== undefined && { secondsA: a.seconds }),
    ...(b?.seconds !== undefined && { secondsB: b.seconds }),
    offsetA: a?.offset,
    offsetB: b?.offset,
  };
}

export const otherBytesName = 'compressed bytes';

/** Said where the same content is compressed as other bytes. */
export function otherBytes(
  a: { readonly size: number },
  b: { readonly size: number },
): FieldDifference {
  const text = (bytes: string): string => `${bytes} bytes for the same content`;
  return {
    name: otherBytesName,
    kind: 'compression',
    a: text(String(a.size)),
    b: text(`${b.size} other`),
    offsetA: undefined,
    offsetB: undefined,
  };
}
