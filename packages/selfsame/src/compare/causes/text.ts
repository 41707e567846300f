import type { Cause } from './cause.js';
import { readingOf, show, shownRanges } from './reading.js';

/** Text that says something else. */
export const text: Cause = {
  name: 'text',
  title: 'Text',
  summary: 'Text differs, and not in a value that is known.',
  looks: 'lines that differ.',
  get remedies() {
    return [];
  },
  variations: [],
  endsAt: undefined,
  recognise(evidence) {
    const reading = readingOf(evidence);
    const { a, b, isText, isCode } = reading;
    const remedy = 'Look at the lines and find the program that writes them.';
    if (evidence.field !== undefined)
      return evidence.field.kind === 'text'
        ? {
            kind: `${reading.format ?? 'file'} ${evidence.field.name}`,
            certainty: 'possible',
            a: show(evidence.field.a ?? ''),
            b: show(evidence.field.b ?? ''),
            remedy,
          }
        : undefined;
    if (evidence.range === undefined || !isText || isCode) return undefined;
    if ((a?.bytes.length ?? 0) + (b?.bytes.length ?? 0) === 0) return undefined;
    return {
      kind: 'lines',
      certainty: 'possible',
      ...shownRanges(reading),
      remedy,
    };
  },
};
