import type { Certainty, Difference, Finding, Place } from '../compare/types.js';

/** Differences of one report that are walked; a report is bounded, this is for those that are not ours. */
const mostDifferences = 100_000;

export interface Placed {
  readonly difference: Difference;
  readonly place: Place;
  /** 0: the root. */
  readonly depth: number;
}

/** A difference and all within it, outermost first, in order. */
export function* walk(root: Difference | undefined): Generator<Placed> {
  if (root === undefined) return;
  const stack: Placed[] = [{ difference: root, place: [root.name], depth: 0 }];
  for (let seen = 0; seen < mostDifferences; seen += 1) {
    const placed = stack.pop();
    if (placed === undefined) return;
    yield placed;
    for (const child of [...placed.difference.children].reverse()) {
      stack.push({
        difference: child,
        place: [...placed.place, child.name],
        depth: placed.depth + 1,
      });
    }
  }
}

const rank: Readonly<Record<Certainty, number>> = { certain: 0, likely: 1, possible: 2 };

function weight({ consequence, cause, certainty }: Finding): number {
  return (consequence ? 100 : 0) + (cause === 'unknown' ? 10 : 0) + rank[certainty];
}

/** All findings of a difference: causes before consequences, known before unknown, most certain first. */
export function findingsOf(root: Difference | undefined): Finding[] {
  const all: Finding[] = [];
  for (const { difference } of walk(root)) all.push(...difference.findings);
  return all.sort((one, other) => weight(one) - weight(other));
}

/** Characters by which texts of findings are told from each other: more than is ever shown. */
export const keyCharacters = 1_000;

/** One cause at many places: told once, with how many there are. */
export interface FindingGroup {
  /** The first of them. */
  readonly finding: Finding;
  /** How many in all, each finding's `more` included. */
  readonly number: number;
}

/** Findings of the same cause, kind and remedy as one: one of each cause before others of it. */
export function groupFindings(findings: readonly Finding[]): FindingGroup[] {
  const groups = new Map<string, { finding: Finding; number: number }>();
  for (const finding of findings) {
    const id = JSON.stringify([
      finding.consequence,
      finding.cause,
      finding.kind.slice(0, keyCharacters),
      finding.certainty,
      finding.remedy.slice(0, keyCharacters),
    ]);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, { finding, number: 1 + finding.more });
    else group.number += 1 + finding.more;
  }
  return eachCauseFirst([...groups.values()]);
}

/**
 * What is shown of a place: the findings in it, grouped. Of what nothing but digests is known, as of files in lists of
 * hashes, the digests, as a finding without a remedy.
 */
export function evidenceOf(difference: Difference): FindingGroup[] {
  const groups = groupFindings(findingsOf(difference));
  const { presence, sha256A, sha256B } = difference;
  if (groups.length > 0 || (sha256A === undefined && sha256B === undefined)) return groups;
  const finding: Finding = {
    cause: presence === 'both' ? 'unknown' : 'missing-file',
    ...{ kind: 'sha256', certainty: 'certain', consequence: false, more: 0, place: [] },
    ...{ a: sha256A ?? '', b: sha256B ?? '', remedy: '' },
    ...{ offsetA: undefined, offsetB: undefined },
  };
  return [{ finding, number: 1 }];
}

/** One of each cause, then the others: what is cut at the end repeats something. Consequences stay behind. */
function eachCauseFirst(groups: readonly FindingGroup[]): FindingGroup[] {
  const seen = new Set<string>();
  const first: FindingGroup[] = [];
  const others: FindingGroup[] = [];
  for (const group of groups) {
    const { cause, consequence } = group.finding;
    if (consequence || seen.has(cause)) others.push(group);
    else first.push(group);
    seen.add(cause);
  }
  return [...first, ...others];
}
