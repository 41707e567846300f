import type { Cause } from './cause.js';
import { offsetAt, readingOf, show, showRange } from './reading.js';

/** What nothing here recognises. */
export const unknown: Cause = {
  name: 'unknown',
  title: 'Not recognised',
  summary: 'Bytes differ and no recogniser knows why.',
  looks: 'anything else.',
  get remedies() {
    return [];
  },
  variations: [],
  endsAt: undefined,
  recognise(evidence) {
    const reading = readingOf(evidence);
    const { a, b } = reading;
    const { field, range } = evidence;
    if (field === undefined && range === undefined) return undefined;
    return {
      kind: field === undefined ? 'bytes' : `${reading.format ?? 'file'} ${field.name}`,
      certainty: 'possible',
      a: field === undefined ? showRange(a) : show(field.a ?? ''),
      b: field === undefined ? showRange(b) : show(field.b ?? ''),
      offsetA: range === undefined || a === undefined ? undefined : offsetAt(reading, a, a.from),
      offsetB: range === undefined || b === undefined ? undefined : offsetAt(reading, b, b.from),
      remedy: evidence.canariesA === undefined ? elsewhere : ofBuilds,
    };
  },
};

const elsewhere =
  'Not known: `selfsame compare --deep` shows more, `selfsame check` finds the condition it goes by.';
/** Both sides were built for being compared, and what they go by is said with them. */
const ofBuilds =
  'Not known: look at what its writers make of what it differs with; `--deep` shows both in full.';
