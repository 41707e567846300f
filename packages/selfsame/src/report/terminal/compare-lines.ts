import { formatBytes } from '../../text/bytes.js';
import { formatDuration } from '../../text/duration.js';
import type { CompareReport, Place, RootCause } from '../../compare/types.js';
import { evidenceOf, findingsOf, groupFindings, walk, type FindingGroup } from '../findings.js';
import { visible } from '../visible.js';
import { compareHeadline } from '../headline.js';
import { causeWords, count, heldElsewhere, listed, reasonWords } from '../words.js';
import { Lines, nameWords, placeWords, type TerminalOptions } from './lines.js';

/**
 * What a comparison found, for a person: the verdict, the root causes with the containers that differ because of
 * them, what was ignored, and what is missing of the answer.
 */
export function compareLines(report: CompareReport, options: TerminalOptions): string[] {
  const lines = new Lines(options);
  const { style } = lines;
  lines.headline(compareHeadline(report));
  lines.add(visible(report.a), 'A  ', style.cyan);
  lines.add(visible(report.b), 'B  ', style.cyan);

  const roots = report.rootCauses;
  for (const root of roots.slice(0, lines.most)) addRoot(lines, root, groupsAt(report, root.place));
  lines.more(roots.length - lines.most, 'root cause');
  if (roots.length === 0 && report.difference !== undefined) {
    lines.gap();
    lines.findings(groupFindings(findingsOf(report.difference)), '');
  }

  lines.list(
    'Ignored:',
    report.ignored.map(
      ({ normaliser, hid }) =>
        `${visible(normaliser, 60)}: ${hid === 0 ? 'hid nothing' : `hid ${count(hid, 'difference')}`}`,
    ),
  );
  lines.list(
    'Not examined:',
    report.unexamined.map(
      ({ place, reason, detail }) =>
        `${placeWords(place)}: ${reasonWords(reason)}, ${visible(detail, 300)}`,
    ),
  );
  lines.list(
    'diffoscope:',
    report.deep.map(({ place, file }) => `${placeWords(place)}: ${visible(file)}`),
  );
  lines.gap();
  const { files, bytes, milliseconds } = report.totals;
  lines.add(
    `${count(files, 'file')}, ${formatBytes(bytes)} in ${formatDuration(milliseconds)}`,
    '',
    style.dim,
  );
  return lines.all;
}

function groupsAt({ difference }: CompareReport, wanted: Place): FindingGroup[] {
  for (const { difference: inner, place } of walk(difference)) {
    if (place.length === wanted.length && place.every((name, at) => name === wanted[at]))
      return evidenceOf(inner);
  }
  return [];
}

function addRoot(lines: Lines, root: RootCause, found: readonly FindingGroup[]): void {
  const { style } = lines;
  lines.gap();
  lines.add(placeWords(root.place), '', style.bold);
  lines.findings(found, '  ', root.place.length);
  if (found.length === 0 && root.causes.length > 0)
    lines.add(listed(root.causes.map(causeWords)), '  ', style.yellow);
  const elsewhere = heldElsewhere(root);
  if (elsewhere.length > 0) {
    const shown = elsewhere.slice(0, 5).map(placeWords);
    const left = elsewhere.length - shown.length;
    const names = left > 0 ? [...shown, `${left} more`] : shown;
    lines.add(`because of it, too: ${listed(names)}`, '  ', style.dim);
  }
  if (root.also.length > 0) {
    lines.add(`the same thing at ${count(root.also.length, 'other place')}`, '  ', style.dim);
  }
  if (root.assumed.length > 0) {
    lines.add(
      `assumed, not seen: ${listed(root.assumed.slice(0, 5).map((place) => nameWords(place.at(-1) ?? '')))}`,
      '  ',
      style.dim,
    );
  }
}
