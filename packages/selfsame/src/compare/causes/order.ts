import type { Cause, Evidence, Recognition } from './cause.js';
import { collationOf } from './decoders/collation.js';
import { permutation } from './decoders/permutations.js';
import { orderAdvice, orderRemedies } from './order-remedies.js';
import { offsetAt, readingOf, show, showRange } from './reading.js';

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
    a: found.a === undefined ? showRange(a) : show(found.a),
    b: found.b === undefined ? showRange(b) : show(found.b),
    offsetA: a === undefined ? undefined : offsetAt(reading, a, a.from),
    offsetB: b === undefined ? undefined : offsetAt(reading, b, b.from),
  };
}
