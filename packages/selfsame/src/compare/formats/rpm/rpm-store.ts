import type { Field } from '../format.js';
import { hexText } from '../reading/text.js';

/** A tag's value as it lies in the store of a header. */
export interface StoredValue {
  readonly name: string;
  /** RPM_INT16_TYPE and so on (rpm's include/rpm/rpmtag.h, rpmTagType). */
  readonly type: number;
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

/** What values are aligned to, by type; others begin anywhere. */
const alignments: Readonly<Record<number, number>> = { 3: 2, 4: 4, 5: 8 };

/** Irregular values that are shown. */
const shownValues = 64;

/**
 * What the values of a header do not say of its store: values that do not lie right behind one another, and bytes that
 * belong to none. Of what rpm writes there is neither.
 *
 * @param storeStart where the store stands in the package
 */
export function storeFields(
  values: readonly StoredValue[],
  store: Buffer,
  storeStart: number,
): Field[] {
  const inOrder = values.map((value, index) => ({ ...value, index }));
  inOrder.sort((p, q) => p.offset - q.offset || p.length - q.length || p.index - q.index);
  const irregular: string[] = [];
  const unused: Buffer[] = [];
  let end = 0;
  for (const { name, type, offset, length } of inOrder) {
    const alignment = alignments[type] ?? 1;
    const expected = Math.ceil(end / alignment) * alignment;
    if (offset !== expected) irregular.push(`${name} at ${offset} instead of ${expected}`);
    if (offset > end) unused.push(store.subarray(end, offset));
    end = Math.max(end, offset + length);
  }
  const fields: Field[] = [];
  const add = (name: string, kind: Field['kind'], value: string): void => {
    fields.push({ name, kind, value, offset: storeStart });
  };
  const order = orderOf(inOrder.map(({ index }) => index));
  if (order !== undefined) add('order of values', 'other', order);
  if (irregular.length > 0) {
    const digest =
      irregular.length > shownValues ? `, ${hexText(Buffer.from(irregular.join()))}` : '';
    add('places of values', 'other', `${irregular.slice(0, shownValues).join(', ')}${digest}`);
  }
  const gaps = Buffer.concat(unused);
  if (gaps.some((byte) => byte !== 0)) add('bytes between values', 'padding', hexText(gaps));
  if (end < store.length) add('bytes behind values', 'padding', hexText(store.subarray(end)));
  return fields;
}

/** Undefined: that of the tags, or with the value of the first of them behind all others, as that of a region is. */
function orderOf(indices: readonly number[]): string | undefined {
  const isRising = (all: readonly number[]): boolean =>
    all.every((index, at) => at === 0 || index > (all[at - 1] ?? 0));
  const isUsual = indices.at(-1) === 0 && isRising(indices.slice(0, -1));
  if (isUsual) return undefined;
  return isRising(indices) ? 'as the tags' : hexText(Buffer.from(indices.join()));
}
