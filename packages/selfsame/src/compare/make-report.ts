import { performance } from 'node:perf_hooks';
import { findRootCauses } from './containment/graph.js';
import { graphOfDifference } from './containment/of-difference.js';
import { everyDifference } from './difference.js';
import { applyNormalisers, type Normalised } from './normalisers/apply.js';
import type { Normaliser } from './normalisers/normaliser.js';
import type { Session } from './session.js';
import type { CompareReport, CompareVerdict, Difference, Place } from './types.js';

/** The answer to a comparison that has ended, with normalisers applied. */
export function makeReport(
  session: Session,
  a: string,
  b: string,
  found: Difference | undefined,
  ignore: readonly Normaliser[],
): CompareReport {
  const normalised: Normalised =
    found === undefined || ignore.length === 0
      ? { difference: found, hidden: [] }
      : applyNormalisers(session, found, ignore, session.sameTexts);
  const { difference, hidden } = normalised;
  const all = difference === undefined ? [] : [...everyDifference(difference)];
  const graph = difference === undefined ? undefined : graphOfDifference(difference);
  return {
    version: 1,
    a,
    b,
    verdict: verdictOf(session, found, difference),
    difference,
    rootCauses: graph === undefined ? [] : findRootCauses(graph.nodes, graph.containments),
    ignored: ignore.map(({ name }) => ({
      normaliser: name,
      hid: hidden.filter(({ normaliser }) => normaliser === name).length,
    })),
    hidden,
    unexamined: all.flatMap((one) => one.difference.unexamined),
    notes: [],
    totals: {
      files: session.totals.files,
      bytes: session.totals.bytes,
      ...differingIn(session, difference),
      milliseconds: Math.round(performance.now() - session.started),
    },
    deep: [],
  };
}

/** Files that are seen to differ, however much does in them, and directories. */
function differingIn(
  session: Session,
  difference: Difference | undefined,
): Pick<CompareReport['totals'], 'differing' | 'differingDirectories'> {
  if (difference === undefined) return { differing: 0, differingDirectories: 0 };
  if (difference.format !== 'directory') {
    const differs = isSeenToDiffer(difference, session.undecided);
    return { differing: differs ? 1 : 0, differingDirectories: 0 };
  }
  const above = [difference.name];
  const seen = difference.children.filter((child) => {
    return isSeenToDiffer(child, session.undecided, above);
  });
  const directories = seen.filter(({ name }) => session.folders.has(name)).length;
  return {
    differing: seen.length - directories + session.unshown.files,
    differingDirectories: directories + session.unshown.directories,
  };
}

function verdictOf(
  session: Session,
  found: Difference | undefined,
  left: Difference | undefined,
): CompareVerdict {
  if (found === undefined) return 'identical';
  if (left === undefined) return 'equal-after-ignoring';
  return isSeenToDiffer(left, session.undecided) ? 'differs' : 'undecided';
}

/**
 * Whether anything in it differs, rather than not being examined.
 *
 * @param undecided places, as JSON, of which that is not known
 * @param above the place that it stands in
 */
export function isSeenToDiffer(
  difference: Difference,
  undecided: ReadonlySet<string>,
  above: Place = [],
): boolean {
  for (const { difference: one, place } of everyDifference(difference, above)) {
    const isDirectory = one.format === 'directory' && place.length === 1;
    if (isDirectory) continue;
    if (!undecided.has(JSON.stringify(place))) return true;
    const { presence, types, fields, order, ranges, nameInB } = one;
    if (presence !== 'both' || types !== undefined || order !== undefined) return true;
    if (fields.length > 0 || ranges.length > 0) return true;
    // What the two operands are called does not count.
    if (nameInB !== undefined && place.length > 1) return true;
  }
  return false;
}
