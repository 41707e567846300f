import { eventLines } from './lines.js';
import type { LineReporterOptions, Reporter } from './reporter.js';

/** Lines for logs and pipes: nothing is ever repainted. */
export function plainReporter(
  write: (text: string) => void,
  options: LineReporterOptions,
): Reporter {
  const linesOf = eventLines(options);
  return {
    emit(event) {
      for (const line of linesOf(event)) write(line + '\n');
    },
    close: () => undefined,
  };
}
