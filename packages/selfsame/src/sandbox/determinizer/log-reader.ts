import type { LogEvent } from './log-events.js';
import { readLogLine } from './log-line.js';

export interface LogBounds {
  /** Longest line, bytes; longer ones are skipped. The determinizer writes at most 16 KiB. */
  readonly lineBytes: number;
  readonly lines: number;
  readonly bytes: number;
}

export const defaultLogBounds: LogBounds = {
  lineBytes: 64 * 1024,
  lines: 4_000_000,
  bytes: 256 * 1024 * 1024,
};

const lineFeed = 0x0a;

/**
 * Reads the determinizer's log as it comes. Never throws for what is in it: damaged lines are `unreadable`,
 * and a log beyond the bounds ends in `cut`. Memory: one line and one chunk.
 */
export async function* readLog(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  bounds: LogBounds = defaultLogBounds,
): AsyncGenerator<LogEvent, void> {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  let line = 1;
  let bytes = 0;
  const take = (part: Uint8Array): LogEvent => {
    const length = restBytes + part.length;
    const whole = rest.length === 0 ? part : Buffer.concat([...rest, part]);
    rest = [];
    restBytes = 0;
    if (length > bounds.lineBytes) return { type: 'unreadable', line, reason: 'too-long' };
    const event = readLogLine(Buffer.from(whole.buffer, whole.byteOffset, length).toString('utf8'));
    return typeof event === 'string' ? { type: 'unreadable', line, reason: event } : event;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (;;) {
      const to = chunk.indexOf(lineFeed, from);
      const end = to < 0 ? chunk.length : to;
      const left = bounds.bytes - bytes;
      if (end - from + (to < 0 ? 0 : 1) > left || line > bounds.lines) {
        yield { type: 'cut', line, bytes };
        return;
      }
      bytes += end - from;
      const part = chunk.subarray(from, end);
      if (to < 0) {
        // Of a line that is too long only that it is.
        if (restBytes <= bounds.lineBytes && part.length > 0) rest.push(part);
        restBytes += part.length;
        break;
      }
      bytes += 1;
      if (restBytes > bounds.lineBytes) {
        rest = [];
        restBytes = 0;
        yield { type: 'unreadable', line, reason: 'too-long' };
      } else {
        yield take(part);
      }
      line++;
      from = end + 1;
    }
  }
  if (restBytes > 0) yield { type: 'unreadable', line, reason: 'half' };
}
