import { setTimeout as sleep } from 'node:timers/promises';
import { realAddresses } from './private-addresses.js';
import type { DownloadPolicy } from './types.js';

/** Patience for real networks: about half a minute for a silent server, three rounds over all mirrors. */
export const defaultPolicy: DownloadPolicy = {
  headersTimeout: 30_000,
  idleTimeout: 30_000,
  idleBytes: 4096,
  retryWaits: [500, 2000],
  maxRedirects: 10,
  addresses: realAddresses,
  wait: async (milliseconds, signal) => {
    await sleep(milliseconds, undefined, { signal });
  },
  now: () => performance.now(),
};
