import type { FindingGroup } from '../findings.js';
import type { Headline } from '../headline.js';
import { causeWords, count, kindWords, offsetWords } from '../words.js';
import { placeSpan, prose, sentence, span } from './inline.js';

const mostFindings = 5;

/** What stands where a side has nothing. */
const nothing = '(nothing)';

const signs = { good: '✅', note: '⚠️', bad: '❌' } as const;

export function signOf(tone: Headline['tone']): string {
  return signs[tone];
}

/** Causes as a list: what, where, both values, remedy. `depth`: names of the place that were said already. */
export function findingsMarkdown(groups: readonly FindingGroup[], depth: number): string {
  const items = groups.slice(0, mostFindings).map(({ finding, number }) => {
    const { cause, kind, certainty, place, offsetA, a, b, remedy } = finding;
    const inner = place.slice(depth);
    const where = inner.length > 0 ? ` in ${placeSpan(inner)}` : '';
    const at = offsetA === undefined ? '' : ` at ${offsetWords(offsetA)}`;
    const words = kindWords(cause, kind, certainty);
    const times = number > 1 ? `, ${count(number, 'time')}` : '';
    return [
      `- **${causeWords(cause)}**${words === '' ? '' : ` (${prose(words)})`}${where}${at}${times}`,
      `  - A: ${a === '' ? nothing : span(a)}`,
      `  - B: ${b === '' ? nothing : span(b)}`,
      ...(remedy === '' ? [] : [`  - Fix: ${sentence(remedy)}`]),
    ].join('\n');
  });
  const left = groups.length - items.length;
  return [...items, ...(left > 0 ? [`- and ${count(left, 'other cause')}`] : [])].join('\n');
}
