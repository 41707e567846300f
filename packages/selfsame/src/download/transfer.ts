import { failure } from './http.js';
import type { Reply } from './reply.js';
import type { DownloadPolicy } from './types.js';

/**
 * Reads a reply to its end, handing each chunk on. Stops a transfer that is longer than `limit` bytes in
 * all, that has stalled, or that ends before the size its server announced.
 * Rejects with `MirrorError`, or with the signal's reason when aborted.
 */
export async function readReply(
  url: string,
  reply: Reply,
  limit: number,
  policy: DownloadPolicy,
  signal: AbortSignal,
  take: (chunk: Uint8Array, received: number) => Promise<void> | void,
): Promise<void> {
  if (reply.size !== undefined && reply.size > limit) {
    reply.destroy();
    throw failure(url, 'too-large', `has ${reply.size} bytes, more than the ${limit} allowed`);
  }
  let received = reply.offset;
  let atLastLook = received;
  let stalled = false;
  const watch = setInterval(() => {
    stalled = received - atLastLook < policy.idleBytes;
    atLastLook = received;
    if (stalled) reply.destroy();
  }, policy.idleTimeout);
  try {
    for await (const chunk of reply.body) {
      received += chunk.length;
      if (received > limit) {
        throw failure(url, 'too-large', `sent more than the ${limit} bytes allowed`);
      }
      await take(chunk, received);
    }
  } catch (error) {
    reply.destroy();
    if (signal.aborted) throw signal.reason;
    if (stalled) throw stall(url, policy);
    if (error instanceof Error && 'code' in error && isConnectionLoss(error.code)) {
      throw failure(url, 'truncated', `broke off after ${received} bytes`, error);
    }
    throw error;
  } finally {
    clearInterval(watch);
  }
  if (signal.aborted) throw signal.reason;
  if (stalled) throw stall(url, policy);
  if (reply.size !== undefined && received !== reply.size) {
    throw failure(url, 'truncated', `broke off after ${received} of ${reply.size} bytes`);
  }
}

function stall(url: string, policy: DownloadPolicy): Error {
  return failure(
    url,
    'timed-out',
    `sent fewer than ${policy.idleBytes} bytes in ${policy.idleTimeout / 1000} s`,
  );
}

function isConnectionLoss(code: unknown): boolean {
  return (
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    code === 'ETIMEDOUT' ||
    code === 'ERR_STREAM_PREMATURE_CLOSE' ||
    code === 'ERR_STREAM_DESTROYED' ||
    (typeof code === 'string' && (code.startsWith('HPE_') || code.startsWith('ERR_SSL')))
  );
}
