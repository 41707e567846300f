import { truncate } from '../../text/width.js';
import { Activity } from './activity.js';
import { eventLines } from './lines.js';
import type { LineReporterOptions, Reporter, Screen } from './reporter.js';

/** Milliseconds between repaints; a clock that shows seconds needs no more. */
const repaintEvery = 200;
/** Rows of the live region at most, however tall the terminal. */
const maxLiveRows = 8;

/** Erase from the cursor to the end of the screen (ECMA-48 ED). */
const eraseBelow = '\u001b[J';

/**
 * Lines that stay, and below them a small live region of what is going on. The region is repainted
 * at most five times a second, in one write, and only when it looks different; it never wraps.
 */
export function terminalReporter(screen: Screen, options: LineReporterOptions): Reporter {
  const linesOf = eventLines(options);
  const activity = new Activity();
  let painted: readonly string[] = [];
  /** Columns when the region was painted: a narrower window has wrapped it since. */
  let paintedColumns = 0;
  let stopClock: (() => void) | undefined;

  const erase = (): string => {
    if (painted.length === 0) return '';
    const { columns } = screen.size();
    const rows = painted.reduce(
      (sum, line) =>
        sum + (columns < paintedColumns ? Math.max(1, Math.ceil(line.length / columns)) : 1),
      0,
    );
    return `\r\u001b[${rows}A${eraseBelow}`;
  };

  const repaint = (permanent: readonly string[]): void => {
    const { columns, rows } = screen.size();
    const live =
      options.verbosity === 'quiet'
        ? []
        : activity
            .lines(screen.now(), Math.max(1, Math.min(maxLiveRows, rows - 2)))
            .map((line) => truncate(`  ${line}`, Math.max(1, columns - 1)));
    if (permanent.length === 0 && live.join('\n') === painted.join('\n')) return;
    const text = [...permanent, ...live.map((line) => options.style.dim(line))].map(
      (line) => line + '\n',
    );
    const cleared = erase();
    painted = live;
    paintedColumns = columns;
    screen.write(cleared + text.join(''));
  };

  return {
    emit(event) {
      activity.take(event, screen.now());
      const permanent = linesOf(event);
      if (permanent.length > 0) repaint(permanent);
      if (activity.idle) {
        if (painted.length > 0) repaint([]);
        stopClock?.();
        stopClock = undefined;
      } else {
        stopClock ??= screen.every(repaintEvery, () => repaint([]));
      }
    },
    close() {
      stopClock?.();
      stopClock = undefined;
      const cleared = erase();
      painted = [];
      if (cleared !== '') screen.write(cleared);
    },
  };
}
