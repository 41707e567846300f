import { formatDuration } from '../../text/duration.js';
import type { ArtifactReport, CheckReport } from '../../vary/types.js';
import { buildNotes, limitsOfCheck } from '../limits.js';
import { findingsOf, groupFindings } from '../findings.js';
import { checkHeadline, unlikeOutside } from '../headline.js';
import {
  causeWords,
  count,
  dependenceWords,
  failureWords,
  listed,
  variationTitles,
} from '../words.js';
import { block, Parts, placeSpan, prose, span } from './inline.js';
import { findingsMarkdown, signOf } from './findings-markdown.js';

/** GitHub keeps 1 MiB of a step's summary and drops all of a longer one. */
export const summaryBytes = 1_000_000;

const mostRows = 100;
const mostDetails = 50;

export interface MarkdownOptions {
  /** Bytes of UTF-8; a step summary's limit if left out. */
  readonly most?: number;
}

/** A check as Markdown for a step summary or a comment: verdict, table of files, causes to unfold, what was not tried. */
export function checkMarkdown(report: CheckReport, options: MarkdownOptions = {}): string {
  const { most = summaryBytes } = options;
  const parts = new Parts(most);
  const words = variationTitles(report);
  const title = (name: string) => prose(words(name), 60);
  const headline = checkHeadline(report);
  parts.add(`## ${signOf(headline.tone)} ${headline.text}`);
  parts.add(
    `${span(report.subject, 300)} — ${count(report.builds.length, 'build')} in ${formatDuration(report.milliseconds)}`,
  );
  const notes = checkNotes(report, title);
  if (notes.length > 0) parts.add(notes.map((note) => `- ${note}`).join('\n'));
  for (const { dependence, why, lastLines } of report.failures.slice(0, 10)) {
    parts.add(`### The build ${failureWords(report, dependence, title)}\n\n${prose(why, 400)}`);
    if (lastLines.length > 0) parts.add(block(lastLines.slice(-20)));
  }
  const differing = report.artifacts.filter(({ status }) => status === 'differs');
  if (differing.length > 0) parts.add(tableOf(differing, title, report.level));
  for (const artifact of differing.slice(0, mostDetails)) {
    const details = detailsOf(artifact);
    if (details !== undefined) parts.add(details);
  }
  if (differing.length > mostDetails)
    parts.add(`Causes of ${count(differing.length - mostDetails, 'more file')}: in the HTML form.`);
  const limits = limitsOf(report);
  if (limits !== undefined) parts.add(limits);
  return parts.toString();
}

/** The headline's further sentences, with names quoted. */
function checkNotes(report: CheckReport, title: (name: string) => string): string[] {
  const skipped = report.variations.filter(({ status }) => status === 'skipped');
  return [
    ...(report.level === undefined
      ? []
      : [
          `The recipe's determinism level is ${span(report.level)}, which holds for ${span('selfsame build')}`,
        ]),
    ...(report.verdict === 'does-not-build' && report.level === undefined ? [unlikeOutside] : []),
    ...(report.budgetSpent ? ['The budget ended before the search did'] : []),
    ...(skipped.length > 0 && report.verdict !== 'does-not-build'
      ? [
          `${count(skipped.length, 'variation')} could not be tried on this machine: ${listed(skipped.slice(0, 20).map(({ name }) => title(name)))}`,
        ]
      : []),
  ];
}

function tableOf(
  artifacts: readonly ArtifactReport[],
  title: (name: string) => string,
  level: CheckReport['level'],
): string {
  const own = (at: NonNullable<ArtifactReport['vanishesAt']>): string =>
    level === at || level === 'virtual' ? `${at}: so in selfsame build` : at;
  const rows = artifacts.slice(0, mostRows).map((artifact) => {
    const { path, dependence, causes, consequenceOf, vanishesAt } = artifact;
    const why =
      causes.length === 0 && consequenceOf.length > 0
        ? `follows from ${listed(consequenceOf.slice(0, 2).map((other) => span(other, 120)))}`
        : listed(causes.map(causeWords));
    return `| ${span(path, 160)} | ${dependenceWords(dependence, title)} | ${why} | ${vanishesAt === undefined ? '' : own(vanishesAt)} |`;
  });
  const left = artifacts.length - rows.length;
  return [
    '| file | condition | cause | same at level |',
    '| --- | --- | --- | --- |',
    ...rows,
    ...(left > 0 ? ['', `and ${count(left, 'more file')}`] : []),
  ].join('\n');
}

function detailsOf({ path, difference }: ArtifactReport): string | undefined {
  const groups = groupFindings(findingsOf(difference));
  const causes = groups.filter(({ finding }) => !finding.consequence);
  if (causes.length === 0) return undefined;
  // The summary is HTML, in which Markdown is not read everywhere: no untrusted text there.
  return [
    `**${span(path, 160)}**`,
    '<details><summary>causes and remedies</summary>',
    findingsMarkdown(causes, 1),
    '</details>',
  ].join('\n\n');
}

function limitsOf(report: CheckReport): string | undefined {
  const untried = [
    ...report.variations
      .filter(({ status }) => status !== 'used')
      .map(
        ({ title, why, status }) =>
          `- not varied: ${prose(title, 60)} (${prose(why ?? status, 300)})`,
      ),
    ...limitsOfCheck(report).map((text) => `- not covered: ${prose(text, 300)}`),
  ];
  const lines = [
    ...(report.verdict === 'does-not-build' ? [] : untried),
    ...buildNotes(report).map((note) => `- of the builds: ${prose(note, 400)}`),
    ...report.wroteOutside.map(
      (path) => `- written outside of the tree, and lost: ${placeSpan([path])}`,
    ),
  ];
  if (lines.length === 0) return undefined;
  const left = lines.length - 50;
  return `<details><summary>What this does not cover</summary>\n\n${lines.slice(0, 50).join('\n')}${left > 0 ? `\n- and ${left} more` : ''}\n\n</details>`;
}
