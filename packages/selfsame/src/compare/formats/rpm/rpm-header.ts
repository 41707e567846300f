import { FormatError } from '../format.js';
import type { Field } from '../format.js';
import { boundedText, decodeText, hexText, octalText, UniqueNames } from '../reading/text.js';
import { timeText } from '../reading/time.js';
import { cutOff } from '../reading/window.js';
import type { Window } from '../reading/window.js';
import { storeFields, type StoredValue } from './rpm-store.js';
import type { RpmTag } from './rpm-tags.js';

const introBytes = 16;
const entryBytes = 16;

/** Largest header that is held in memory; those of kernels have a few MiB. */
const maxHeaderBytes = 64 * 1024 ** 2;

/** rpm refuses more (lib/header.c, HEADER_TAGS_MAX). */
const maxEntries = 0xffff;

/** Bytes of one value by type; of texts they are found. */
const typeBytes: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1 };

/** A header structure (RPM manual, "RPM V4 Package format"): its tags as fields, and where it ends. */
export interface RpmHeader {
  readonly fields: readonly Field[];
  readonly end: number;
}

/** @throws FormatError `damaged` or `too-large` */
export async function readRpmHeader(
  window: Window,
  start: number,
  tags: Readonly<Record<number, RpmTag>>,
): Promise<RpmHeader> {
  const intro = Buffer.from(await window.exactly(start, introBytes, 'a header'));
  if (intro.toString('hex', 0, 4) !== '8eade801') {
    throw new FormatError('damaged', `there is no header at ${start}`);
  }
  const entries = intro.readUInt32BE(8);
  const storeBytes = intro.readUInt32BE(12);
  if (entries > maxEntries || storeBytes > maxHeaderBytes) {
    throw new FormatError('too-large', 'a header has too many tags, or too much in them');
  }
  const storeStart = start + introBytes + entries * entryBytes;
  const end = storeStart + storeBytes;
  if (end > window.content.size) throw cutOff('a header');
  const index = Buffer.from(
    await window.exactly(start + introBytes, entries * entryBytes, 'a header'),
  );
  const store = Buffer.from(await window.exactly(storeStart, storeBytes, 'a header'));
  const names = new UniqueNames();
  const fields: Field[] = [];
  if (intro.readUInt32BE(4) !== 0) {
    fields.push({
      name: 'reserved',
      kind: 'other',
      value: hexText(intro.subarray(4, 8)),
      offset: start + 4,
    });
  }
  const values: StoredValue[] = [];
  let used = 0;
  for (let at = 0; at < index.length; at += entryBytes) {
    const tag = index.readUInt32BE(at);
    const value: RpmValue = {
      type: index.readUInt32BE(at + 4),
      count: index.readUInt32BE(at + 12),
      offset: index.readUInt32BE(at + 8),
    };
    const [name, kind] = tags[tag] ?? [String(tag), 'other'];
    const read = readValue(store, value);
    used += read.length;
    // Values do not share bytes; without this, few bytes could be shown very often.
    if (used > store.length) throw new FormatError('damaged', 'the tags of a header overlap');
    const unique = names.unique(name);
    fields.push(toField(unique, kind, read, storeStart + value.offset));
    // Always the same of a tag as rpm writes it.
    const form = `type ${value.type}${read.length === 0 ? ` at ${value.offset}` : ''}`;
    fields.push({
      name: `${unique} (form)`,
      kind,
      value: form,
      offset: start + introBytes + at + 4,
    });
    values.push({ ...value, name: unique, length: read.length });
  }
  fields.push(...storeFields(values, store, storeStart));
  return { fields, end };
}

interface RpmValue {
  readonly type: number;
  readonly count: number;
  readonly offset: number;
}

/** What a tag has: numbers, texts or bytes. */
type ReadValue = { readonly length: number } & (
  | { readonly numbers: readonly bigint[] }
  | { readonly texts: readonly string[] }
  | { readonly bytes: Buffer }
);

function readValue(store: Buffer, { type, count, offset }: RpmValue): ReadValue {
  const width = typeBytes[type];
  if (width !== undefined) {
    const length = width * count;
    if (offset + length > store.length) throw new FormatError('damaged', 'a tag lies outside');
    const bytes = store.subarray(offset, offset + length);
    if (type === 7 || type === 1) return { length, bytes };
    const numbers: bigint[] = [];
    for (let at = 0; at < length; at += width) {
      numbers.push(width === 8 ? bytes.readBigUInt64BE(at) : BigInt(bytes.readUIntBE(at, width)));
    }
    return { length, numbers };
  }
  if (type === 6 || type === 8 || type === 9) {
    const texts: string[] = [];
    let at = offset;
    for (let index = 0; index < count; index++) {
      const end = at < store.length ? store.indexOf(0, at) : -1;
      if (end === -1) throw new FormatError('damaged', 'a tag lies outside');
      texts.push(decodeText(store.subarray(at, end)));
      at = end + 1;
    }
    return { length: at - offset, texts };
  }
  if (type === 0) return { length: 0, texts: [] };
  throw new FormatError('damaged', `a tag has the unknown type ${type}`);
}

function toField(name: string, kind: Field['kind'], value: ReadValue, offset: number): Field {
  if ('bytes' in value) return { name, kind, value: hexText(value.bytes), offset };
  if ('texts' in value) {
    const [text = ''] = value.texts;
    // One text that looks like a list is shown as a list, so that it is none of several.
    const isOne = value.texts.length === 1 && !text.startsWith('[');
    const shown = boundedText(isOne ? text : JSON.stringify(value.texts));
    return { name, kind, value: shown, offset };
  }
  const show = (number: bigint): string => {
    if (kind === 'time') return timeText(Number(number));
    return kind === 'mode' ? octalText(number) : String(number);
  };
  const shown = boundedText(value.numbers.map(show).join(' '));
  const first = value.numbers[0];
  const seconds = kind === 'time' && first !== undefined ? { seconds: Number(first) } : {};
  return { name, kind, value: shown, offset, ...seconds };
}
