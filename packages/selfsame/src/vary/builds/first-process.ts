import { createReadStream } from 'node:fs';

import { readLog } from '../../sandbox/determinizer/log-reader.js';

/** Lines before the first process, at most. */
const linesMax = 100;

/** The number of the first process of a build, as its log has it; undefined if it does not say. */
export async function firstProcess(logPath: string): Promise<number | undefined> {
  const stream = createReadStream(logPath, { end: 256 * 1024 });
  try {
    let lines = 0;
    for await (const event of readLog(stream as AsyncIterable<Uint8Array>)) {
      if (event.type === 'process') return event.pid;
      if (++lines >= linesMax) return undefined;
    }
    return undefined;
  } catch {
    // No log: the build did not get as far.
    return undefined;
  } finally {
    stream.destroy();
  }
}
