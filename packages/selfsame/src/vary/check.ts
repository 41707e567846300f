import { performance } from 'node:perf_hooks';

import { compareArtifacts } from '../compare/compare.js';
import type { CauseName, Difference } from '../compare/types.js';
import type { Emit } from '../events/event.js';
import { ArtifactBuilds } from './checking/artifact-builds.js';
import { doubtOf } from './checking/chance.js';
import { Comparisons } from './checking/comparisons.js';
import { findingsIn } from './checking/findings-in.js';
import { ProvenanceOfBuilds } from './checking/provenance-of-builds.js';
import { rankOf } from './checking/worth.js';
import { writeReport } from './checking/write-report.js';
import { search } from './search/search.js';
import type { Builder, CheckReport, HostFacts, Variation } from './types.js';

/** A variation, and whether this check uses it. */
export interface ChosenVariation {
  readonly variation: Variation;
  readonly status: 'used' | 'skipped' | 'left-out';
  /** Why not. */
  readonly why: string | undefined;
}

export interface CheckOptions {
  /** What is checked, for a person. */
  readonly subject: string;
  readonly directory: string;
  readonly builder: Builder;
  readonly host: HostFacts;
  /** All there are, in the order of tables. */
  readonly variations: readonly ChosenVariation[];
  /** Of the values that variations choose. */
  readonly seed: string;
  readonly runs: number;
  readonly quick: boolean;
  /** Further builds with nothing varied where threads, parallel jobs or earlier builds say that chance can have had a part; 0: none. */
  readonly confirm: number;
  readonly jobs: number;
  /** Builds in all, at least 2. */
  readonly builds: number;
  /** Milliseconds after which no build is started any more; undefined: no limit. */
  readonly milliseconds: number | undefined;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** In tests: another comparison. */
  readonly compare?: typeof compareArtifacts;
  /** In tests: another clock, milliseconds that only grow. */
  readonly now?: () => number;
}

export interface Check {
  readonly report: CheckReport;
  /** Of the values with which differences were found: `options.seed`, or others that were tried when those showed nothing. */
  readonly seed: string;
  /** Trees of the builds by id, as long as the builder keeps them. */
  readonly trees: ReadonlyMap<string, string>;
}

/**
 * Builds with nothing varied and with everything, and as often as it takes to say which variations matter to which
 * artifact; then names the causes. Rejects with what the builder and the comparison reject with, and on interruption.
 */
export async function check(options: CheckOptions): Promise<Check> {
  const now = options.now ?? (() => performance.now());
  const begun = now();
  const { emit, signal } = options;
  const used = options.variations
    .filter(({ status }) => status === 'used')
    .map(({ variation }) => variation);
  const builds = new ArtifactBuilds({ ...options, used });
  const comparisons = new Comparisons(options.compare ?? compareArtifacts, signal, emit);
  const provenance = new ProvenanceOfBuilds();
  const evident = new Map<string, ReadonlySet<string>>();

  const result = await search({
    variations: used.map(({ name }) => name),
    runs: options.runs,
    quick: options.quick,
    jobs: options.jobs,
    budget: {
      builds: options.builds,
      timeIsUp: () => options.milliseconds !== undefined && now() - begun > options.milliseconds,
    },
    rank: rankOf,
    evident: (path, varied) => varied.every((name) => evident.get(path)?.has(name) === true),
    build: (varied, attempt, provoking, values) => {
      signal.throwIfAborted();
      return builds.build(varied, attempt, provoking, values);
    },
    doubt: async (blamed, chance) => {
      const logs = await provenance.of(builds.endpoints());
      return doubtOf(options.confirm, { blamed, chance, logs });
    },
    examine: async (varied, paths) => {
      const reference = builds.reference();
      const other = builds.find(varied);
      if (reference === undefined || other === undefined)
        return { shown: new Map(), neverAsked: [] };
      const differences = await comparisons.of(reference, other, paths);
      const logs = await provenance.of([reference, other]);
      for (const [path, difference] of differences)
        evident.set(path, new Set([...(evident.get(path) ?? []), ...certainIn(difference, used)]));
      return { shown: shownBy(differences, used), neverAsked: logs.hardly(used) };
    },
    progress: (open, count) => {
      emit({ type: 'check-searching', open, builds: count, budget: options.builds });
    },
  });
  try {
    const report = await writeReport({
      options,
      result,
      builds,
      comparisons,
      provenance,
      elapsed: () => now() - begun,
    });
    return { report, seed: builds.seed, trees: builds.trees() };
  } finally {
    emit({ type: 'check-ended' });
  }
}

/** Guesses of one artifact, and of one cause. */
const mostGuesses = 4;
const mostOfOneCause = 2;

/** Kinds of bytes, which lead to no variation. */
const notTelling: ReadonlySet<CauseName> = new Set(['text', 'code', 'unknown']);
const certainties = ['certain', 'likely', 'possible'] as const;

/** Variations that differences point to, by the causes in them, the most certain first. */
function shownBy(
  differences: ReadonlyMap<string, Difference>,
  used: readonly Variation[],
): ReadonlyMap<string, readonly string[]> {
  const shown = new Map<string, readonly string[]>();
  for (const [path, difference] of differences) {
    const findings = findingsIn(difference)
      .filter(({ consequence, cause }) => !consequence && !notTelling.has(cause))
      .sort((a, b) => certainties.indexOf(a.certainty) - certainties.indexOf(b.certainty));
    const causes = [...new Set(findings.map(({ cause }) => cause))];
    const names = new Set(causes.flatMap((cause) => bringingOut(cause, used)));
    if (names.size > 0) shown.set(path, [...names].slice(0, mostGuesses));
  }
  return shown;
}

/** Variations whose values, or what can be nothing else, stand in a difference. Who comes first can be chance. */
function certainIn(difference: Difference, used: readonly Variation[]): readonly string[] {
  const causes = new Set(
    findingsIn(difference)
      .filter(({ certainty, consequence }) => certainty === 'certain' && !consequence)
      .map(({ cause }) => cause)
      .filter((cause) => cause !== 'order' && !notTelling.has(cause)),
  );
  return used
    .filter((each) => each.causes.some((cause) => causes.has(cause)))
    .map(({ name }) => name);
}

/** Those that are made for a cause before those that bring it out as well. */
function bringingOut(cause: CauseName, used: readonly Variation[]): string[] {
  return used
    .filter(({ causes }) => causes.includes(cause))
    .sort((a, b) => a.causes.indexOf(cause) - b.causes.indexOf(cause))
    .slice(0, mostOfOneCause)
    .map(({ name }) => name);
}
