import { performance } from 'node:perf_hooks';
import { findRootCauses } from './containment/graph.js';
import { graphOfDifference } from './containment/of-difference.js';
import { everyDifference } from './difference.js';
import { applyNormalisers, type Normalised } from './normalisers/apply.js';
import type { Normaliser } from './normalisers/normaliser.js';
import type { Session } from './session.js';
import type { CompareReport, CompareVerdict, Difference } from './types.js';

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
      differing: filesIn(difference),
      milliseconds: Math.round(performance.now() - session.started),
    },
    deep: [],
  };
}

/** Files that differ, however much does in them. */
function filesIn(difference: Difference | undefined): number {
  if (difference === undefined) return 0;
  return difference.format === 'directory' ? difference.children.length : 1;
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
 */
export function isSeenToDiffer(difference: Difference, undecided: ReadonlySet<string>): boolean {
  for (const { difference: one, place } of everyDifference(difference)) {
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
