import type { CompareReport, RootCause } from '../../compare/types.js';
import { formatBytes } from '../../text/bytes.js';
import { formatDuration } from '../../text/duration.js';
import { evidenceOf, walk } from '../findings.js';
import { compareHeadline } from '../headline.js';
import { causeWords, count, heldElsewhere, listed, reasonWords } from '../words.js';
import { summaryBytes, type MarkdownOptions } from './check-markdown.js';
import { findingsMarkdown, signOf } from './findings-markdown.js';
import { Parts, placeSpan, prose, span } from './inline.js';

const mostRoots = 50;

/** A comparison as Markdown: verdict, root causes, what was ignored, what is missing. */
export function compareMarkdown(report: CompareReport, options: MarkdownOptions = {}): string {
  const { most = summaryBytes } = options;
  const parts = new Parts(most);
  const { tone, text } = compareHeadline(report);
  const { totals, rootCauses } = report;
  parts.add(`## ${signOf(tone)} ${text}`);
  parts.add(
    `- A: ${span(report.a, 300)}\n- B: ${span(report.b, 300)}\n- ${count(totals.files, 'file')}, ${formatBytes(totals.bytes)} in ${formatDuration(totals.milliseconds)}`,
  );
  const found = new Map<string, string>();
  const wanted = new Set(rootCauses.slice(0, mostRoots).map(({ place }) => JSON.stringify(place)));
  for (const { difference, place } of walk(report.difference)) {
    const id = JSON.stringify(place);
    const groups = wanted.has(id) ? evidenceOf(difference) : [];
    if (groups.length > 0) found.set(id, findingsMarkdown(groups, place.length));
  }
  if (rootCauses.length > 0) parts.add('### Root causes');
  for (const root of rootCauses.slice(0, mostRoots))
    parts.add(rootOf(root, found.get(JSON.stringify(root.place))));
  if (rootCauses.length > mostRoots)
    parts.add(`and ${count(rootCauses.length - mostRoots, 'more root cause')}`);
  const lists = [
    ...(report.notes ?? []).slice(0, 10).map((note) => `- ${prose(note, 300)}`),
    ...report.ignored.map(
      ({ normaliser, hid }) =>
        `- ignored: ${prose(normaliser, 60)}, ${hid === 0 ? 'which hid nothing' : `which hid ${count(hid, 'difference')}`}`,
    ),
    ...report.unexamined
      .slice(0, 50)
      .map(
        ({ place, reason, detail }) =>
          `- not examined: ${placeSpan(place)}: ${reasonWords(reason)}, ${prose(detail, 300)}`,
      ),
    ...(report.unexamined.length > 50
      ? [`- not examined: ${count(report.unexamined.length - 50, 'more place')}`]
      : []),
  ];
  if (lists.length > 0) parts.add(lists.join('\n'));
  return parts.toString();
}

function rootOf(root: RootCause, findings: string | undefined): string {
  const { place, causes, also, assumed } = root;
  const elsewhere = heldElsewhere(root);
  const because = elsewhere.slice(0, 10).map((one) => placeSpan(one));
  const left = elsewhere.length - because.length;
  return [
    `${placeSpan(place)}: ${listed((causes.length > 0 ? causes : (['unknown'] as const)).map(causeWords))}`,
    ...(findings === undefined ? [] : [findings]),
    ...(because.length === 0
      ? []
      : [`Because of it, too: ${listed(left > 0 ? [...because, `${left} more`] : because)}`]),
    ...(also.length === 0 ? [] : [`The same thing at ${count(also.length, 'other place')}.`]),
    ...(assumed.length === 0 ? [] : [`Assumed, not seen, of ${count(assumed.length, 'place')}.`]),
  ].join('\n\n');
}
