import { printableJson } from '../../text/printable.js';
import type { Reporter } from './reporter.js';

/** One line of JSON per event, exactly as the engine emitted it. */
export function jsonReporter(write: (text: string) => void): Reporter {
  return {
    emit: (event) => write(printableJson(event) + '\n'),
    close: () => undefined,
  };
}
