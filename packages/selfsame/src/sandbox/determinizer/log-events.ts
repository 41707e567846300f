import type { SourceName } from './sources.js';

/** One line of the determinizer's log (docs/determinizer.md, "Log"), or what the reader found instead of one. */
export type LogEvent =
  | {
      readonly type: 'start';
      readonly version: number;
      /** Seconds since 1970. */
      readonly epoch: number;
      /** When the whole build began by the real clock, `seconds.nanoseconds`. */
      readonly start: string | undefined;
      /** About the number that the first process has; undefined unless numbers vary. */
      readonly firstProcess: number | undefined;
      readonly sources: Readonly<Partial<Record<SourceName, 'real' | 'fixed' | 'vary'>>>;
    }
  | {
      readonly type: 'process';
      /** Number of the log's own; 0 is the run. */
      readonly process: number;
      readonly parent: number;
      /** Digest of what the program is, not of when it started. */
      readonly identity: string;
      readonly pid: number;
      readonly twin: number;
      readonly executable: string;
      readonly directory: string;
      readonly arguments: readonly string[];
      readonly argumentsCut: boolean;
    }
  | {
      readonly type: 'sources';
      readonly process: number;
      readonly filesWritten: number;
      readonly consumed: Readonly<Partial<Record<SourceName, number>>>;
    }
  | {
      readonly type: 'write' | 'rename-from' | 'rename-to';
      readonly process: number;
      /** What a relative path is relative to. */
      readonly directory: string | undefined;
      readonly path: string;
    }
  | {
      readonly type: 'not-covered';
      readonly what: string;
      readonly process: number;
      readonly detail: string | undefined;
    }
  | {
      readonly type: 'end';
      /** Exit status, or undefined after a signal. */
      readonly status: number | undefined;
      readonly signal: number | undefined;
      readonly processes: number;
      readonly notCovered: number;
      readonly memoryKilobytes: number;
      /** Processor time of the supervisor. */
      readonly microseconds: number;
    }
  /** The determinizer left lines out, because the log was full. */
  | { readonly type: 'truncated'; readonly lines: number }
  /** A line that is none of the above: half written, too long, or of another version. */
  | { readonly type: 'unreadable'; readonly line: number; readonly reason: UnreadableReason }
  /** The reader's own bound was reached; nothing follows. */
  | { readonly type: 'cut'; readonly line: number; readonly bytes: number };

export type UnreadableReason = 'not-json' | 'unknown-type' | 'wrong-member' | 'too-long' | 'half';
