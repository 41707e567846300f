import type { DefinitionComparison } from '../record/definition-differences.js';
import { printable } from '../text/printable.js';
import type { Style } from '../text/style.js';
import { displayWidth, truncate } from '../text/width.js';

/** Fields named on the terminal; `--json` has all. */
const SHOWN_FIELDS = 8;
/** Widest name of a field; a signer may call an input anything. */
const WIDEST_FIELD = 80;
/** Widest value shown beside its field; scripts are for `selfsame explain`. */
const WIDEST_VALUE = 40;

/** In what something else that signers built differs, in lines below what names it. */
export function differencesText(comparison: DefinitionComparison, style: Style): string[] {
  const { comparedWith, differences, problem } = comparison;
  const than = `build id ${comparedWith.slice(0, 12)}`;
  if (differences === undefined)
    return [style.dim(`    what differs from ${than} is not known: ${printable(problem ?? '')}`)];
  const lines = differences.slice(0, SHOWN_FIELDS).map(({ field, a, b }) => {
    const values = [shown(a), shown(b)];
    const change = values.includes(undefined) ? '' : `: ${values.join(' -> ')}`;
    return style.yellow(
      `    differs from ${than} in ${truncate(printable(field), WIDEST_FIELD)}${change}`,
    );
  });
  const more = differences.length - SHOWN_FIELDS;
  if (more > 0) lines.push(style.yellow(`    and in ${more} more`));
  return lines;
}

/** A value short enough for one line, digests cut; undefined for others. */
function shown(value: string | undefined): string | undefined {
  if (value === undefined) return '(not there)';
  if (/^[0-9a-f]{64}$/.test(value)) return value.slice(0, 12);
  const text = printable(value);
  return displayWidth(text) <= WIDEST_VALUE && !value.includes('\n') ? text : undefined;
}
