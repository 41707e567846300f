import type { ArtifactReport, CheckReport } from '../../vary/types.js';
import { formatDuration } from '../../text/duration.js';
import { buildNotes, limitsOfCheck, levelWords } from '../limits.js';
import { findingsOf, groupFindings } from '../findings.js';
import { visible } from '../visible.js';
import { checkHeadline } from '../headline.js';
import { count, dependenceWords, failureWords, listed, variationTitles } from '../words.js';
import { Lines, nameWords, type TerminalOptions } from './lines.js';

/**
 * What a check found, for a person: the verdict, then each artifact with its condition, cause and remedy, then what
 * was not tried. Lines are no wider than the terminal (at least 30 columns), except for words that are painted.
 */
export function checkLines(report: CheckReport, options: TerminalOptions): string[] {
  const lines = new Lines(options);
  const { style } = lines;
  const title = variationTitles(report);
  lines.headline(checkHeadline(report));

  const differing = report.artifacts.filter(({ status }) => status === 'differs');
  // What only follows from others is told in one line at the end.
  const causes = differing.filter(({ consequenceOf }) => consequenceOf.length === 0);
  const following = differing.filter(({ consequenceOf }) => consequenceOf.length > 0);
  for (const { dependence, why, lastLines } of report.failures.slice(0, lines.most)) {
    lines.gap();
    lines.add(`the build ${failureWords(report, dependence, title)}`, '', style.bold);
    lines.add(visible(why), '  ');
    for (const line of lastLines.slice(-5)) lines.add(visible(line), '  | ', style.dim);
  }
  for (const artifact of causes.slice(0, lines.most))
    addArtifact(lines, artifact, title, report.level);
  lines.more(causes.length - lines.most, 'file');
  lines.list(
    'Follow from others, nothing to do:',
    following.map(
      ({ path, consequenceOf }) =>
        `${nameWords(path)} (${listed(consequenceOf.slice(0, 3).map(nameWords))})`,
    ),
  );
  addLimits(lines, report);
  lines.gap();
  lines.add(
    `${count(report.builds.length, 'build')} in ${formatDuration(report.milliseconds)}`,
    '',
    style.dim,
  );
  return lines.all;
}

function addArtifact(
  lines: Lines,
  artifact: ArtifactReport,
  title: (name: string) => string,
  level: CheckReport['level'],
): void {
  const { style } = lines;
  lines.gap();
  lines.add(nameWords(artifact.path), '', style.bold);
  lines.add(dependenceWords(artifact.dependence, title), '  ', style.red);
  const groups = groupFindings(findingsOf(artifact.difference));
  lines.findings(groups, '  ');
  if (groups.length === 0) lines.add(presenceWords(artifact), '  ');
  if (artifact.vanishesAt !== undefined)
    lines.add(levelWords(artifact.vanishesAt, level), '  ', style.dim);
}

function presenceWords({ difference }: ArtifactReport): string {
  switch (difference?.presence) {
    case 'only-a':
    case 'only-b':
      return 'one of the builds did not make it';
    default:
      return 'no cause was recognised';
  }
}

/** What the verdict does not say. */
function addLimits(lines: Lines, report: CheckReport): void {
  // Where nothing is built with nothing varied, nothing was varied.
  if (report.verdict !== 'does-not-build') addUntried(lines, report);
  lines.list('Of the builds:', buildNotes(report));
  lines.list(
    'Written outside of the tree (and lost):',
    report.wroteOutside.map((path) => nameWords(path)),
  );
}

function addUntried(lines: Lines, report: CheckReport): void {
  lines.list(
    'Not varied:',
    report.variations
      .filter(({ status }) => status !== 'used')
      .map(({ title, why, status }) => `${visible(title, 60)}: ${visible(why ?? status, 300)}`),
  );
  const never = report.variations.filter(
    ({ status, neverAsked }) => status === 'used' && neverAsked,
  );
  if (never.length > 0) {
    lines.list('Varied, but no process asked for it:', [
      listed(never.map(({ title }) => visible(title, 60))),
    ]);
  }
  lines.list(
    'Not covered:',
    limitsOfCheck(report).map((text) => visible(text, 300)),
  );
}
