import type { Difference } from '../../compare/types.js';
import type { Artifact } from '../types.js';

/** setuid, setgid and sticky bits, and whether the owner may execute it. */
const bitsThatCount = 0o7100;

/**
 * Of a file's mode what is part of an artifact. The rest is the umask's of whoever unpacks or checks it out: every file of
 * every build differs in it under another umask, so that it would say nothing. Modes inside of archives are contents.
 */
export function modeThatCounts({ type, mode }: Pick<Artifact, 'type' | 'mode'>): number {
  return type === 'file' ? mode & bitsThatCount : 0;
}

/** The difference without what only those bits of the outermost mode show that do not count. Undefined: nothing is left. */
export function withoutModes(difference: Difference | undefined): Difference | undefined {
  if (difference === undefined) return undefined;
  const modes = difference.fields.filter(({ kind }) => kind === 'mode');
  const [mode] = modes;
  if (mode === undefined || modes.length > 1 || mode.a === undefined || mode.b === undefined)
    return difference;
  const [a, b] = [parseInt(mode.a, 8), parseInt(mode.b, 8)];
  if (Number.isNaN(a) || Number.isNaN(b) || (a & bitsThatCount) !== (b & bitsThatCount))
    return difference;
  const left = {
    ...difference,
    fields: difference.fields.filter((field) => field !== mode),
    findings: difference.findings.filter(({ cause }) => cause !== 'permissions'),
  };
  return isEmpty(left) ? undefined : left;
}

function isEmpty(difference: Difference): boolean {
  const { presence, types, fields, order, ranges, moreRanges, textDiff, children, unexamined } =
    difference;
  return (
    presence === 'both' &&
    types === undefined &&
    order === undefined &&
    textDiff === undefined &&
    fields.length + ranges.length + moreRanges + children.length + unexamined.length === 0 &&
    difference.sha256A === difference.sha256B
  );
}
