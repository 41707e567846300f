import { everyDifference } from '../compare/difference.js';
import type { CompareReport } from '../compare/types.js';
import { formatBytes } from '../text/bytes.js';
import { printable } from '../text/printable.js';
import type { Style } from '../text/style.js';

/** Lines of differences that are shown on a terminal. */
const shown = 60;

/** A report for `--json`: bytes in hexadecimal, numbers and text as they are. */
export function compareData(report: CompareReport): unknown {
  return JSON.parse(
    JSON.stringify(report, (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
    ),
  );
}

/** A report for a person, in few lines. */
export function compareText(report: CompareReport, style: Style): readonly string[] {
  const { verdict, difference, ignored, unexamined, notes } = report;
  const lines: string[] = [];
  const names = `${printable(report.a)} and ${printable(report.b)}`;
  switch (verdict) {
    case 'identical':
      return [style.green(`${names} are identical`)];
    case 'equal-after-ignoring':
      lines.push(style.green(`${names} are equal after ignoring what was asked`));
      break;
    case 'undecided':
      lines.push(style.red(`${names}: no difference was seen, but not all could be examined`));
      break;
    case 'differs':
      lines.push(style.red(`${names} differ`));
  }
  for (const { difference: one, place } of difference === undefined
    ? []
    : everyDifference(difference)) {
    if (lines.length > shown) {
      lines.push('…');
      break;
    }
    const indent = '  '.repeat(place.length);
    const what =
      one.presence === 'both' ? '' : ` (only in ${one.presence === 'only-a' ? 'A' : 'B'})`;
    const sizes =
      one.sizeA !== undefined && one.sizeB !== undefined && one.sizeA !== one.sizeB
        ? ` (${formatBytes(one.sizeA)} / ${formatBytes(one.sizeB)})`
        : '';
    lines.push(printable(`${indent}${one.name}${what}${sizes}`));
    for (const { cause, kind, a, b, more } of one.findings) {
      const rest = more > 0 ? ` (and ${more} more)` : '';
      lines.push(printable(`${indent}  ${cause}, ${kind}: ${a} / ${b}${rest}`));
    }
  }
  for (const { normaliser, hid } of ignored) lines.push(`ignored ${normaliser}: ${hid} hidden`);
  for (const { place, reason, detail } of unexamined.slice(0, shown)) {
    lines.push(printable(`not examined: ${place.join(' > ')}: ${reason}: ${detail}`));
  }
  lines.push(...(notes ?? []).map(printable));
  return lines;
}
