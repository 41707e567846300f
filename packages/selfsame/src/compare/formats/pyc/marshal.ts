import type { Content, Field } from '../format.js';

/** Bytes of code that are looked through. */
const longest = 4 * 2 ** 20;
const maximumNames = 16;
const longestName = 4096;
const maximumTries = 4096;

/**
 * Names of source files in marshalled code, each once: `co_filename` as far as it can be told without knowing every
 * version's layout of code objects (CPython's Python/marshal.c): strings that end in `.py`. What is not found is
 * compared as bytes in any case.
 */
export async function codeFields(content: Content, offset: number): Promise<Field[]> {
  const data = Buffer.from(
    await content.read(offset, Math.min(longest, Math.max(0, content.size - offset))),
  );
  const fields: Field[] = [];
  const seen = new Set<string>();
  let at = data.indexOf('.py');
  for (
    let tries = 0;
    at !== -1 && tries < maximumTries;
    tries++, at = data.indexOf('.py', at + 1)
  ) {
    const found = stringEndingAt(data, at + 3);
    if (found === undefined || seen.has(found.text)) continue;
    seen.add(found.text);
    const name = fields.length === 0 ? 'co_filename' : `co_filename#${fields.length + 1}`;
    fields.push({ name, kind: 'name', value: found.text, offset: offset + found.start });
    if (fields.length >= maximumNames) break;
  }
  return fields;
}

/** Type bytes of strings, without the mark of a reference: with one byte for the length, and with four. */
const short = new Set(['z', 'Z'].map((type) => type.charCodeAt(0)));
const long = new Set(['a', 'A', 'u', 's', 't'].map((type) => type.charCodeAt(0)));

/** The string that has its end at `end`, by its length before it. */
function stringEndingAt(data: Buffer, end: number): { text: string; start: number } | undefined {
  for (let length = 3; length <= Math.min(longestName, end - 2); length++) {
    const start = end - length;
    const isShort = data[start - 1] === length && short.has((data[start - 2] ?? 0) & 0x7f);
    const isLong =
      start >= 5 &&
      data.readUInt32LE(start - 4) === length &&
      long.has((data[start - 5] ?? 0) & 0x7f);
    if (isShort || isLong) return { text: data.toString('utf8', start, end), start };
    // Names have no control characters: nothing further back belongs to this one.
    if ((data[start] ?? 0) < 0x20 && length > 4) return undefined;
  }
  return undefined;
}
