import type { CompareReport, RootCause } from '../compare/types.js';
import type { CheckReport, Dependence } from '../vary/types.js';
import { visible } from './visible.js';
import { causeWords, count, dependenceWords, grouped, listed, variationTitles } from './words.js';

/** What makes builds fail here that succeed elsewhere. */
export const unlikeOutside =
  'Builds of a command have no network, an empty /tmp and few of your variables: fetch before the check what it needs, and pass variables on with --env NAME';

export interface Headline {
  readonly tone: 'good' | 'note' | 'bad';
  /** A sentence without a full stop. */
  readonly text: string;
  /** Further sentences, without a full stop. */
  readonly rest: readonly string[];
}

/** What a check found, in one sentence and a few more. Never says more than was tried. */
export function checkHeadline(report: CheckReport): Headline {
  const differing = report.artifacts.filter(({ status }) => status === 'differs').length;
  const files = artifactCount(report);
  const used = report.variations.filter(({ status }) => status === 'used').length;
  const skipped = report.variations.filter(({ status }) => status === 'skipped').length;
  const rest: string[] = [];
  if (differing > 0) {
    const conditions = conditionCounts(report);
    if (conditions !== '') rest.push(`They differ with: ${conditions}`);
  }
  if (report.verdict === 'does-not-build') {
    if (report.level === undefined) rest.push(unlikeOutside);
  } else if (report.failures.length > 0) {
    const title = variationTitles(report);
    rest.push(
      ...report.failures
        .slice(0, 3)
        .map(({ dependence }) => `The build ${dependenceWords(dependence, title, 'fails')}`),
    );
  }
  if (report.budgetSpent) rest.push('The budget ended before the search did');
  if (skipped > 0 && report.verdict !== 'does-not-build')
    rest.push(`${count(skipped, 'variation')} could not be tried on this machine`);
  switch (report.verdict) {
    case 'reproducible':
      return {
        tone: 'good',
        text: `No difference found: ${count(files, 'file')} came out the same in ${count(report.builds.length, 'build')} under ${count(used, 'variation')}`,
        rest,
      };
    case 'differs':
      return {
        tone: 'bad',
        text: `${grouped(differing)} of ${count(files, 'file')} ${differing === 1 ? 'differs' : 'differ'}`,
        rest,
      };
    case 'fails-when-varied':
      return {
        tone: 'bad',
        text:
          differing > 0
            ? `The build fails under some variations, and ${grouped(differing)} of ${count(files, 'file')} ${differing === 1 ? 'differs' : 'differ'}`
            : 'The build fails under some variations',
        rest,
      };
    case 'does-not-build':
      return { tone: 'bad', text: 'It does not build, even with nothing varied', rest };
    case 'no-artifacts':
      return { tone: 'note', text: 'The build made nothing to compare', rest };
  }
}

/** All that were compared, named or not. */
export function artifactCount(report: CheckReport): number {
  const differing = report.artifacts.filter(({ status }) => status === 'differs').length;
  return differing + Math.max(report.identical, report.artifacts.length - differing);
}

/** `build path (2), time (1), always (1)`: most frequent first. */
export function conditionCounts(report: CheckReport): string {
  const title = variationTitles(report);
  const counts = new Map<string, number>();
  for (const { status, dependence } of report.artifacts) {
    if (status !== 'differs') continue;
    for (const word of conditionsOf(dependence, title))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const sorted = [...counts].sort((one, other) => other[1] - one[1]);
  const shown = sorted.slice(0, 8).map(([word, number]) => `${word} (${grouped(number)})`);
  return [...shown, ...(sorted.length > 8 ? [`${sorted.length - 8} more`] : [])].join(', ');
}

function conditionsOf(
  dependence: Dependence | undefined,
  title: (name: string) => string,
): string[] {
  switch (dependence?.type) {
    case undefined:
      return [];
    case 'with':
      return [...new Set(dependence.sets.map((set) => set.map(title).join(' + ')))];
    case 'always':
      return ['nothing varied at all'];
    case 'sometimes':
      return ['chance'];
    case 'unsearched':
      return ['not known yet'];
  }
}

export function compareHeadline(report: CompareReport): Headline {
  const { totals, ignored, unexamined } = report;
  const hid = ignored.reduce((sum, one) => sum + one.hid, 0);
  const rest: string[] = [];
  const roots = report.rootCauses.length;
  const [only] = report.rootCauses;
  if (report.verdict === 'differs' && roots === 1 && only !== undefined)
    rest.push(`All of it goes back to ${rootWords(only)}`);
  else if (report.verdict === 'differs' && roots > 0)
    rest.push(`All of it goes back to ${count(roots, 'root cause')}`);
  const types = report.difference?.types;
  if (types !== undefined)
    rest.push(
      `A and B are of different kinds: ${types.map((one) => visible(one, 40)).join(' and ')}`,
    );
  rest.push(...damages(report));
  if (hid > 0)
    rest.push(
      `${count(hid, 'difference')} hidden by: ${listed(ignored.filter((one) => one.hid > 0).map((one) => visible(one.normaliser, 60)))}`,
    );
  if (unexamined.length > 0)
    rest.push(
      `Part of the answer is missing: ${count(unexamined.length, 'place')} could not be examined`,
    );
  rest.push(...(report.notes ?? []).slice(0, 10).map((note) => visible(note, 300)));
  switch (report.verdict) {
    case 'identical':
      return {
        tone: 'good',
        text:
          report.lists === true
            ? 'Every file that is listed has the same digest'
            : 'Identical, byte for byte',
        rest,
      };
    case 'equal-after-ignoring':
      return { tone: 'note', text: 'Equal only after ignoring differences', rest };
    case 'undecided':
      return { tone: 'note', text: 'Not decided: not everything could be examined', rest };
    case 'differs':
      return {
        tone: 'bad',
        text: totals.files > 1 ? differingWords(totals) : 'They differ',
        rest,
      };
  }
}

const mostDamages = 5;

/** What is damaged, on which side, and where. */
function damages({ unexamined }: CompareReport): string[] {
  return unexamined
    .flatMap(({ place, reason, detail, side }) => {
      if (reason !== 'damaged' || side === undefined) return [];
      const which = side === 'both' ? 'Both are' : side === 'a' ? 'A is' : 'B is';
      const inner = place.slice(1).map((name) => visible(name, 60));
      return [`${which} damaged${['', ...inner].join(' › ')}: ${visible(detail, 300)}`];
    })
    .slice(0, mostDamages);
}

/** How many differ, of how many: directories are counted apart, as nobody counts them among the files. */
function differingWords({
  files,
  differing,
  differingDirectories: directories,
}: CompareReport['totals']): string {
  const also = count(directories, 'directory', 'directories');
  if (directories > 0 && differing === 0)
    return `${also} ${directories === 1 ? 'differs' : 'differ'}, and none of ${count(files, 'file')}`;
  const verb = differing === 1 ? 'differs' : 'differ';
  const text = `${grouped(differing)} of ${count(files, 'file')} ${verb}`;
  return directories > 0 ? `${text}, and ${also}` : text;
}

/** One root cause in a few words: what it is, and of what. */
function rootWords({ place, causes }: RootCause): string {
  const names = place.length > 6 ? [...place.slice(0, 2), '…', ...place.slice(-3)] : place;
  const where = names.map((name) => visible(name, 60)).join(' › ');
  return causes.length === 0 ? where : `${where}: ${listed(causes.map(causeWords))}`;
}
