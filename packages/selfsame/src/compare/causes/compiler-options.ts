import type { Evidence } from './cause.js';

/** Name and version of a compiler, and what it was told, as DWARF's `DW_AT_producer` has them (DWARF 5, 3.1.1). */
const producer =
  /^((?:GNU|clang|Debian clang|rustc)\b[^-]{0,80}? \d{1,4}(?:\.\d{1,6}){1,3}\S{0,40}) (-.{0,8000})$/su;

/**
 * The options of which one and the same compiler was given others on each side; undefined where it is not the same
 * compiler, or what differs is no options. An option that only stands elsewhere is none that differs.
 */
export function differingOptions({
  field,
}: Pick<Evidence, 'field'>): { readonly a: string; readonly b: string } | undefined {
  if (field?.kind !== 'version') return undefined;
  const [, nameA, textA] = producer.exec(field.a ?? '') ?? [];
  const [, nameB, textB] = producer.exec(field.b ?? '') ?? [];
  if (nameA === undefined || nameA !== nameB) return undefined;
  const [a, b] = [textA ?? '', textB ?? ''].map((text) => text.split(' ').filter(Boolean));
  const only = (these: readonly string[] = [], those: readonly string[] = []) =>
    these.filter((option) => !those.includes(option)).join(' ');
  return { a: only(a, b), b: only(b, a) };
}
