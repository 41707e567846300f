import type { CompareReport } from '../../compare/types.js';
import type { CheckReport } from '../../vary/types.js';

/** The JSON form of a value: bytes as lower-case hexadecimal, no `undefined`. */
export type JsonOf<T> = T extends Uint8Array
  ? string
  : T extends readonly (infer Item)[]
    ? number extends T['length']
      ? readonly JsonOf<Item>[]
      : { readonly [Index in keyof T]: JsonOf<T[Index]> }
    : T extends object
      ? { readonly [Key in keyof T]: JsonOf<T[Key]> }
      : T;

/** Levels of arrays and objects; a report has a few for every container in a container. */
const deepest = 1_000;

/**
 * A report as JSON has it: the same fields, except that bytes (`sampleA`, `sampleB`) are lower-case hexadecimal, fields
 * whose value is `undefined` are left out, and lone surrogates in text are U+FFFD, so that every reader accepts it.
 * The schemas are `reportSchema`'s.
 *
 * @throws RangeError for nesting of more than 1,000 levels, which no report has
 */
export function jsonReport<T extends CheckReport | CompareReport>(report: T): JsonOf<T> {
  return plain(report, 0) as JsonOf<T>;
}

function plain(value: unknown, depth: number): unknown {
  if (depth > deepest) throw new RangeError('a report is nested too deeply');
  if (typeof value === 'string') return wellFormed(value);
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex');
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  // Entries, not assignments: a name may be `__proto__`.
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [wellFormed(key), plain(item, depth + 1)]),
  );
}

function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udfff]/gu, '\ufffd');
}
