import type { Content } from '../formats/format.js';
import type { Spans } from './differing-spans.js';
import type { Span } from './span.js';

/** Tables beyond so many bytes are compared as bytes. */
const maximumTable = 16 * 2 ** 20;

interface Entry {
  readonly text: string;
  readonly offset: number;
}

/**
 * Strings, each ended by NUL, that only one of two tables has: those with the same ending stand for each other, the
 * others as they come. Where they stand in the tables does not count. Undefined: too large, or the strings are the same.
 *
 * @param limit spans that are kept
 */
export async function differingStrings(
  a: Content,
  b: Content,
  limit: number,
): Promise<Spans | undefined> {
  if (Math.max(a.size, b.size) > maximumTable) return undefined;
  const [entriesA, entriesB] = [entriesOf(await whole(a)), entriesOf(await whole(b))];
  const onlyA = missingIn(entriesA, entriesB);
  const onlyB = missingIn(entriesB, entriesA);
  if (onlyA.length + onlyB.length === 0) return undefined;
  const spans: Span[] = [];
  for (const [inA, inB] of pairs(onlyA, onlyB)) {
    if (spans.length < limit) spans.push(spanOf(inA, inB, a.size, b.size));
  }
  const more = Math.max(onlyA.length, onlyB.length) - spans.length;
  return { spans, more: Math.max(0, more) };
}

async function whole(content: Content): Promise<string> {
  const bytes = await content.read(0, content.size);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

function entriesOf(table: string): Entry[] {
  const entries: Entry[] = [];
  for (let offset = 0; offset < table.length;) {
    const end = table.indexOf('\0', offset);
    const to = end === -1 ? table.length : end;
    if (to > offset) entries.push({ text: table.slice(offset, to), offset });
    offset = to + 1;
  }
  return entries;
}

function missingIn(entries: readonly Entry[], others: readonly Entry[]): Entry[] {
  const texts = new Set(others.map(({ text }) => text));
  return entries.filter(({ text }) => !texts.has(text));
}

type Pairing = readonly [a: Entry | undefined, b: Entry | undefined];

function* pairs(a: readonly Entry[], b: readonly Entry[]): Generator<Pairing> {
  const byEnding = new Map<string, Entry[]>();
  for (const entry of b) {
    const same = byEnding.get(ending(entry));
    if (same === undefined) byEnding.set(ending(entry), [entry]);
    else same.push(entry);
  }
  const restA: Entry[] = [];
  const taken = new Set<Entry>();
  for (const entry of a) {
    const other = byEnding.get(ending(entry))?.shift();
    if (other === undefined) restA.push(entry);
    else {
      taken.add(other);
      yield [entry, other];
    }
  }
  const restB = b.filter((entry) => !taken.has(entry));
  for (let index = 0; index < Math.max(restA.length, restB.length); index++)
    yield [restA[index], restB[index]];
}

/** What stays when the directory is another one. */
function ending({ text }: Entry): string {
  return text.slice(text.lastIndexOf('/') + 1);
}

function spanOf(a: Entry | undefined, b: Entry | undefined, sizeA: number, sizeB: number): Span {
  const [textA, textB] = [a?.text ?? '', b?.text ?? ''];
  const shorter = Math.min(textA.length, textB.length);
  let head = 0;
  while (head < shorter && textA[head] === textB[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && textA.at(-1 - tail) === textB.at(-1 - tail)) tail += 1;
  return {
    offsetA: a === undefined ? sizeA : a.offset + head,
    lengthA: textA.length - head - tail,
    offsetB: b === undefined ? sizeB : b.offset + head,
    lengthB: textB.length - head - tail,
  };
}
