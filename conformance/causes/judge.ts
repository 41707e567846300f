// Compares what `selfsame check` reported with what a case expects and what reprotest saw.
import type { Difference, Finding } from '../../packages/selfsame/src/compare/types.js';
import type {
  ArtifactReport,
  CheckReport,
  Dependence,
} from '../../packages/selfsame/src/vary/types.js';
import { pathMatches } from './cases.js';
import type { Case, Condition, ExpectedArtifact } from './cases.js';
import type { OracleAnswer } from './oracle-file.js';

export const questions = [
  'found',
  'condition',
  'cause',
  'kind',
  'remedy',
  'place',
  'consequence',
  'vanishes',
  'identical',
  'fails',
  'reprotest',
] as const;

export type Question = (typeof questions)[number];

/** One thing that was expected of one artifact. */
export interface Answer {
  readonly question: Question;
  readonly path: string;
  /** Undefined: what was expected needs a variation that this machine does not have. */
  readonly isRight: boolean | undefined;
  readonly expected: string;
  readonly got: string;
}

/**
 * Variations of the same thing in other ways: a report that names one of them for another is right, because
 * which of them shows a difference depends on the values that were chosen.
 */
const relatives: readonly (readonly string[])[] = [
  ['time', 'time-of-day'],
  ['cpu-count', 'cpu-affinity'],
  ['kernel', 'personality'],
  ['address-space', 'environment-size', 'personality'],
];

const related = (name: string): readonly string[] => [
  name,
  ...relatives.filter((group) => group.includes(name)).flat(),
];

/** All that the case asks, answered from the report. */
export function judge(
  one: Case,
  report: CheckReport,
  oracle: OracleAnswer | undefined,
): readonly Answer[] {
  const unavailable = new Set(
    report.variations.filter(({ status }) => status === 'skipped').map(({ name }) => name),
  );
  const differing = report.artifacts.filter(({ status }) => status === 'differs');
  const of = (pattern: string) => differing.filter(({ path }) => pathMatches(pattern, path));
  return [
    ...Object.entries(one.artifacts).flatMap(([path, expected]) =>
      expected.condition === 'none'
        ? [judgeIdentical(path, expected, of(path))]
        : judgeDiffering(path, expected, of(path), unavailable),
    ),
    ...(one.fails ?? []).map((set) => judgeFailure(set, report, unavailable)),
    ...judgeOracle(one, differing, report, oracle),
  ];
}

function judgeIdentical(
  path: string,
  expected: ExpectedArtifact,
  found: readonly ArtifactReport[],
): Answer {
  const surplus = found.flatMap(({ dependence }) => unexpectedSets(expected, dependence));
  return {
    ...{ question: 'identical', path, expected: 'identical' },
    isRight: found.length === 0 || (surplus.length === 0 && expected.mayAlso !== undefined),
    got: found.length === 0 ? 'identical' : found.map(describe).join('; '),
  };
}

function judgeDiffering(
  path: string,
  expected: ExpectedArtifact,
  found: readonly ArtifactReport[],
  unavailable: ReadonlySet<string>,
): readonly Answer[] {
  const [report] = found;
  const wanted = setsOf(expected.condition);
  const possible = wanted.filter((set) => !set.some((name) => unavailable.has(name)));
  if (report === undefined) {
    const isRight = possible.length === 0 && wanted.length > 0 ? undefined : false;
    return [{ question: 'found', path, isRight, expected: 'differs', got: 'identical' }];
  }
  const findings = report.difference === undefined ? [] : allFindings(report.difference);
  const causes = expected.cause ?? [];
  const ofCause = findings.filter(({ cause }) => causes.includes(cause));
  const some = (test: (finding: Finding) => boolean) => ofCause.some(test);
  const matching = (pattern: string) => new RegExp(pattern, 'iu');
  return [
    { question: 'found', path, isRight: true, expected: 'differs', got: 'differs' },
    {
      ...{ question: 'condition', path, got: describe(report) },
      isRight:
        (isRandom(report.dependence)
          ? mayBeRandom(expected)
          : expected.condition !== 'always' &&
            possible.every((set) => hasSet(report.dependence, set))) &&
        unexpectedSets(expected, report.dependence).length === 0,
      expected: sentence(expected.condition),
    },
    {
      ...{ question: 'cause', path, got: report.causes.join(', ') || 'none' },
      isRight:
        expected.everyCause === true
          ? causes.every((cause) => report.causes.includes(cause))
          : report.causes.slice(0, 1).some((cause) => causes.includes(cause)),
      expected: causes.join(expected.everyCause === true ? ' and ' : ' or '),
    },
    ...(expected.kind === undefined
      ? []
      : [
          answer(
            'kind',
            path,
            expected.kind,
            some(({ kind }) => matching(expected.kind ?? '').test(kind)),
            list(ofCause.map(({ kind }) => kind)),
          ),
        ]),
    ...(expected.remedyMentions === undefined
      ? []
      : [
          answer(
            'remedy',
            path,
            expected.remedyMentions,
            some(({ remedy }) => matching(expected.remedyMentions ?? '').test(remedy)),
            list(ofCause.map(({ remedy }) => remedy)),
          ),
        ]),
    ...(expected.place === undefined
      ? []
      : [
          answer(
            'place',
            path,
            expected.place.join(' > '),
            some(({ place }) => isInOrder(expected.place ?? [], place)),
            list(findings.map(({ place }) => place.join(' > '))),
          ),
        ]),
    ...(expected.consequenceOf === undefined
      ? []
      : [
          answer(
            'consequence',
            path,
            expected.consequenceOf.join(', '),
            expected.consequenceOf.every((other) => report.consequenceOf.includes(other)),
            report.consequenceOf.join(', ') || 'of none',
          ),
        ]),
    ...(expected.vanishesAt === undefined
      ? []
      : [
          answer(
            'vanishes',
            path,
            expected.vanishesAt,
            report.vanishesAt === expected.vanishesAt,
            report.vanishesAt ?? 'never',
          ),
        ]),
  ];
}

function judgeFailure(
  set: readonly string[],
  report: CheckReport,
  unavailable: ReadonlySet<string>,
): Answer {
  const isThere = report.failures.some(({ dependence }) => hasSet(dependence, set));
  return {
    ...{ question: 'fails', path: '', expected: `fails with ${set.join(' and ')}` },
    isRight: isThere || (set.some((name) => unavailable.has(name)) ? undefined : false),
    got:
      report.failures.map(({ dependence }) => describeDependence(dependence)).join('; ') ||
      'nothing',
  };
}

/** Everything that reprotest saw to differ must differ here, and what made its build fail must be among the failures. */
function judgeOracle(
  one: Case,
  differing: readonly ArtifactReport[],
  report: CheckReport,
  oracle: OracleAnswer | undefined,
): readonly Answer[] {
  if (oracle === undefined) return [];
  const paths = new Set([...oracle.unvaried, ...Object.values(oracle.variations).flat()]);
  return [
    ...[...paths].sort().map((path): Answer => {
      // A name that has the name of the machine in it is another one here.
      const pattern = Object.keys(one.artifacts).find((key) => pathMatches(key, path)) ?? path;
      const isRight = differing.some((artifact) => pathMatches(pattern, artifact.path));
      return answer('reprotest', path, 'differs', isRight, isRight ? 'differs' : 'identical');
    }),
    ...(oracle.failed.length > 0
      ? [
          answer(
            'reprotest',
            '',
            `fails with ${oracle.failed.join(', ')}`,
            report.failures.length > 0,
            report.failures.length > 0 ? 'fails' : 'builds',
          ),
        ]
      : []),
  ];
}

const answer = (
  question: Question,
  path: string,
  expected: string,
  isRight: boolean,
  got: string,
): Answer => ({ question, path, expected, isRight, got });

const list = (values: readonly string[]) =>
  [...new Set(values)].slice(0, 4).join('; ') || 'nothing';

const setsOf = (condition: Condition): readonly (readonly string[])[] =>
  typeof condition === 'string' ? [] : condition;

/** Whether the set, or one with relatives in it, is among those that were found. */
function hasSet(dependence: Dependence | undefined, wanted: readonly string[]): boolean {
  if (dependence?.type !== 'with') return false;
  return dependence.sets.some(
    (set) =>
      set.length === wanted.length &&
      wanted.every((name) => related(name).some((relative) => set.includes(relative))),
  );
}

const isRandom = (dependence: Dependence | undefined): boolean =>
  dependence?.type === 'always' || dependence?.type === 'sometimes';

const mayBeRandom = ({ condition, mayAlso = [] }: ExpectedArtifact): boolean =>
  condition === 'always' || mayAlso === 'any' || mayAlso.includes('always');

/** Sets, or `always`, that the case neither wants nor allows. */
function unexpectedSets(
  expected: ExpectedArtifact,
  dependence: Dependence | undefined,
): readonly string[] {
  const { mayAlso = [] } = expected;
  if (mayAlso === 'any' || dependence === undefined) return [];
  if (dependence.type === 'unsearched') return ['not searched'];
  if (dependence.type !== 'with') {
    return mayBeRandom(expected) ? [] : [dependence.type];
  }
  const wanted = setsOf(expected.condition);
  return dependence.sets
    .filter(
      (set) =>
        !wanted.some((other) => hasSet({ type: 'with', sets: [set] }, other)) &&
        !set.some((name) => mayAlso.includes(name)),
    )
    .map((set) => set.join(' + '));
}

function allFindings(difference: Difference): readonly Finding[] {
  return [...difference.findings, ...difference.children.flatMap(allFindings)];
}

function isInOrder(names: readonly string[], place: readonly string[]): boolean {
  let next = 0;
  for (const part of place) if (part.includes(names[next] ?? '\n')) next += 1;
  return next === names.length;
}

const sentence = (condition: Condition): string =>
  typeof condition === 'string' ? condition : describeDependence({ type: 'with', sets: condition });

const describe = ({ dependence }: ArtifactReport): string =>
  dependence === undefined ? 'no dependence' : describeDependence(dependence);

function describeDependence(dependence: Dependence): string {
  if (dependence.type === 'with') {
    return `with ${dependence.sets.map((set) => set.join(' + ')).join(', or ')}`;
  }
  return dependence.type === 'unsearched'
    ? `not searched: ${dependence.candidates.join(', ')}`
    : dependence.type;
}
