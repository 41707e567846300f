import type { Event } from '../../events/event.js';
import type { NotCovered } from '../../sandbox/determinizer/log-summary.js';
import { count } from '../../text/count.js';
import { formatBytes } from '../../text/bytes.js';
import { formatDuration } from '../../text/duration.js';
import { printable } from '../../text/printable.js';
import { OutputLines } from './output-lines.js';
import type { LineReporterOptions } from './reporter.js';

/**
 * Turns events into the lines that stay: what was done, what is worth knowing, what failed.
 * Used by both the plain reporter and, above its live region, the terminal's.
 */
export function eventLines({ style, verbosity }: LineReporterOptions): (event: Event) => string[] {
  const output = new OutputLines();
  const verbose = verbosity === 'verbose';
  const quiet = verbosity === 'quiet';
  const done = (text: string): string[] => (quiet ? [] : [`${style.green('✓')} ${text}`]);
  const detail = (text: string): string[] => (verbose ? [style.dim(text)] : []);

  // The prefix also keeps build output from being read as a command by a CI's log reader.
  const outputOf = (source: string, lines: readonly string[]): string[] =>
    lines.map((line) => `${style.dim(`${printable(source)} |`)} ${line}`);

  return (event) => {
    switch (event.type) {
      case 'notice': {
        if (event.level === 'info' && quiet) return [];
        const label = event.level === 'warning' ? style.yellow('warning') : style.cyan('note');
        const hint =
          event.hint === undefined ? [] : [`  ${style.cyan('hint')}: ${printable(event.hint)}`];
        return [`${label}: ${printable(event.message)}`, ...hint];
      }

      case 'download-started':
      case 'download-progress':
        return [];
      case 'download-finished':
        return detail(`downloaded ${printable(event.name)} (${formatBytes(event.size)})`);
      case 'download-failed':
        return detail(`could not download ${printable(event.name)}: ${printable(event.reason)}`);

      case 'lock-resolved': {
        const { added, removed, changed } = event;
        const changes =
          added + removed + changed === 0
            ? 'unchanged'
            : `${added} added, ${removed} removed, ${changed} changed`;
        return done(
          `locked ${printable(event.environment)}: ${count(event.packages, 'package')} (${changes})`,
        );
      }
      case 'environment-started':
      case 'environment-progress':
        return [];
      case 'environment-ready':
        return event.cached
          ? detail(`environment ${printable(event.environment)} from the store`)
          : done(
              `environment ${printable(event.environment)} ready in ${formatDuration(event.milliseconds)}`,
            );

      case 'output':
        return verbose ? outputOf(event.source, output.add(event.source, event.text)) : [];

      case 'plan-ready':
        return detail(`${count(event.builds, 'build')}, ${event.jobs} at a time`);
      case 'build-waiting':
        return quiet
          ? []
          : [`${printable(event.build)} waits for another process that is building it`];
      case 'build-started':
        return detail(`${printable(event.build)} started (build id ${event.buildId})`);
      case 'step-started':
        return [];
      case 'step-finished':
        return detail(
          `${printable(event.build)}: ${printable(event.step)} took ${formatDuration(event.milliseconds)}`,
        );
      case 'build-cached':
        return detail(`${printable(event.build)} is built already`);
      case 'build-finished':
        return [
          ...outputOf(event.build, output.end(event.build)),
          ...done(
            `${printable(event.build)} built in ${formatDuration(event.milliseconds)} (${count(event.artifacts, 'artifact')})`,
          ),
        ];
      case 'build-failed':
        // Why and what to do is in the command's answer; here only that it happened, when it does.
        return [
          ...outputOf(event.build, output.end(event.build)),
          `${style.red('✗')} ${printable(event.build)} failed: ${printable(event.message)}`,
        ];
      case 'build-not-covered':
        return quiet ? [] : notCoveredLines(event.build, event.notCovered, style);
      case 'build-skipped':
        return [
          `${style.yellow('-')} ${printable(event.build)} not built, because ${printable(event.because)}`,
        ];

      case 'check-build-started':
      case 'check-comparing':
      case 'check-searching':
      case 'check-ended':
        return [];
      case 'check-build-finished':
        return [...outputOf(event.id, output.end(event.id)), ...detail(checkBuildText(event))];
    }
  };
}

function checkBuildText(event: Extract<Event, { type: 'check-build-finished' }>): string {
  const { id, outcome, why, milliseconds, differing } = event;
  const how =
    outcome === 'failed'
      ? `failed: ${printable(why ?? '')}`
      : differing === undefined
        ? 'built'
        : differing === 0
          ? 'the same'
          : `${count(differing, 'artifact')} differ${differing === 1 ? 's' : ''}`;
  return `${id}: ${how} (${formatDuration(milliseconds)})`;
}

/** Kinds of gaps that are shown; `--json` and the build's `determinizer.json` have all. */
const shownGaps = 5;

function notCoveredLines(
  build: string,
  notCovered: readonly NotCovered[],
  style: LineReporterOptions['style'],
): string[] {
  const shown = notCovered.slice(0, shownGaps).map(({ what, programs, detail, executable }) => {
    const who =
      programs === 0
        ? detail
        : `${executable ?? 'a program'}${programs > 1 ? ` and ${programs - 1} more` : ''}`;
    return `  ${printable(what)}${who === undefined ? '' : style.dim(` (${printable(who)})`)}`;
  });
  const more = notCovered.length - shown.length;
  return [
    `${style.cyan('note')}: not determined in ${printable(build)}:`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
