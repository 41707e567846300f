import { createReadStream } from 'node:fs';

import type { LogEvent } from './log-events.js';
import { readLog } from './log-reader.js';
import type { LogBounds } from './log-reader.js';
import { sourceNames } from './sources.js';
import type { SourceName } from './sources.js';

/** Something the determinizer was asked for and could not do: a fact of the host or of one program. */
export interface NotCovered {
  /** In words of the determinizer. */
  readonly what: string;
  /** How many programs it was said of; 0: of the whole run. */
  readonly programs: number;
  /** The first detail given; untrusted text. */
  readonly detail: string | undefined;
  /** The first program's file; untrusted text. */
  readonly executable: string | undefined;
}

/** What is kept of a log. Counts are of calls and readings, by source; sources nobody used are left out. */
export interface LogSummary {
  readonly processes: number;
  readonly filesWritten: number;
  readonly consumed: Readonly<Partial<Record<SourceName, number>>>;
  /** In the order of the log; without `alwaysNotCovered`. */
  readonly notCovered: readonly NotCovered[];
  /** Kinds beyond `mostKinds`, which are not listed. */
  readonly notCoveredMore: number;
  /** The log ends as it should: the counts are those of the whole run. */
  readonly complete: boolean;
  /** Lines left out by the determinizer or not understood by the reader. */
  readonly linesLost: number;
  /** The supervisor's own use; undefined for a run that was cut off. */
  readonly supervisor:
    { readonly memoryKilobytes: number; readonly microseconds: number } | undefined;
}

/** Said of every run: no kernel lets anybody cover these (docs/determinizer.md, "What is not"). */
export const alwaysNotCovered: readonly string[] = [
  'instructions CPUID, RDRAND, RDSEED and RDPID answer as the processor does',
  'order in which threads and processes run',
];

/** More kinds of gaps than there are in the determinizer. */
const mostKinds = 100;

/** Programs whose files are remembered, to name the one a gap is about. */
const mostPrograms = 100_000;

/** Reads a log to its end. Rejects only when the file cannot be read. */
export async function summariseLog(path: string, bounds?: LogBounds): Promise<LogSummary> {
  return summarise(readLog(createReadStream(path), bounds));
}

export async function summarise(events: AsyncIterable<LogEvent>): Promise<LogSummary> {
  const consumed: Partial<Record<SourceName, number>> = {};
  const gaps = new Map<string, NotCovered>();
  const programs = new Map<number, string>();
  let filesWritten = 0;
  let processes = 0;
  let linesLost = 0;
  let more = 0;
  let end: Extract<LogEvent, { type: 'end' }> | undefined;
  for await (const event of events) {
    switch (event.type) {
      case 'process':
        processes++;
        if (programs.size < mostPrograms) programs.set(event.process, event.executable);
        break;
      case 'sources':
        filesWritten += event.filesWritten;
        for (const name of sourceNames) {
          const times = event.consumed[name];
          if (times !== undefined && times > 0) consumed[name] = (consumed[name] ?? 0) + times;
        }
        break;
      case 'not-covered': {
        if (alwaysNotCovered.includes(event.what)) break;
        const before = gaps.get(event.what);
        if (before === undefined && gaps.size >= mostKinds) more++;
        else
          gaps.set(event.what, {
            what: event.what,
            programs: (before?.programs ?? 0) + (event.process === 0 ? 0 : 1),
            detail: before === undefined ? event.detail : before.detail,
            executable: before === undefined ? programs.get(event.process) : before.executable,
          });
        break;
      }
      case 'end':
        end = event;
        break;
      case 'truncated':
        linesLost += event.lines;
        break;
      case 'unreadable':
      case 'cut':
        linesLost++;
        break;
      default:
    }
  }
  return {
    processes: Math.max(processes, end?.processes ?? 0),
    filesWritten,
    consumed,
    notCovered: [...gaps.values()],
    notCoveredMore: more,
    complete: end !== undefined && linesLost === 0,
    linesLost,
    supervisor: end && { memoryKilobytes: end.memoryKilobytes, microseconds: end.microseconds },
  };
}
