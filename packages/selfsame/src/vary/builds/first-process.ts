import { createReadStream } from 'node:fs';

import { readLog } from '../../sandbox/determinizer/log-reader.js';

/** The sandbox's init is 1. */
const usual = 2;

/** Bytes of a log in which its first line ends. */
const firstBytes = 64 * 1024;

/** The number from which processes of a build count, as its log has it; undefined if it does not say. */
export async function firstProcess(logPath: string): Promise<number | undefined> {
  const stream = createReadStream(logPath, { end: firstBytes });
  try {
    const { value: event } = await readLog(stream as AsyncIterable<Uint8Array>).next();
    if (event?.type !== 'start') return undefined;
    return event.firstProcess ?? (event.sources.pids === 'fixed' ? usual : undefined);
  } catch {
    // No log: the build did not get as far.
    return undefined;
  } finally {
    stream.destroy();
  }
}
