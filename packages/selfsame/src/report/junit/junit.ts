import type { CompareReport } from '../../compare/types.js';
import type { ArtifactReport, CheckReport } from '../../vary/types.js';
import { evidenceOf, findingsOf, groupFindings, walk } from '../findings.js';
import { checkHeadline, compareHeadline } from '../headline.js';
import {
  causeWords,
  count,
  dependenceWords,
  failureWords,
  listed,
  offsetWords,
  reasonWords,
  variationTitles,
} from '../words.js';
import { attribute, content } from './xml.js';

// Elements and their order as Jenkins reads them (jenkinsci/xunit-plugin, junit-10.xsd), which GitLab, Forgejo and
// the others that show JUnit files keep to.

const mostFindings = 10;

interface TestCase {
  readonly group: string;
  readonly name: string;
  readonly result:
    | { readonly type: 'passed' }
    | {
        readonly type: 'failed' | 'error';
        readonly kind: string;
        readonly message: string;
        readonly lines: readonly string[];
      }
    | { readonly type: 'skipped'; readonly message: string };
}

/**
 * A check as JUnit XML: a test for every artifact that differs, one for all that are the same, one for every way in
 * which the build fails, and a skipped one for every variation that was not tried.
 */
export function checkJunit(report: CheckReport): string {
  const title = variationTitles(report);
  const cases: TestCase[] = report.failures.map(({ dependence, why, lastLines }) => ({
    group: 'builds',
    name: `the build ${failureWords(report, dependence, title)}`,
    result: {
      type: 'failed',
      kind: 'build-fails',
      message: why,
      lines: [why, ...lastLines.slice(-50)],
    },
  }));
  if (report.verdict === 'does-not-build' || report.verdict === 'no-artifacts') {
    const message = checkHeadline(report).text;
    const result = { type: 'error', kind: report.verdict, message, lines: [message] } as const;
    cases.push({ group: 'builds', name: 'build with nothing varied', result });
  }
  const differing = report.artifacts.filter(({ status }) => status === 'differs');
  cases.push(...differing.map((artifact) => artifactCase(artifact, title)));
  const same = report.artifacts.filter(({ status }) => status === 'identical');
  cases.push(
    ...same.map(({ path }): TestCase => ({
      group: 'artifacts',
      name: path,
      result: { type: 'passed' },
    })),
  );
  const others = report.identical - same.length;
  if (others > 0) {
    const name = `${count(others, 'other file')} the same`;
    cases.push({ group: 'artifacts', name, result: { type: 'passed' } });
  }
  for (const { name, status, why } of report.variations) {
    if (status === 'used') continue;
    const message = why ?? status;
    cases.push({ group: 'variations', name: title(name), result: { type: 'skipped', message } });
  }
  return document('selfsame check', report.milliseconds, cases);
}

/** A comparison as JUnit XML: a test for every root cause, a skipped one for what could not be examined. */
export function compareJunit(report: CompareReport): string {
  const cases: TestCase[] = [];
  const roots = new Map(report.rootCauses.map((root) => [JSON.stringify(root.place), root]));
  for (const { difference, place } of walk(roots.size > 0 ? report.difference : undefined)) {
    const id = JSON.stringify(place);
    const root = roots.get(id);
    if (root === undefined) continue;
    roots.delete(id);
    cases.push(rootCase(place, root.causes, findingLines(evidenceOf(difference))));
  }
  for (const { place, causes } of roots.values()) cases.push(rootCase(place, causes, []));
  for (const { place, reason, detail } of report.unexamined) {
    const message = `${reasonWords(reason)}: ${detail}`;
    cases.push({
      group: 'not examined',
      name: place.join(' › '),
      result: { type: 'skipped', message },
    });
  }
  // The verdict itself, so that a report without root causes says it too.
  const { text } = compareHeadline(report);
  const name = `${report.a} and ${report.b}`;
  cases.unshift({
    group: 'verdict',
    name,
    result:
      report.verdict === 'identical' || report.verdict === 'equal-after-ignoring'
        ? { type: 'passed' }
        : report.verdict === 'undecided'
          ? { type: 'error', kind: 'undecided', message: text, lines: [text] }
          : { type: 'failed', kind: 'differs', message: text, lines: [text] },
  });
  return document('selfsame compare', report.totals.milliseconds, cases);
}

function rootCase(
  place: readonly string[],
  known: readonly string[],
  lines: readonly string[],
): TestCase {
  const causes = known.length > 0 ? known : ['unknown'];
  const kind = causes[0] ?? 'unknown';
  const message = `differs: ${listed(causes.map((cause) => cause.replaceAll('-', ' ')))}`;
  return {
    group: 'root causes',
    name: place.join(' › '),
    result: { type: 'failed', kind, message, lines: [message, ...lines] },
  };
}

function artifactCase(artifact: ArtifactReport, title: (name: string) => string): TestCase {
  const { path, dependence, causes, consequenceOf, difference } = artifact;
  const message = dependenceWords(dependence, title);
  const because =
    consequenceOf.length > 0 ? [`because of ${listed(consequenceOf.slice(0, 5))}`] : [];
  const lines = [message, ...because, ...findingLines(groupFindings(findingsOf(difference)))];
  return {
    group: 'artifacts',
    name: path,
    result: { type: 'failed', kind: causes[0] ?? 'unknown', message, lines },
  };
}

function findingLines(groups: ReturnType<typeof groupFindings>): string[] {
  return groups.slice(0, mostFindings).flatMap(({ finding, number }) => {
    const { cause, kind, certainty, place, offsetA, a, b, remedy } = finding;
    const at = offsetA === undefined ? '' : ` at ${offsetWords(offsetA)}`;
    const times = number > 1 ? `, ${count(number, 'time')}` : '';
    return [
      '',
      `${causeWords(cause)} (${kind}, ${certainty})${times}`,
      `  in ${place.slice(0, 30).join(' › ')}${at}`,
      `  A: ${a}`,
      `  B: ${b}`,
      ...(remedy === '' ? [] : [`  ${remedy}`]),
    ];
  });
}

function document(name: string, milliseconds: number, cases: readonly TestCase[]): string {
  const number = (type: TestCase['result']['type']) =>
    cases.filter(({ result }) => result.type === type).length;
  const totals = `tests="${cases.length}" failures="${number('failed')}" errors="${number('error')}"`;
  const time = (milliseconds / 1000).toFixed(3);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${attribute(name)}" ${totals} time="${time}">
  <testsuite name="${attribute(name)}" ${totals} skipped="${number('skipped')}" time="${time}">
${cases.map((one) => caseOf(name, one)).join('\n')}
  </testsuite>
</testsuites>
`;
}

function caseOf(suite: string, { group, name, result }: TestCase): string {
  const start = `    <testcase classname="${attribute(`${suite.replace(' ', '.')}.${group}`)}" name="${attribute(name)}" time="0"`;
  switch (result.type) {
    case 'passed':
      return `${start}/>`;
    case 'skipped':
      return `${start}><skipped message="${attribute(result.message)}"/></testcase>`;
    case 'failed':
    case 'error': {
      const element = result.type === 'failed' ? 'failure' : 'error';
      return `${start}><${element} type="${attribute(result.kind)}" message="${attribute(result.message)}">${content(result.lines)}</${element}></testcase>`;
    }
  }
}
