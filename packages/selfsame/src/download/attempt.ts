import { createReadStream } from 'node:fs';
import type { Context } from '../context.js';
import type { StoredFile } from '../store/types.js';
import { DigestSink, digestProblem } from './digests.js';
import { failure } from './http.js';
import type { PartialFile } from './partial.js';
import type { Progress } from './progress.js';
import { openReply } from './reply.js';
import type { Reply } from './reply.js';
import { readReply } from './transfer.js';
import type { DownloadPolicy, DownloadRequest } from './types.js';

/** Files up to this many bytes are kept in memory until they are verified; longer ones in the partial area. */
export const inMemoryBytes = 4 * 1024 ** 2;

export interface Attempt {
  readonly request: DownloadRequest;
  readonly url: string;
  /** Where a first part is kept; undefined when nobody could continue it. Its lock is held. */
  readonly partial: PartialFile | undefined;
  /** Opens a private place for a long file when there is no `partial`. */
  readonly spill: () => Promise<PartialFile>;
  readonly progress: Progress;
  readonly policy: DownloadPolicy;
}

/**
 * Fetches from one mirror, verifies, and hands the bytes to the store. A first part kept earlier is continued;
 * when the joined whole is wrong the file is fetched again from its beginning before this mirror is blamed.
 * Rejects with `MirrorError`, with the signal's reason when aborted, or with an error of the store.
 */
export async function attemptMirror(attempt: Attempt, context: Context): Promise<StoredFile> {
  const { request, url, partial, policy } = attempt;
  const kept = (await partial?.size()) ?? 0;
  const limit = request.size ?? request.maxBytes;
  if (partial !== undefined && kept > 0 && kept <= limit && !url.startsWith('file:')) {
    const validator = await partial.validatorFor(url);
    const reply = await openReply(url, { offset: kept, validator }, policy, context.signal);
    if (reply.offset > 0) {
      const stored = await continueInFile(attempt, partial, reply, limit, context);
      if (stored !== undefined) return stored;
      return await fetchWhole(
        attempt,
        await openReply(url, undefined, policy, context.signal),
        limit,
        context,
      );
    }
    return await fetchWhole(attempt, reply, limit, context);
  }
  const reply = await openReply(url, undefined, policy, context.signal);
  return await fetchWhole(attempt, reply, limit, context);
}

async function fetchWhole(
  attempt: Attempt,
  reply: Reply,
  limit: number,
  context: Context,
): Promise<StoredFile> {
  const { request, url, policy, progress } = attempt;
  if (reply.size === undefined || reply.size > inMemoryBytes) {
    const file = attempt.partial ?? (await attempt.spill());
    return await wholeInFile(attempt, file, reply, limit, context);
  }
  const sink = new DigestSink(request);
  const chunks: Uint8Array[] = [];
  progress.begin(reply.size, 0);
  await readReply(url, reply, limit, policy, context.signal, (chunk, received) => {
    chunks.push(chunk);
    sink.update(chunk);
    progress.received(received);
  });
  check(request, url, sink);
  return await context.store.putFile(Buffer.concat(chunks));
}

async function wholeInFile(
  attempt: Attempt,
  partial: PartialFile,
  reply: Reply,
  limit: number,
  context: Context,
): Promise<StoredFile> {
  const { request, url } = attempt;
  const sink = new DigestSink(request);
  try {
    const file = await partial.open('restart');
    try {
      await partial.describe(url, reply.validator);
      await writeReply(attempt, file, reply, sink, limit, context);
    } finally {
      await file.close();
    }
  } catch (error) {
    reply.destroy();
    throw error;
  }
  return await takeFromFile(request, url, partial, sink, context);
}

/** Undefined when the joined file is wrong: the kept part may have been at fault. */
async function continueInFile(
  attempt: Attempt,
  partial: PartialFile,
  reply: Reply,
  limit: number,
  context: Context,
): Promise<StoredFile | undefined> {
  const { request } = attempt;
  const sink = new DigestSink(request);
  try {
    for await (const chunk of createReadStream(partial.path)) sink.update(chunk as Uint8Array);
    if (sink.size !== reply.offset) {
      reply.destroy();
      await partial.remove();
      return undefined;
    }
    const file = await partial.open('append');
    try {
      await writeReply(attempt, file, reply, sink, limit, context);
    } finally {
      await file.close();
    }
  } catch (error) {
    reply.destroy();
    throw error;
  }
  const arrived = sink.digests();
  if (wrongSize(request, arrived.size) || digestProblem(request, arrived) !== undefined) {
    await partial.remove();
    return undefined;
  }
  return await keep(partial, arrived.sha256, context);
}

async function writeReply(
  attempt: Attempt,
  file: { write(chunk: Uint8Array): Promise<{ bytesWritten: number }> },
  reply: Reply,
  sink: DigestSink,
  limit: number,
  context: Context,
): Promise<void> {
  const { url, policy, progress, request } = attempt;
  progress.begin(reply.size ?? request.size, reply.offset);
  await readReply(url, reply, limit, policy, context.signal, async (chunk, received) => {
    for (let done = 0; done < chunk.length;) {
      done += (await file.write(done === 0 ? chunk : chunk.subarray(done))).bytesWritten;
    }
    sink.update(chunk);
    progress.received(received);
  });
}

async function takeFromFile(
  request: DownloadRequest,
  url: string,
  partial: PartialFile,
  sink: DigestSink,
  context: Context,
): Promise<StoredFile> {
  let sha256: string;
  try {
    sha256 = check(request, url, sink);
  } catch (error) {
    await partial.remove();
    throw error;
  }
  return await keep(partial, sha256, context);
}

async function keep(partial: PartialFile, sha256: string, context: Context): Promise<StoredFile> {
  const stored = await context.store.putFile(partial.path, { expected: sha256, move: true });
  await partial.remove();
  return stored;
}

function wrongSize(request: DownloadRequest, size: number): boolean {
  return request.size !== undefined && request.size !== size;
}

/** Returns the sha256 of what arrived, or throws a `MirrorError` when it is not what was asked for. */
function check(request: DownloadRequest, url: string, sink: DigestSink): string {
  const arrived = sink.digests();
  const problem = digestProblem(request, arrived);
  if (problem !== undefined) {
    const mirrorError = failure(url, 'wrong-digest', `gave ${problem.got}`);
    throw Object.assign(mirrorError, { failure: { ...mirrorError.failure, got: problem.got } });
  }
  if (wrongSize(request, arrived.size)) {
    throw failure(url, 'wrong-size', `gave ${arrived.size} bytes instead of ${request.size ?? 0}`);
  }
  return arrived.sha256;
}
