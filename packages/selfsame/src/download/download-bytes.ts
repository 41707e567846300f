import type { Context } from '../context.js';
import { downloadError, interrupted, offlineError } from './download-errors.js';
import { defaultPolicy } from './policy.js';
import { openReply } from './reply.js';
import { readReply } from './transfer.js';
import { MirrorError, mayPass } from './types.js';
import type { DownloadPolicy, DownloadRequest, MirrorFailure } from './types.js';

/**
 * Fetches something small whose content nobody knows beforehand (a Release file, a signature) into memory, from the
 * first mirror that has it. Nothing is kept in the store. Rejects as `downloadFile` does.
 */
export async function downloadBytes(
  request: Pick<DownloadRequest, 'name' | 'urls' | 'maxBytes'>,
  context: Pick<Context, 'signal' | 'settings'>,
  policy: DownloadPolicy = defaultPolicy,
): Promise<Buffer> {
  if (context.settings.offline) throw offlineError(request.name);
  const failures = new Map<string, MirrorFailure>();
  try {
    for (let round = 0; ; round++) {
      for (const url of request.urls) {
        const before = failures.get(url);
        if (before !== undefined && !mayPass(before)) continue;
        try {
          const chunks: Uint8Array[] = [];
          const reply = await openReply(url, undefined, policy, context.signal);
          const take = (chunk: Uint8Array): void => void chunks.push(chunk);
          await readReply(url, reply, request.maxBytes, policy, context.signal, take);
          return Buffer.concat(chunks);
        } catch (error) {
          if (!(error instanceof MirrorError)) throw error;
          failures.set(url, error.failure);
        }
      }
      const wait = policy.retryWaits[round];
      if (wait === undefined || ![...failures.values()].some(mayPass)) break;
      await policy.wait(wait, context.signal);
    }
  } catch (error) {
    throw context.signal.aborted ? interrupted(request.name) : error;
  }
  throw downloadError(request, [...failures.values()]);
}
