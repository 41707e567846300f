import { alwaysNotCovered, summariseLog } from '../../sandbox/determinizer/log-summary.js';
import { defaultSourceModes, sourceNames } from '../../sandbox/determinizer/sources.js';
import type { Difference } from '../../compare/types.js';
import type { CheckOptions } from '../check.js';
import { consequences } from '../provenance/consequences.js';
import type { SearchResult } from '../search/search.js';
import type { ArtifactReport, BuildRun, CheckReport, CheckVerdict, Variation } from '../types.js';
import type { ArtifactBuilds } from './artifact-builds.js';
import type { Comparisons } from './comparisons.js';
import { followingCauses } from './findings-in.js';
import { listedDigests } from './listed-digests.js';
import { namedCauses } from './named-causes.js';
import { modeThatCounts } from './modes.js';
import { provedFindings } from './proved-findings.js';
import type { LogsOfBuilds, ProvenanceOfBuilds } from './provenance-of-builds.js';
import { showDifferences } from './show-differences.js';
import type { Shown } from './show-differences.js';
import { vanishesAt } from './vanishes-at.js';

export interface ReportParts {
  readonly options: CheckOptions;
  readonly result: SearchResult;
  readonly builds: ArtifactBuilds;
  readonly comparisons: Comparisons;
  readonly provenance: ProvenanceOfBuilds;
  /** Milliseconds since the check began. */
  readonly elapsed: () => number;
}

/** Paths outside of their trees that builds wrote, and things not covered, in a report. */
const mostListed = 100;

/** Everything the builds showed, as the answer of the check. */
export async function writeReport(parts: ReportParts): Promise<CheckReport> {
  const { options, result, builds, provenance, elapsed } = parts;
  const reference = builds.reference();
  const whole = largest(builds, reference);
  const logs = await provenance.of([reference, whole].filter((run) => run !== undefined));
  const artifacts = await artifactReports(parts, logs);
  const paths = builds.paths().size;
  const failed = builds.all().filter(({ outcome }) => outcome.type === 'failed');
  return {
    version: 1,
    subject: options.subject,
    directory: options.directory,
    ...(options.builder.level !== undefined && { level: options.builder.level }),
    verdict: verdict(result, artifacts.length, paths),
    variations: variationRows(parts, new Set(whole === undefined ? [] : logs.never(used(options)))),
    builds: builds.all().map((run) => ({
      id: run.id,
      varied: run.varied,
      outcome: run.outcome,
      milliseconds: run.milliseconds,
      notes: builds.notesOf(run),
    })),
    artifacts,
    identical: paths - artifacts.length,
    failures: failures(result, failed),
    budgetSpent: result.budgetSpent,
    notCovered: await notCovered(reference),
    wroteOutside: [...new Set(builds.all().flatMap(({ wroteOutside }) => wroteOutside))]
      .sort()
      .slice(0, mostListed),
    milliseconds: Math.round(elapsed()),
  };
}

function verdict(result: SearchResult, differing: number, paths: number): CheckVerdict {
  if (result.type === 'does-not-build') return 'does-not-build';
  if (result.failing !== undefined) return 'fails-when-varied';
  if (differing > 0) return 'differs';
  return paths === 0 ? 'no-artifacts' : 'reproducible';
}

function used({ variations }: CheckOptions): Variation[] {
  return variations.filter(({ status }) => status === 'used').map(({ variation }) => variation);
}

/** The build with the most variations that did not fail, other than the first. */
function largest(builds: ArtifactBuilds, reference: BuildRun | undefined): BuildRun | undefined {
  return builds
    .all()
    .filter((run) => run !== reference && run.outcome.type === 'built' && run.varied.length > 0)
    .sort((a, b) => b.varied.length - a.varied.length)[0];
}

function variationRows(
  { options, builds }: ReportParts,
  never: ReadonlySet<string>,
): CheckReport['variations'] {
  return options.variations.map(({ variation, status, why }) => {
    const { name, title, needs } = variation;
    const on = status === 'used';
    const values = on
      ? variation.values(builds.conditions([]), builds.conditions([name]))
      : undefined;
    return {
      name,
      title,
      status,
      why,
      a: values?.a,
      b: values?.b,
      neverAsked: on && never.has(name),
      needs,
    };
  });
}

function failures(result: SearchResult, failed: readonly BuildRun[]): CheckReport['failures'] {
  const dependence =
    result.type === 'does-not-build'
      ? ({ type: 'always', why: 'it failed with nothing varied' } as const)
      : result.failing;
  if (dependence === undefined) return [];
  // One entry for each set, with what a build with just that set said, if there was one.
  const sets = dependence.type === 'with' ? dependence.sets : [undefined];
  return sets.map((set) => {
    const bySize = [...failed]
      .filter(({ varied }) => set === undefined || set.every((name) => varied.includes(name)))
      .sort((a, b) => a.varied.length - b.varied.length);
    const outcome = bySize[0]?.outcome;
    return {
      dependence:
        set === undefined || dependence.type !== 'with'
          ? dependence
          : { ...dependence, sets: [set] },
      why: outcome?.type === 'failed' ? outcome.why : '',
      lastLines: outcome?.type === 'failed' ? outcome.lastLines : [],
    };
  });
}

async function notCovered(reference: BuildRun | undefined): Promise<string[]> {
  if (reference === undefined) return [];
  const { logPath } = reference;
  if (logPath === undefined)
    return ['the determinizer was not used: clock, randomness and order were those of the machine'];
  const summary = await summariseLog(logPath).catch(() => undefined);
  if (summary === undefined) return ['the log of the first build could not be read'];
  const told = summary.notCovered.map(({ what, executable }) =>
    executable === undefined ? what : `${what} (${executable})`,
  );
  const cut = summary.complete ? [] : ['the log of the first build is not whole'];
  return [...alwaysNotCovered, ...told.slice(0, mostListed), ...cut];
}

/** Roots first, in the order in which they were written; what follows from others last. */
async function artifactReports(parts: ReportParts, logs: LogsOfBuilds): Promise<ArtifactReport[]> {
  const { result, builds } = parts;
  const reference = builds.reference();
  if (reference === undefined) return [];
  const shown = await showDifferences(parts, reference);
  const order = (path: string): number | undefined =>
    [...logs.logs.values()].map((log) => log.order(path)).find((place) => place !== undefined);
  const because = await consequencesByBuild(shown, reference, order);
  const byName = new Map(used(parts.options).map((variation) => [variation.name, variation]));
  const reports = [...result.artifacts].map(([path, { dependence, matrix }]): ArtifactReport => {
    const { run, difference } = shown.get(path) ?? {};
    const follows = because.get(path) ?? [];
    const causes =
      difference !== undefined && follows.length > 0
        ? followingCauses(difference)
        : namedCauses(difference, dependence, byName);
    const proved =
      difference === undefined || follows.length > 0
        ? []
        : provedFindings(path, difference, dependence, byName, (variation) =>
            variation.values(builds.conditions([]), builds.conditions([variation.name])),
          );
    return {
      path,
      status: 'differs',
      dependence,
      matrix,
      difference:
        difference === undefined || proved.length === 0
          ? difference
          : { ...difference, findings: [...proved, ...difference.findings] },
      builds: run === undefined ? undefined : [reference.id, run.id],
      causes,
      consequenceOf: follows,
      vanishesAt: vanishesAt({
        dependence,
        causes,
        used: byName,
        all: parts.options.variations.map(({ variation }) => variation),
        virtual: reference.logPath !== undefined && isVirtual(reference),
      }),
      writers:
        [...logs.logs.values()]
          .map((log) => log.writersOf(path))
          .find(({ length }) => length > 0) ?? [],
    };
  });
  const rank = ({ path, consequenceOf }: ArtifactReport): [number, number] => [
    consequenceOf.length === 0 ? 0 : 1,
    order(path) ?? Number.MAX_SAFE_INTEGER,
  ];
  return reports
    .map((report) => ({ report, rank: rank(report) }))
    .sort(
      (a, b) =>
        a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || (a.report.path < b.report.path ? -1 : 1),
    )
    .map(({ report }) => report);
}

/** Its sources are as level `virtual` has them: recipes can have them otherwise. */
function isVirtual({ conditions }: BuildRun): boolean {
  return sourceNames.every(
    (name) => (conditions.sources[name] ?? defaultSourceModes[name]) === defaultSourceModes[name],
  );
}

/** Only contents of the same two builds say that one artifact holds another. */
async function consequencesByBuild(
  shown: ReadonlyMap<string, Shown>,
  reference: BuildRun,
  order: (path: string) => number | undefined,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  const before = new Map(reference.artifacts.map((artifact) => [artifact.path, artifact]));
  const runs = new Set([...shown.values()].map(({ run }) => run));
  for (const run of runs) {
    if (run === undefined) continue;
    const after = new Map(run.artifacts.map((artifact) => [artifact.path, artifact]));
    const ofPair = (each: Shown): Difference | undefined =>
      each.run === run ? each.ofPair : undefined;
    const lists = await listedDigests(
      reference,
      run,
      new Map([...shown].map(([path, each]) => [path, ofPair(each)])),
    );
    // All that differs between these two, whichever build shows it best.
    const artifacts = [...shown].map(([path, each]) => {
      const [one, other] = [before.get(path), after.get(path)];
      // What differs in its mode as well is more than a copy.
      const alike =
        one?.type === 'file' &&
        other?.type === 'file' &&
        modeThatCounts(one) === modeThatCounts(other);
      return {
        path,
        a: alike ? one.sha256 : undefined,
        b: alike ? other.sha256 : undefined,
        difference: ofPair(each),
        lists: alike ? (lists.get(path) ?? []) : [],
        order: order(path),
      };
    });
    for (const [path, because] of consequences(artifacts))
      if (shown.get(path)?.run === run) found.set(path, because);
  }
  return found;
}
