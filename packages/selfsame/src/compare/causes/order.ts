import type { Cause, Evidence, Recognition } from './cause.js';
import { collationOf } from './decoders/collation.js';
import { permutation } from './decoders/permutations.js';
import type { Permutation } from './decoders/permutations.js';
import { orderAdvice, orderRemedies } from './order-remedies.js';
import { offsetAt, readingOf, show, showPart, showRange } from './reading.js';
import type { Side } from './reading.js';

/** The same parts, elsewhere. */
export const order: Cause = {
  name: 'order',
  title: 'Order',
  summary:
    'The same members, lines or keys in another order: that of a directory, of a hash table, or of processes that ran at the same time.',
  looks:
    'the same members, lines, words, keys, strings or records, as many of each, in another order.',
  get remedies() {
    return orderRemedies;
  },
  variations: ['file-order', 'randomness', 'jobs', 'delays', 'address-space'],
  endsAt: 'virtual',
  recognise(evidence) {
    return ofParts(evidence) ?? ofBytes(evidence);
  },
};

function ofParts(evidence: Evidence): Recognition | undefined {
  if (evidence.order === undefined) return undefined;
  const { first, firstInB, moved } = evidence.order;
  const more = moved > 1 ? ` (and ${moved - 1} more)` : '';
  return {
    ...orderAdvice(readingOf(evidence), 'parts'),
    certainty: 'certain',
    a: show(`${first.slice(0, 150)}${more}`),
    b: show(firstInB),
  };
}

/** Likely: what was checked is that nothing else differs there, not who shuffled it. */
function ofBytes(evidence: Evidence): Recognition | undefined {
  if (evidence.range === undefined) return undefined;
  const reading = readingOf(evidence);
  const found = permutation(reading);
  if (found === undefined || collationOf(reading) !== undefined) return undefined;
  const { a, b } = reading;
  return {
    ...orderAdvice(reading, found.of),
    certainty: found.certainty,
    ...valuesOf(found, a, b),
    offsetA: a === undefined ? undefined : offsetAt(reading, a, a.from),
    offsetB: b === undefined ? undefined : offsetAt(reading, b, b.from),
  };
}

/** What stands here on each side: of lines that moved away or came, the range is empty on the other. */
function valuesOf(
  found: Permutation,
  a: Side | undefined,
  b: Side | undefined,
): { readonly a: string; readonly b: string } {
  const bytes = { a: showRange(a), b: showRange(b) };
  if (found.a !== undefined && found.b !== undefined) return { a: show(found.a), b: show(found.b) };
  if (found.of !== 'lines') return bytes;
  const lines = { a: firstLine(a), b: firstLine(b) };
  return lines.a === lines.b ? bytes : lines;
}

function firstLine(side: Side | undefined): string {
  if (side === undefined) return '';
  const start = side.from === 0 ? 0 : side.text.lastIndexOf('\n', side.from - 1) + 1;
  const end = side.text.indexOf('\n', start);
  return showPart(side, start, end < 0 ? side.text.length : end);
}
